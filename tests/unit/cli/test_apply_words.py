"""What `ipv6 apply` and `rollback` say of a platform: reasons, and which devices only stand in for real ones."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from ipv6.apply.flow import PlatformResult
from jiyue.cli.ipv6_apply import row, say
from jiyue.i18n import set_language

ONE = PlatformResult("changsha", "d" * 64, "rolled-back", ("IPv4: a", "IPv4: b"), 9, 1, ("pe-430103", "pe-430104"))


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "    stand-ins, no devices: pe-430103, pe-430104"),
        ("zh", "    以下为模拟设备，并非真机：pe-430103, pe-430104"),
    ],
)
def test_stand_ins_are_named(language: str, line: str) -> None:
    set_language(language)
    said = io.StringIO()
    say(Console(file=said, width=200), ONE, 1)
    lines = said.getvalue().splitlines()
    assert lines[0].startswith("changsha: ") and lines[-1] == line and len(lines) == 3
    assert row(ONE)["standins"] == ["pe-430103", "pe-430104"]
