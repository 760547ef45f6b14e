"""Layouts of the store, one step after the other (Alembic); `jiyue.store.migrate` drives them."""
