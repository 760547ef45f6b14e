"""Pre-check: an own model of routes and filters before and after a change, in both families; pure."""
