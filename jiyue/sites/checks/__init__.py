"""The checks of the assessment; adding one is adding a module here and its findings to `findings.yaml`."""
