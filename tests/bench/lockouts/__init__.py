"""Lockouts on purpose: a change that cuts its own way in, under eight kinds of accidents, on real daemons."""
