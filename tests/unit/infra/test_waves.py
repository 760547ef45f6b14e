"""Wave after wave; what fails beyond a wave's budget stops those after it."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.fleetwork import Fleet, Job, in_waves, waves
from infra.result import StackResult
from tests.infra.world import PLATFORMS, inventory, objects

FLEET = Fleet(Path(), inventory(), Path(), {}, Path())
ORDER = [name for wave in inventory().waves for name in wave.platforms]


def run(failing: set[str]) -> dict[str, StackResult]:
    """All platforms, some of which fail."""
    jobs = [Job(name, FLEET.copy(name), objects(name)) for name in ORDER]

    def one(job: Job) -> StackResult:
        return StackResult(job.platform, "failed" if job.platform in failing else "updated")

    return in_waves(FLEET, jobs, one)


def test_the_province_goes_first_then_the_canary() -> None:
    """Every platform is in exactly one wave."""
    found = waves(inventory(), PLATFORMS)
    assert [name for name, _ in found] == ["province", "canary", "first", "second"]
    assert found[0][1] == ["hunan"] and found[1][1] == ["changsha"]
    assert sorted(name for _, names in found for name in names) == PLATFORMS


def test_everything_runs_when_nothing_fails() -> None:
    assert {one.state for one in run(set()).values()} == {"updated"}


@pytest.mark.parametrize("failing", ["hunan", "changsha"])
def test_a_failed_canary_stops_the_rest(failing: str) -> None:
    """They are named as not started, with the reason."""
    found = run({failing})
    after = ORDER[ORDER.index(failing) + 1 :]
    assert {found[name].state for name in after} == {"stopped"}
    assert f"{failing} of wave" in found[after[-1]].reason and not found[after[-1]].ok


def test_a_budget_lets_the_next_wave_go() -> None:
    """waves.yaml grants the first wave one failure, not two."""
    first, second = waves(inventory(), PLATFORMS)[2:]
    one = run(set(first[1][:1]))
    assert {one[name].state for name in second[1]} == {"updated"}
    two = run(set(first[1][:2]))
    assert {two[name].state for name in second[1]} == {"stopped"}
