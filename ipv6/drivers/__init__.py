"""Device drivers, one folder each; `registry` finds them by scanning."""
