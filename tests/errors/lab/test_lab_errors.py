"""What goes wrong while the province lives: a killed demo, a device that is gone. Clear, repeatable, nothing lost."""

from __future__ import annotations

import pytest

from tests.e2e.helpers import as_json, jiyue
from tests.e2e.province import Province

pytestmark = pytest.mark.lab


def test_a_killed_demo_run_again_finishes(province: Province) -> None:
    """Killed while devices were being changed, the same command goes on and ends well."""
    assert province.killed_at
    assert province.resumed is not None
    assert province.resumed.returncode == 0, province.resumed.stdout[-6000:] + province.resumed.stderr[-2000:]


@pytest.mark.breaks
def test_an_unreachable_device_is_named_and_nothing_is_proposed(province: Province) -> None:
    """Bad input: a device that is gone gives one clear message, exit code 4, and leaves the proposal as it was."""
    digest = next(row["digest"] for row in as_json("status")["platforms"] if row["name"] == "loudi")
    jiyue("lab", "fault", "inject", "host-down@zone-loudi")
    result = jiyue("ipv6", "propose", "loudi", "--lang", "en", check=False)
    assert result.returncode == 4, result.stdout + result.stderr
    assert "zone-loudi" in result.stderr
    assert "Traceback" not in result.stderr
    assert next(row["digest"] for row in as_json("status")["platforms"] if row["name"] == "loudi") == digest
