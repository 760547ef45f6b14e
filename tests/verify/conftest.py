"""The cases' pages are made up and share a made-up sha256, by which real ones are known again."""

from __future__ import annotations

import pytest

from ipv6.verify import web


@pytest.fixture(autouse=True)
def unread() -> None:
    """No page of another case is remembered."""
    web.read_once.cache_clear()
