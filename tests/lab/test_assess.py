"""The assessment for real: a weak web server in a small lab, measured from outside and on the host."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jiyue.probe.runner import Runner
from jiyue.sites.assess import assess
from jiyue.sites.model import Target
from lab.ready import ReadyCheck, wait
from lab.runtime import down, up
from tests.lab import small

pytestmark = pytest.mark.lab
REACHED = ReadyCheck("client", ("ping", "-c1", "-W1", "10.1.0.2"), " 0% packet loss", "the client reaches the server")


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    directory = tmp_path_factory.mktemp("lab") / "state"
    up(small.spec(), directory)
    wait(directory, [REACHED])
    yield Runner(directory / "ssh_config")
    down(directory)


def test_everything_is_measured_and_the_weak_points_are_named(runner: Runner) -> None:
    target = Target("www.a.gov.cn", "a", "10.1.0.2", host="web", filter="web", vantages=("client", "client"))
    (found,) = assess([target], runner)
    assert [one.evidence for one in found.findings if one.severity == "unknown"] == []
    assert not found.passed
    ids = {one.id for one in found.findings}
    assert {"tls-missing", "filter-default", "header-nosniff", "account-defaults"} <= ids
    assert not ids & {"sshd-passwords", "sshd-root", "port-open", "port-none", "rights-key", "rights-pages"}


def test_a_host_that_is_gone_is_unknown_and_blocks(runner: Runner) -> None:
    target = Target("www.a.gov.cn", "a", "10.1.0.2", host="nowhere", filter="nowhere", vantages=("client", "client"))
    (found,) = assess([target], runner)
    assert not found.passed
    assert {one.about for one in found.findings if one.severity == "unknown"} == {"nowhere"}
