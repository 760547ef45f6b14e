"""Drift: trees, comparison, settling."""
