"""Pulumi components of a platform: frozen arguments in, resources as attributes; no decisions (those are objects/)."""
