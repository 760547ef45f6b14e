"""Order and workers: fast tests first, the whole lab once, its end at the very end; one worker holds the lab.

Run by several workers (`-n 2 --dist loadgroup`), the tests of one file stay together, and everything that needs a lab,
small or whole, is one group: labs look at the machine before and after, so two of them must not overlap.
"""

from __future__ import annotations

import pytest

from jiyue.i18n import set_language
from tests.e2e.province import province

__all__ = ["province"]

LAB = "lab"
"""The group of whatever needs a lab."""


@pytest.fixture(autouse=True)
def _chinese_first() -> None:
    """Every test starts in the default language, whatever the one before it chose."""
    set_language("zh")


# Before xdist's own hook, which writes the group into the test's id.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests without a lab, then those that start small ones, then the province, then what breaks or ends it."""
    items.sort(key=_rank)
    for item in items:
        item.add_marker(pytest.mark.xdist_group(LAB if _rank(item) else item.nodeid.partition("::")[0]))


def _rank(item: pytest.Item) -> int:
    if "province" in getattr(item, "fixturenames", ()):
        return 4 if item.get_closest_marker("last") else 3 if item.get_closest_marker("breaks") else 2
    return 1 if item.get_closest_marker("lab") else 0
