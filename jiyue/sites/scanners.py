"""How packaged scanners are asked, and what counts as an answer; their output is as hostile as any host's."""

from __future__ import annotations

from ipv6.verify.model import Answers, Probe
from ipv6.verify.reading import text
from jiyue.sites.check import last
from jiyue.sites.model import Seen

PACKAGES = {"ssh-audit": "ssh-audit", "testssl": "testssl.sh", "lynis": "lynis"}
"""Debian packages by command."""


LONG = 900.0
"""Seconds that a thorough one may take: on two processors that serve a lab besides, lynis takes minutes. One that does
nothing is ended much sooner (`jiyue/probe/agent/scan.py`)."""


def probe(scanner: str, place: str, seconds: float = LONG) -> Probe:
    """One run of a scanner on a host; after `seconds` it is ended."""
    return Probe(place, "scan", 4, qtype=scanner, timeout=seconds)


def said(id: str, scanner: str, about: str, asked: tuple[Probe, ...], answers: Answers) -> str | Seen:
    """The report's text; as a finding of that id why there is none."""
    if not asked:
        return Seen(id, about, f"{scanner}: no host that could run it is known", unknown=True)
    place = asked[0].vantage
    sample = last(answers.get(asked[0]))
    if isinstance(sample, str):
        return Seen(id, about, f"{place}: {scanner} not run: {sample}", unknown=True)
    state = text(sample, "state")
    if state == "missing":
        return Seen(id, about, f"{place}: {scanner} is not installed, package {PACKAGES[scanner]}", unknown=True)
    if state == "timeout":
        return Seen(id, about, f"{place}: {scanner} did not end within {asked[0].timeout:.0f} s", unknown=True)
    if state == "hung":
        return Seen(id, about, f"{place}: {scanner} did nothing for a minute and was ended", unknown=True)
    body = text(sample, "text")
    if state != "done" or not body.strip():
        return Seen(id, about, f"{place}: {scanner}: {text(sample, 'error')[:200] or 'it said nothing'}", unknown=True)
    if sample.get("cut") is True:
        return Seen(id, about, f"{place}: {scanner} said too much, its report was cut", unknown=True)
    return body
