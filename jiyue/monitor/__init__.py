"""Verifying again and again: turns, numbers for Prometheus, and who is told when something that was green is not."""
