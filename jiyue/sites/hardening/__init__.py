"""Hardening of the hosts of websites: looked at, rendered here, written there in one step, taken back byte for byte."""
