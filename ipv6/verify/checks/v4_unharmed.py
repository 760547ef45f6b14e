"""IPv4 is as good as before (design decision 5): answers, ports, status, body and, generously, delay."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import replace

from ipv6.verify.check import check
from ipv6.verify.model import Answers, Fail, Pass, Probe, Verdict
from ipv6.verify.reading import decide, number, outcome, strings, text, unanswered
from ipv6.verify.subjects import SiteSubject

PORTS = (80, 443)
WORDS = {"a": "A record", "port/80": "port 80", "port/443": "port 443", "status": "status"}


def _name(subject: SiteSubject) -> Probe:
    return Probe(subject.vantages.v4, "dns", 4, name=subject.name, qtype="A", samples=3, need=2)


def _port(subject: SiteSubject, port: int) -> Probe:
    return Probe(subject.vantages.v4, "tcp", 4, subject.address4, port, samples=3, need=2)


def _home(subject: SiteSubject) -> Probe:
    samples, need = int(subject.limits["delay-samples"]), int(subject.limits["delay-need"])
    host = subject.vantages.v4
    return Probe(host, "http", 4, subject.address4, 443, subject.name, tls=True, samples=samples, need=need)


def quiet(subject: SiteSubject) -> Probe:
    """The home page once more, when nothing else is asked at the same time."""
    return replace(_home(subject), alone=True)


def path(subject: SiteSubject) -> Probe:
    """How large an unfragmented packet reaches the site; compared when a baseline is taken, no check of its own."""
    return Probe(subject.vantages.v4, "path", 4, subject.address4)


def observe(subject: SiteSubject, answers: Answers) -> Mapping[str, str]:
    """What IPv4 is now, as flat text: `a`, `port/80`, `port/443`, `status`, `sha256`, `size`, `ms` (the median),
    `path` (bytes, when asked); raises KeyError for the others if unasked.

    Anything not measured is left out, so that it can neither be lost nor count as kept.
    """
    seen: dict[str, str] = {}
    if answers[_name(subject)].samples:
        ok, sample = decide(_name(subject), answers, lambda item: text(item, "state") == "answer")
        seen["a"] = ",".join(strings(sample, "rdata")) if ok else text(sample, "state")
    for port in PORTS:
        if answers[_port(subject, port)].samples:
            ok, sample = decide(_port(subject, port), answers, lambda item: text(item, "state") == "open")
            seen[f"port/{port}"] = "open" if ok else outcome(sample)
    if answers[_home(subject)].samples:
        ok, sample = decide(_home(subject), answers, lambda item: text(item, "state") == "ok")
        seen["status"] = str(int(number(sample, "status"))) if ok else outcome(sample)
        if ok:
            ms = statistics.median(number(s, "ms") for s in answers[_home(subject)].samples if text(s, "state") == "ok")
            seen |= {"sha256": text(sample, "sha256"), "size": text(sample, "size"), "ms": f"{ms:.0f}"}
    if path(subject) in answers and answers[path(subject)].samples:
        seen["path"] = f"{number(answers[path(subject)].samples[-1], 'mtu'):.0f}"
    return seen


def losses(subject: SiteSubject, before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """What IPv4 had before and has not now; an empty `before` means nothing is compared."""
    where = f"{subject.name} at {subject.address4} over IPv4"
    lost = [
        f"{where}: {word} was {before[key] or 'empty'}, is {now.get(key, 'not measured') or 'empty'}"
        for key, word in WORDS.items()
        if key in before and before[key] != now.get(key, "not measured")
    ]
    if "sha256" in before and before["sha256"] != now.get("sha256") and _apart(subject, before, now):
        lost.append(f"{where}: home page had {before.get('size')} bytes, has {now.get('size', 'no')} bytes")
    if "path" in now and float(before.get("path", 0)) > float(now["path"]):
        lost.append(f"{where}: packets of {before['path']} bytes came through, now of {now['path']}")
    if "ms" in before and "ms" in now:
        allowed = max(float(before["ms"]) * subject.limits["delay-factor"], subject.limits["delay-floor"])
        if float(now["ms"]) > allowed:
            lost.append(f"{where}: home page took {before['ms']} ms, takes {now['ms']} ms, {allowed:.0f} ms allowed")
    return tuple(lost)


def _apart(subject: SiteSubject, before: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether two sizes differ by more than the limit; a page that changes by itself keeps its size, more or less."""
    old, new = float(before.get("size") or 0), float(now.get("size") or 0)
    return abs(old - new) * 100 > subject.limits["body-distance"] * max(old, 1.0)


@check(
    "v4-unharmed",
    passes="IPv4 answers as before: record, ports, status, page and delay",
    needs=("v4",),
    layer="ipv4",
    owner="network",
    after="address",
)
class V4Unharmed:
    """Without a baseline the site must still resolve to its address and answer."""

    @staticmethod
    def ask(subject: SiteSubject) -> tuple[Probe, ...]:
        """A record, both ports and the home page from the IPv4-only vantage."""
        return (_name(subject), *(_port(subject, port) for port in PORTS), _home(subject))

    @staticmethod
    def follow(subject: SiteSubject, answers: Answers) -> tuple[Probe, ...]:
        """A page that came slowly among a thousand others is asked for again by itself before its delay counts."""
        if unanswered(V4Unharmed.ask(subject), answers) or not subject.baseline:
            return ()
        now = observe(subject, answers)
        quick = {key: value for key, value in now.items() if key != "ms"}
        slow = losses(subject, subject.baseline, now) != losses(subject, subject.baseline, quick)
        return (quiet(subject),) if slow else ()

    @staticmethod
    def judge(subject: SiteSubject, answers: Answers) -> Verdict:
        """Pass when nothing of the baseline is lost."""
        again = V4Unharmed.follow(subject, answers)
        if missing := unanswered((*V4Unharmed.ask(subject), *again), answers):
            return missing
        if again:
            answers = {**answers, _home(subject): answers[again[0]]}
        now = observe(subject, answers)
        before = dict(subject.baseline) or {"a": subject.address4, "port/443": "open", "status": "200"}
        lost = losses(subject, before, now)
        if lost:
            return Fail(lost)
        basis = "as before the change" if subject.baseline else "answers as planned (no baseline taken)"
        return Pass((f"{subject.address4} status {now['status']}, {now.get('size', '0')} bytes: {basis}",))
