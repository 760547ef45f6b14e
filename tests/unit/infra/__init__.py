"""Unit tests of infra/."""
