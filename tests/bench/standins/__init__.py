"""Lockouts on the vendors' stand-ins: the way in is a gateway which the running configuration can close."""
