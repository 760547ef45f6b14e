"""What an acceptance test says is a reason in report and sheet, so it is said in Chinese too."""

from __future__ import annotations

import pytest

from jiyue.i18n import set_language, translate


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("pe-a BGP neighbour 3fff::1: Active", "pe-a 的 BGP 邻居 3fff::1：Active"),
        ("site-a: the clock is off by 7.5 s", "site-a：时钟偏差 7.5 秒"),
        ("changsha-dmz has no default deny among 3 policies", "changsha-dmz 的 3 条策略中没有默认拒绝"),
        ("not measured: pe-a: unreachable over SSH: timed out", "未检测：pe-a: SSH 不可达"),
    ],
)
def test_reasons_of_the_suite_are_said_in_chinese(english: str, chinese: str) -> None:
    set_language("zh")
    assert chinese in translate(english)
