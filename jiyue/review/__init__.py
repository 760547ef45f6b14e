"""The authority's decision on one digest, signed so that nobody can make or move one without its key."""
