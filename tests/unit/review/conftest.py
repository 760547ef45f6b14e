"""The store's fixtures, shared."""

from tests.unit.store.conftest import change, clock, reviewer, store

__all__ = ["change", "clock", "reviewer", "store"]
