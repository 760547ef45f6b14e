"""Order and workers: fast tests first, the whole lab once, its end at the very end.

Run by several workers (`-n 2`), the tests of one file stay together; what looks at the whole province is one group,
what brings a small lab of its own another. xdist's group mark cannot say that: xdist 3.8 adds it to a test's id in a
way that pytest 9 no longer sees. The province is handed out at once, because it takes the longest by far; the other
worker has the fast tests meanwhile.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest

from jiyue.i18n import set_language
from tests.e2e.province import province

__all__ = ["province"]

FIRST = "province"
GROUPS = {
    "tests/e2e/": FIRST,
    "tests/errors/lab/": FIRST,
    "tests/lab/": "small labs",
    "tests/infra/test_engine.py": "small labs",
}
"""Folders and files whose tests run one after another; everything else is grouped by file."""


def group(nodeid: str) -> str:
    """What a test has to stay together with."""
    return next((name for path, name in GROUPS.items() if nodeid.startswith(path)), nodeid.partition("::")[0])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out whole groups, the province first, then the largest."""
    from xdist.scheduler import LoadScopeScheduling

    class Queue(OrderedDict[str, dict[str, bool]]):
        """Groups as xdist sorted them, but for the first one that is taken."""

        def popitem(self, last: bool = True) -> tuple[str, dict[str, bool]]:
            return (FIRST, self.pop(FIRST)) if FIRST in self else super().popitem(last)

    class ByGroup(LoadScopeScheduling):
        def __init__(self, config: pytest.Config, log: Any = None) -> None:
            super().__init__(config, log)
            self.workqueue = Queue()

        def _split_scope(self, nodeid: str) -> str:
            return group(nodeid)

    return ByGroup(config, log)


@pytest.fixture(autouse=True)
def _chinese_first() -> None:
    """Every test starts in the default language, whatever the one before it chose."""
    set_language("zh")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests without a lab, then those that start small ones, then the province, then what breaks or ends it."""
    items.sort(key=_rank)
    strays = [item.nodeid for item in items if _rank(item) > 1 and group(item.nodeid) != FIRST]
    if strays:
        raise pytest.UsageError(f"these look at the province but do not stand in its folders: {', '.join(strays)}")


def _rank(item: pytest.Item) -> int:
    if "province" in getattr(item, "fixturenames", ()):
        return 4 if item.get_closest_marker("last") else 3 if item.get_closest_marker("breaks") else 2
    return 1 if item.get_closest_marker("lab") else 0
