"""The checks, one module each: what must hold of a site or of a platform's zone rules. No IO here."""
