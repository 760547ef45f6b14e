"""Acceptance: requirement, test, evidence and verdict of every platform."""
