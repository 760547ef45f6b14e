"""Passwords and keys of the devices: opened once per run, handed on without a file, an argument or a log line."""
