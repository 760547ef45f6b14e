"""What the supervisor makes of the reports of a host."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.supervisor import Host

from .specs import pair


@pytest.fixture
def host(tmp_path: Path) -> Host:
    (tmp_path / "run/lab/log").mkdir(parents=True)
    (tmp_path / "run/lab/enter.log").write_text("mount: overlay: no\n")
    (tmp_path / "run/lab/log/nginx.log").write_text("line one\nthe reason\n")
    return Host(pair().hosts[0], tmp_path)


def test_the_phases_follow_the_reports(host: Host) -> None:
    seen = []
    for report in (["net", "ready"], ["net", "addressed"], ["done"]):
        host.event(report)
        seen.append(host.phase)
    assert seen == ["wired", "addressed", "up"]
    assert host.errors == []


def test_a_failed_service_carries_its_last_words(host: Host) -> None:
    host.event(["svc", "nginx", "starting"])
    host.event(["svc", "nginx", "failed", "1"])
    host.event(["svc", "nginx", "up"])
    assert host.services == {"nginx": "failed 1"}
    assert host.errors == ["service nginx failed 1: line one / the reason"]


def test_a_host_that_ends_early_says_why(host: Host) -> None:
    host.event(["svc", "nginx", "up"])
    host.ended()
    assert host.phase == "down"
    assert host.errors == ["ended while starting: mount: overlay: no"]
    assert host.services == {"nginx": "down"}


def test_a_report_nobody_knows_is_kept(host: Host) -> None:
    host.event(["what", "is", "this"])
    assert host.errors == ["unexpected report: what is this"]
