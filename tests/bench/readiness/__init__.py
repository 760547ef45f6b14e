"""Faults of IPv6 readiness in a small lab: the cases, the lab, and one round of fault, measurement and repair."""
