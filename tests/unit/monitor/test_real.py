"""A watch over the real prober: a service goes away and comes back, and everybody who should know does."""

from __future__ import annotations

import json
import socket
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from inventory.errors import EnvironmentFailed
from inventory.source import load
from ipv6.verify.check import check
from ipv6.verify.model import Answers, Fail, Pass, Probe, Verdict
from ipv6.verify.reading import decide, outcome, text, unanswered
from ipv6.verify.regression import Event, Machine
from ipv6.verify.subjects import SiteSubject
from jiyue.monitor import alert
from jiyue.monitor.loop import Loop, Rhythm, Told
from jiyue.monitor.metrics import Numbers, served
from jiyue.probe.rounds import Verification, measure
from jiyue.probe.runner import Runner
from tests.unit.probe.conftest import calls, runner

__all__ = ["calls", "runner"]

INDICATORS = load(Path(__file__).parents[3] / "inventory" / "hunan").indicators


def _probe(subject: SiteSubject) -> Probe:
    return Probe("here", "tcp", 6, subject.address6, int(subject.host))


@check("tcp-ports", passes="the port is open", needs=("v6",), layer="network", owner="network")
class Port:
    @staticmethod
    def ask(subject: SiteSubject) -> tuple[Probe, ...]:
        return (_probe(subject),)

    @staticmethod
    def judge(subject: SiteSubject, answers: Answers) -> Verdict:
        if missing := unanswered((_probe(subject),), answers):
            return missing
        good, sample = decide(_probe(subject), answers, lambda one: text(one, "state") == "open")
        return Pass() if good else Fail((f"{_probe(subject).target}: {outcome(sample)}",))


def scraped(port: int) -> dict[tuple[str, ...], float]:
    """Every sample of /metrics by its name and label values."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as reply:
        families = text_string_to_metric_families(reply.read().decode())
        return {
            (one.name, *(one.labels[name] for name in sorted(one.labels))): one.value
            for family in families
            for one in family.samples
        }


@pytest.fixture
def shut() -> Iterator[socket.socket]:
    """A port that is taken and refuses until somebody listens on it."""
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind(("::1", 0))
        yield sock


def test_a_service_that_goes_away_and_comes_back(runner: Runner, shut: socket.socket, tmp_path: Path) -> None:
    port = shut.getsockname()[1]
    subject = SiteSubject("www.a.cn", "changsha", "a.cn", "198.18.0.1", "::1", host=str(port))
    seen: list[dict[tuple[str, ...], float]] = []
    told: list[Told] = []
    numbers = Numbers()
    program = f"import sys; open({str(tmp_path / 'alerts')!r}, 'a').write(sys.stdin.read())"

    def turn() -> Verification:
        if len(told) in (2, 3, 4):
            return measure([Port], [subject], runner)
        with closing(socket.socket(socket.AF_INET6, socket.SOCK_STREAM)) as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            server.bind(("::1", port))
            server.listen()
            return measure([Port], [subject], runner)

    def loud(events: tuple[Event, ...]) -> None:
        assert alert.tell((sys.executable, "-c", program), alert.message("lab", "now", events)) == ""
        numbers.commanded("done")

    with served(numbers, "127.0.0.1", 0) as listening:

        def note(one: Told) -> None:
            told.append(one)
            seen.append(scraped(listening))

        loop = Loop(turn, Machine(2, 3), numbers, INDICATORS, Rhythm(5, 0), note, loud, pause=lambda seconds: None)
        assert loop.run(7) == 7
        seen.append(scraped(listening))
    ready = [one["jiyue_site_ready", "changsha", "www.a.cn"] for one in seen]
    assert ready == [1, 1, 0, 0, 0, 1, 1, 1]
    assert [event.kind for one in told for event in one.events] == ["suspect", "regression", "recovered"]
    alerts = [json.loads(line) for line in (tmp_path / "alerts").read_text().splitlines()]
    assert [one["events"][0]["kind"] for one in alerts] == ["regression", "recovered"]
    assert f"[::1]:{port}: refused" in alerts[0]["events"][0]["reasons"][0]
    last = seen[-1]
    assert last["jiyue_verify_turns_total", "measured"] == 7 and last["jiyue_verify_turns_total", "failed"] == 0
    assert last["jiyue_verify_events_total", "regression"] == 1
    assert last["jiyue_alert_commands_total", "done"] == 2
    assert last["jiyue_platform_checks", "changsha", "pass"] == 1
    assert last["jiyue_verify_last_success_timestamp_seconds",] > 1_700_000_000
    shares = [value for (name, *_), value in last.items() if name == "jiyue_indicator_earned_ratio"]
    assert shares and all(0 <= share <= 1 for share in shares)


def test_before_the_first_turn_there_is_no_result_to_be_read() -> None:
    with served(Numbers(), "127.0.0.1", 0) as port:
        found = scraped(port)
    assert found["jiyue_verify_turns_total", "measured"] == 0
    assert not any(name.startswith(("jiyue_site", "jiyue_platform")) for name, *_ in found)


def test_an_address_that_is_taken_is_told(shut: socket.socket) -> None:
    with (
        served(Numbers(), "127.0.0.1", 0) as port,
        pytest.raises(EnvironmentFailed, match="cannot listen"),
        served(Numbers(), "127.0.0.1", port),
    ):
        pass


def test_series_are_as_many_as_the_inventory_has_names(runner: Runner, shut: socket.socket) -> None:
    """The same turn again, or other reasons, add no series."""
    port = shut.getsockname()[1]
    subjects = [SiteSubject(f"www.{n}.cn", "changsha", "a.cn", "198.18.0.1", "::1", host=str(port)) for n in "abc"]
    numbers = Numbers()
    counts = []
    for used in (subjects, subjects, subjects[:1]):
        loop = Loop(
            lambda used=used: measure([Port], used, runner),  # type: ignore[misc]
            Machine(2, 3), numbers, INDICATORS, Rhythm(5, 0), lambda one: None, lambda events: None,
        )  # fmt: skip
        loop.run(1)
        counts.append(sum(1 for family in numbers.collect() for _ in family.samples))
    assert counts[0] == counts[1] > counts[2]
