"""Hosted sites: the safety assessment that comes before any migration (notice, section 3(7))."""
