"""Order and the shared province: fast tests first, the whole lab once, its end at the very end."""

from __future__ import annotations

import pytest

from jiyue.i18n import set_language
from tests.e2e.province import province

__all__ = ["province"]


@pytest.fixture(autouse=True)
def _chinese_first() -> None:
    """Every test starts in the default language, whatever the one before it chose."""
    set_language("zh")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests without a lab, then those that start small ones, then the province, then what breaks or ends it."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    if "province" in getattr(item, "fixturenames", ()):
        return 4 if item.get_closest_marker("last") else 3 if item.get_closest_marker("breaks") else 2
    return 1 if item.get_closest_marker("lab") else 0
