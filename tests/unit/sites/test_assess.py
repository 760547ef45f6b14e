"""The assessment's conclusions, and that what was not measured never passes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from inventory.errors import InputError
from inventory.model import Inventory
from inventory.source import load
from ipv6.verify.model import Answer, Probe
from jiyue.probe.runner import Runner
from jiyue.probe.ssh import Reply
from jiyue.sites import judge
from jiyue.sites.assess import assess

ROOT = Path(__file__).parents[3]
SSHD = "passwordauthentication no\npermitrootlogin without-password\nx11forwarding no\npermitemptypasswords no\n"
OK = {"state": "ok", "days": 200, "not_after": "2027-01-01T00:00:00Z", "version": "TLSv1.3"}
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def one(state: str, **more: object) -> Answer:
    return Answer(({"state": state, **more},))


class Made(Runner):
    """A site host and a vantage as told; `changes` override by (kind, port or version)."""

    def __init__(self, changes: dict[tuple[str, object], Answer] | None = None, sshd: Reply | None = None) -> None:
        super().__init__(Path("none"))
        self.changes = changes or {}
        self.sshd = sshd or Reply(0, SSHD.encode(), "")

    def run_all(self, probes: Iterable[Probe]) -> dict[Probe, Answer]:
        return {probe: self._give(probe) for probe in probes}

    def command(self, host: str, command: str, timeout: float = 20.0) -> Reply:
        return self.sshd

    def _give(self, probe: Probe) -> Answer:
        key = (probe.kind, probe.version if probe.kind == "tls" else probe.port)
        if key in self.changes:
            return self.changes[key]
        if probe.kind == "tcp":
            return one("open" if probe.port in (80, 443) else "timeout")
        if probe.kind == "tls":
            return one("bad", error="TLS: protocol version") if probe.version else Answer((OK,))
        return one("ok", status=200, size=9, headers={"strict-transport-security": "max-age=1"})


@pytest.fixture(scope="module")
def inv() -> Inventory:
    return load(ROOT / "inventory" / "hunan", "lab")


def run(inv: Inventory, runner: Runner) -> judge.Assessment:
    (found,) = assess(inv, runner, ["www.changsha.gov.cn"], clock=lambda: NOW)
    return found


def test_a_sound_site_passes_and_the_record_expires(inv: Inventory) -> None:
    found = run(inv, Made())
    assert found.passed and found.result == "passed"
    assert (found.at, found.expires) == ("2026-03-01T00:00:00Z", "2026-05-30T00:00:00Z")
    assert {finding.severity for finding in found.findings} == {"note"}


@pytest.mark.parametrize(
    ("changes", "id", "says"),
    [
        ({("tcp", 3306): one("open")}, "port-open", "198.18.1.10:3306 is open from outside"),
        ({("tcp", 443): one("timeout"), ("tcp", 80): one("timeout")}, "port-closed", "no port answers"),
        ({("tls", ""): one("bad", error="certificate: self-signed certificate")}, "tls-chain", "self-signed"),
        ({("tls", ""): Answer(({**OK, "days": 2},))}, "tls-expiry", "2 days left"),
        ({("tls", "TLSv1"): one("ok")}, "tls-old", "speaks TLSv1"),
        ({("tls", ""): Answer(problem="unreachable over SSH")}, "tls", "not measured: unreachable over SSH"),
        ({("tcp", 22): Answer(problem="gone")}, "ports", "not measured: gone"),
    ],
)
def test_what_fails_a_site(inv: Inventory, changes: dict[tuple[str, object], Answer], id: str, says: str) -> None:
    found = run(inv, Made(changes))
    assert not found.passed
    (blocking,) = [one for one in found.findings if one.severity in judge.BLOCKING]
    assert blocking.id == id and says in blocking.evidence and blocking.fix


@pytest.mark.parametrize(
    ("reply", "id"),
    [
        (Reply(0, SSHD.replace("authentication no", "authentication yes").encode(), ""), "sshd-passwordauthentication"),
        (Reply(0, SSHD.replace("without-password", "yes").encode(), ""), "sshd-permitrootlogin"),
        (Reply(255, b"", "", "unreachable over SSH: timed out"), "sshd"),
        (Reply(1, b"", "no hostkeys available"), "sshd"),
        (Reply(0, b"", ""), "sshd"),
    ],
)
def test_an_sshd_that_fails_a_site(inv: Inventory, reply: Reply, id: str) -> None:
    found = run(inv, Made(sshd=reply))
    assert not found.passed
    assert [one.id for one in found.findings if one.severity in judge.BLOCKING] == [id]


def test_a_certificate_that_ends_soon_is_named_but_does_not_block(inv: Inventory) -> None:
    found = run(inv, Made({("tls", ""): Answer(({**OK, "days": 10},))}))
    assert found.passed
    assert found.findings[0].id == "tls-expiry" and found.findings[0].severity == "medium"


def test_nothing_over_ipv6_before_the_change_is_a_note(inv: Inventory) -> None:
    silent = dict.fromkeys((80, 443), one("timeout"))
    (finding,) = judge.open_ports("3fff::1", silent, judge.WEB_PORTS)
    assert finding.severity == "note"


def test_an_unknown_site_is_refused(inv: Inventory) -> None:
    with pytest.raises(InputError, match="there is no such site"):
        assess(inv, Made(), ["www.example.test"])


def test_every_site_is_assessed_when_none_is_named(inv: Inventory) -> None:
    assert [found.site for found in assess(inv, Made())] == [site.name for site in inv.sites]
