"""The newest turn as numbers for Prometheus; every label is a name of the inventory, so series cannot grow without end.

A scrape sees one turn whole, never parts of two, and a site that left the inventory leaves no series behind.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from inventory.errors import EnvironmentFailed
from inventory.indicators import Indicators
from ipv6.verify.model import CheckResult, Pass
from ipv6.verify.score.grade import mean, site_scores
from ipv6.verify.score.model import SiteScore
from ipv6.verify.standing import word


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn gave; times are UTC epoch seconds, `seconds` how long it took."""

    at: float
    seconds: float
    results: tuple[CheckResult, ...]
    scores: tuple[SiteScore, ...]


def turn_of(at: float, seconds: float, results: tuple[CheckResult, ...], indicators: Indicators) -> Turn:
    """A turn with its scores."""
    return Turn(at, seconds, results, site_scores(indicators, results))


@dataclass(eq=False)
class Numbers(Collector):
    """Everything that is told; `collect` is what a registry calls."""

    turn: Turn | None = None
    turns: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)
    states: dict[str, int] = field(default_factory=dict)
    last_success: float = 0.0
    took: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def done(self, turn: Turn, states: dict[str, int], events: Iterable[str]) -> None:
        """A turn that measured."""
        with self._lock:
            self.turn, self.states, self.last_success = turn, states, turn.at
            self.took += turn.seconds
            self.turns["measured"] += 1
            self.events.update(events)

    def failed(self, seconds: float) -> None:
        """A turn that measured nothing."""
        with self._lock:
            self.turns["failed"] += 1
            self.took += seconds

    def commanded(self, outcome: str) -> None:
        """The alert command ran: `done`, `failed`."""
        with self._lock:
            self.commands[outcome] += 1

    def collect(self) -> Iterator[Metric]:
        """Every metric of now."""
        with self._lock:
            turn, states, events = self.turn, dict(self.states), Counter(self.events)
            turns, commands, success, took = Counter(self.turns), Counter(self.commands), self.last_success, self.took
        yield _counter("jiyue_verify_turns", "Turns by outcome.", "outcome", ("measured", "failed"), turns)
        kinds = ("suspect", "cleared", "regression", "failing", "recovered", "unmeasured")
        yield _counter("jiyue_verify_events", "Changes of a result's state by kind.", "kind", kinds, events)
        yield _counter("jiyue_alert_commands", "Runs of the alert command.", "outcome", ("done", "failed"), commands)
        seconds = CounterMetricFamily("jiyue_verify_seconds", "Seconds spent in all turns.")
        seconds.add_metric([], took)
        yield seconds
        yield _gauge("jiyue_verify_last_success_timestamp_seconds", "End of the last turn that measured.", success)
        if turn is None:
            return
        yield _gauge("jiyue_verify_last_turn_seconds", "Seconds that the last turn took.", turn.seconds)
        held = GaugeMetricFamily("jiyue_results", "Results by state.", labels=["state"])
        for state, count in states.items():
            held.add_metric([state], count)
        yield held
        yield from _platforms(turn)
        yield from _sites(turn)
        yield _indicators(turn)


def _counter(name: str, text: str, label: str, values: Iterable[str], counts: Counter[str]) -> Metric:
    found = CounterMetricFamily(name, text, labels=[label])
    for value in values:
        found.add_metric([value], counts[value])
    return found


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _platforms(turn: Turn) -> Iterator[Metric]:
    checks = GaugeMetricFamily("jiyue_platform_checks", "Checks by verdict.", labels=["platform", "verdict"])
    score = GaugeMetricFamily("jiyue_platform_score", "Mean score of 100.", labels=["platform", "standard"])
    measured = GaugeMetricFamily(
        "jiyue_platform_measured", "Points of 100 that could be measured at all.", labels=["platform", "standard"]
    )
    for platform in dict.fromkeys(one.platform for one in turn.results):
        counts = Counter(word(one) for one in turn.results if one.platform == platform)
        for verdict in ("pass", "fail", "unknown"):
            checks.add_metric([platform, verdict], counts[verdict])
        for one in mean([each for each in turn.scores if each.platform == platform]):
            score.add_metric([platform, one.standard], one.score)
            measured.add_metric([platform, one.standard], one.measured)
    yield from (checks, score, measured)


def _sites(turn: Turn) -> Iterator[Metric]:
    ready: dict[tuple[str, str], bool] = {}
    for one in turn.results:
        if one.about == "site":
            place = (one.platform, one.subject)
            ready[place] = ready.get(place, True) and isinstance(one.verdict, Pass)
    gauge = GaugeMetricFamily("jiyue_site_ready", "1 when every check of the site passed.", labels=["platform", "site"])
    for (platform, site), good in ready.items():
        gauge.add_metric([platform, site], float(good))
    yield gauge
    score = GaugeMetricFamily("jiyue_site_score", "Score of 100.", labels=["platform", "site", "standard"])
    for each in turn.scores:
        for found in each.sets:
            score.add_metric([each.platform, each.site, found.standard], found.score)
    yield score


def _indicators(turn: Turn) -> Metric:
    """The share of an indicator's points that the platform's sites earn; what was not measured earns none."""
    gauge = GaugeMetricFamily(
        "jiyue_indicator_earned_ratio", "Earned points by possible ones.", labels=["platform", "standard", "indicator"]
    )
    whole: defaultdict[tuple[str, str, str], float] = defaultdict(float)
    earned: defaultdict[tuple[str, str, str], float] = defaultdict(float)
    for each in turn.scores:
        for found in each.sets:
            for item in found.items:
                place = (each.platform, found.standard, item.indicator)
                whole[place] += item.weight
                earned[place] += item.earned
    for place, weight in whole.items():
        gauge.add_metric(list(place), earned[place] / weight if weight else 0.0)
    return gauge


@contextmanager
def served(numbers: Numbers, address: str, port: int) -> Iterator[int]:
    """Serve `/metrics` while the block lasts; the port. EnvironmentFailed when the address cannot be listened on."""
    registry = CollectorRegistry()
    registry.register(numbers)
    try:
        server, thread = start_http_server(port, address, registry)
    except OSError as error:
        place = f"--listen {address}:{port}"
        raise EnvironmentFailed(place, f"cannot listen: {error.strerror or error}", "choose another port") from error
    try:
        yield int(server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
