"""The prober that `ipv6/apply` asks: by address before AAAA exists, by name after, and IPv4 before and after."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from inventory.errors import EnvironmentFailed
from inventory.model import SHARED, Inventory
from ipv6.change.model import ChangeSet
from ipv6.ports import ProbeReport
from ipv6.verify import ipv4_state
from ipv6.verify.build import shared_subject, site_subjects, zone_subjects
from ipv6.verify.check import Check, discover
from ipv6.verify.checks import v4_unharmed
from ipv6.verify.flows import passes, probe
from ipv6.verify.limits import DEFAULT_LIMITS
from ipv6.verify.model import Answers, Probe
from ipv6.verify.reading import decide, outcome, strings, text
from ipv6.verify.subjects import SiteSubject, Subject
from jiyue.probe.rounds import Turns, Verification, settle
from jiyue.probe.runner import Runner
from jiyue.probe.sampler import Sampled, Watch

PATIENCE = DEFAULT_LIMITS["settle"]


class VantageProber:
    """Implements `ipv6.ports.Prober` over SSH to the vantage points.

    `claims` (key to prefix) should hold the whole ledger; what the change set itself claims is added to it.
    `patience` are seconds a red round is repeated for; a loss of IPv4 has to be seen `rounds` times, `pause` seconds
    apart, before it counts. `watch` is begun with the first baseline and ended by `close`.
    """

    def __init__(
        self,
        inv: Inventory,
        ssh_config: Path,
        claims: Mapping[str, str] | None = None,
        *,
        evidence: Path | None = None,
        ca: str = "",
        patience: float = PATIENCE,
        runner: Runner | None = None,
        rounds: int = int(DEFAULT_LIMITS["ipv4-rounds"]),
        pause: float = DEFAULT_LIMITS["ipv4-pause"],
        watch: Watch | None = None,
    ) -> None:
        self._inv = inv
        self._watch, self._marks = watch, dict[str, int]()
        self._starting = threading.Lock()
        self._rounds, self._pause = rounds, pause
        self._claims = dict(claims or {})
        self._runner = runner or Runner(ssh_config, evidence, ca)
        self._patience = patience

    def by_address(self, change: ChangeSet) -> ProbeReport:
        """TCP, TLS, HTTP, name servers and zone rules at planned addresses, with IPv4 beside it."""
        return self._report(change, [check for check in discover() if check.after == "address"])

    def by_name(self, change: ChangeSet) -> ProbeReport:
        """What a user meets once AAAA is published; for the shared part, the name servers' own addresses."""
        if change.platform == SHARED:
            return self._glue(change)
        return self._report(change, [check for check in discover() if check.after == "name"])

    def ipv4_baseline(self, change: ChangeSet) -> Mapping[str, str]:
        """IPv4 as it is: `site/<name>/<what>` for every site, `flow/<flow>` for every allowed flow, and what
        `ipv6.verify.ipv4_state` says of the devices that the change touches and of their neighbours.

        Raises EnvironmentFailed when nothing could be measured: without a baseline no loss would ever be seen.
        """
        seen = self._ipv4(change)
        if not seen:
            place = f"IPv4 of {change.platform}"
            raise EnvironmentFailed(place, "nothing could be measured", "check that the vantage points answer")
        self._mark(change.platform)
        return seen

    def ipv4_watched(self, change: ChangeSet) -> tuple[str, ...]:
        """What the watch has lost of this platform (of all, for what is shared) since its baseline; asks nobody.

        A run that goes on with an earlier baseline is watched from its first question.
        """
        if self._watch is None:
            return ()
        self._mark(change.platform)
        every = (change.platform,) if change.platform != SHARED else tuple(self._inv.platform_by_name)
        return self._watch.losses(every, self._marks[change.platform])

    def close(self) -> Sampled | None:
        """End the watch; what it saw, None when none was begun."""
        if self._watch is None or not self._watch.begun:
            return None
        self._watch.__exit__(None, None, None)
        return self._watch.result()

    def _mark(self, platform: str) -> None:
        if self._watch is not None:
            with self._starting:
                if not self._watch.begun:
                    self._watch.__enter__()
            self._marks.setdefault(platform, self._watch.mark())

    def _ipv4(self, change: ChangeSet) -> dict[str, str]:
        sites, flows = self._sites(change), self._flows(change)
        held = [device.device for device in change.devices if not device.deferred]
        devices = ipv4_state.devices(self._inv, held)
        pages = [probe for site in sites for probe in (*v4_unharmed.V4Unharmed.ask(site), v4_unharmed.path(site))]
        answers = self._runner.run_all([*pages, *flows.values(), *map(ipv4_state.ask, devices)])
        seen = {
            f"site/{site.name}/{key}": value
            for site in sites
            for key, value in v4_unharmed.observe(site, answers).items()
        }
        for label, asked in flows.items():
            answer = answers[asked]
            if answer.samples:
                seen[f"flow/{label}"] = "through" if passes(answer.samples) else outcome(answer.samples[-1])
        return {**seen, **ipv4_state.observe(devices, answers)} if seen else {}

    def ipv4_lost(self, change: ChangeSet, before: Mapping[str, str]) -> tuple[str, ...]:
        """What IPv4 had in `before` and has not now; it counts as lost when every round of `rounds` misses it."""
        lost: tuple[str, ...] = ()
        for turn in range(self._rounds):
            if turn:
                time.sleep(self._pause)
            lost = self._losses(change, before, self._ipv4(change))
            if not lost:
                break
        return (*lost, *self.ipv4_watched(change))

    def _losses(self, change: ChangeSet, before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
        lost = [
            loss
            for site in self._sites(change)
            for loss in v4_unharmed.losses(site, _part(before, site), _part(now, site))
        ]
        for key, value in before.items():
            if key.startswith("flow/") and value == "through" and now.get(key) != "through":
                lost.append(f"{key.removeprefix('flow/')}: came through before, now {now.get(key, 'not measured')}")
        return (*ipv4_state.losses(before, now), *lost)

    def _report(self, change: ChangeSet, checks: list[Check]) -> ProbeReport:
        claims = self._all_claims(change)
        subjects: tuple[Subject, ...]
        if change.platform == SHARED:
            subjects = (shared_subject(self._inv, claims),)
        else:
            names = [change.platform]
            subjects = (*site_subjects(self._inv, claims, names), *zone_subjects(self._inv, claims, names))
        used = [check for check in checks if any(check.applies(subject) for subject in subjects)]
        seen: Verification = settle(used, subjects, self._runner, self._patience)
        return ProbeReport(seen.ok, len(seen.results), seen.reasons)

    def _glue(self, change: ChangeSet) -> ProbeReport:
        """The published records of the change set, as the dual-stack vantage's resolver gives them."""
        records = [
            record
            for record in change.records
            if record.after and (record.type in ("A", "AAAA") or (record.type == "PTR" and not record.keep))
        ]
        asked = {(r.name, r.type): Probe("vantage-dual", "dns", 4, name=r.name, qtype=r.type) for r in records}
        wanted = {(r.name, r.type): r.after for r in records}

        def unlike(keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
            answers = self._runner.run_all([asked[key] for key in keys])
            return {key: why for key in keys if (why := _unlike(key, wanted[key], asked[key], answers))}

        # An answer from before the publication lives as long as its zone says (RFC 2308).
        turns, red = Turns(self._patience, self._pause), unlike(asked)
        while red and turns.another():
            red = unlike(red)
        return ProbeReport(not red and bool(asked), len(asked), tuple(red.values()))

    def _sites(self, change: ChangeSet) -> tuple[SiteSubject, ...]:
        """The platform's sites; for the shared part every platform's portal, since all stand on it."""
        subjects = site_subjects(self._inv, self._all_claims(change))
        portals = {platform.portal for platform in self._inv.platforms}
        if change.platform == SHARED:
            return tuple(subject for subject in subjects if subject.name in portals)
        return tuple(subject for subject in subjects if subject.platform == change.platform)

    def _flows(self, change: ChangeSet) -> dict[str, Probe]:
        if change.platform == SHARED:
            return {}
        (subject,) = zone_subjects(self._inv, self._all_claims(change), [change.platform])
        return {f"{subject.platform} {pair.label} over IPv4": probe(pair, 4) for pair in subject.pairs if pair.allowed}

    def _all_claims(self, change: ChangeSet) -> Mapping[str, str]:
        return {**self._claims, **{claim.key: claim.prefix for claim in change.claims}}


def _unlike(key: tuple[str, str], wanted: Sequence[str], asked: Probe, answers: Answers) -> str:
    """Why the answer is not what was published; empty when it is."""
    name, kind = key
    if not answers[asked].samples:
        return f"{name} {kind}: not measured: {answers[asked].problem}"
    _, sample = decide(asked, answers, lambda item: text(item, "state") == "answer")
    if set(strings(sample, "rdata")) == set(wanted):
        return ""
    got = ", ".join(strings(sample, "rdata")) or text(sample, "rcode") or text(sample, "state")
    return f"{name} {kind} is {got}, published is {', '.join(wanted)}"


def site_baselines(flat: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """A stored `ipv4_baseline` as `{site: {what: value}}`, the form `verify` takes."""
    found: dict[str, dict[str, str]] = {}
    for key, value in flat.items():
        kind, _, rest = key.partition("/")
        if kind == "site":
            name, _, what = rest.partition("/")
            found.setdefault(name, {})[what] = value
    return found


def _part(flat: Mapping[str, str], site: SiteSubject) -> dict[str, str]:
    prefix = f"site/{site.name}/"
    return {key.removeprefix(prefix): value for key, value in flat.items() if key.startswith(prefix)}
