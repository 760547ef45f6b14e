"""The gate that migration and apply share: only a passed assessment that still holds opens it."""

from __future__ import annotations

import pytest

from ipv6.apply.gates import Refused
from jiyue.sites.gate import passed_assessment, require_assessed
from jiyue.store.records import Assessment

NOW = "2026-03-01T00:00:00Z"


class Kept:
    """A store with one assessment of `good.cn`, `failed.cn` and `old.cn` each."""

    def assessments(self) -> dict[str, Assessment]:
        given = {
            "good.cn": ("passed", "2026-05-01T00:00:00Z"),
            "failed.cn": ("failed", "2026-05-01T00:00:00Z"),
            "old.cn": ("passed", NOW),
        }
        return {
            name: Assessment(name, result, "2026-02-01T00:00:00Z", until, {}) for name, (result, until) in given.items()
        }


@pytest.mark.parametrize(
    ("site", "passed"), [("good.cn", True), ("failed.cn", False), ("old.cn", False), ("new.cn", False)]
)
def test_only_a_passed_assessment_that_holds_counts(site: str, passed: bool) -> None:
    assert passed_assessment(Kept(), site, NOW) is passed


def test_every_refused_site_is_named_with_its_reason() -> None:
    with pytest.raises(Refused) as caught:
        require_assessed(Kept(), ["good.cn", "failed.cn", "old.cn", "new.cn"], NOW)
    assert caught.value.exit_code == 3
    assert [(line.place, line.cause) for line in caught.value.lines] == [
        ("site failed.cn", "its assessment of 2026-02-01T00:00:00Z failed"),
        ("site old.cn", f"its assessment expired on {NOW}"),
        ("site new.cn", "it was never assessed"),
    ]
    require_assessed(Kept(), ["good.cn"], NOW)
