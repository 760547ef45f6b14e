"""Redirects end on pages of ours over IPv6: no IPv4 literal, no inner address, no loop, no step down to http."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from ipv6.verify.check import check
from ipv6.verify.model import Answers, Fail, Pass, Probe, Sample, Verdict
from ipv6.verify.reading import decide, outcome, records, text, unanswered
from ipv6.verify.subjects import SiteSubject
from ipv6.verify.web import fetchable, home, owner_of, visit


def _probes(subject: SiteSubject) -> tuple[Probe, ...]:
    return (visit(subject, f"http://{subject.name}/", samples=3), home(subject))


def _wrong(subject: SiteSubject, sample: Sample) -> Iterator[str]:
    for hop in records(sample, "hops"):
        location = text(hop, "location")
        step = f"{text(hop, 'url')} gives {text(hop, 'status')} to {location}"
        owner = owner_of(subject, location)
        if owner == "literal":
            yield f"{step}: an IPv4 literal, which a client with IPv6 only cannot follow"
        elif owner == "inner":
            yield f"{step}: an inner address, which nobody outside can reach"
        elif text(hop, "url").startswith("https:") and urlsplit(location).scheme == "http":
            yield f"{step}: from https down to http"
        elif urlsplit(location).scheme not in ("http", "https"):
            yield f"{step}: no web address"
    if text(sample, "state") in ("loop", "bad-url"):
        yield f"{text(sample, 'url')} over IPv6: redirects without end ({text(sample, 'error')})"


@check(
    "redirects",
    passes="no redirect of the site leads to an IPv4 literal, to an inner address, in circles or down to http",
    needs=("v6",),
    layer="http",
    owner="site",
    after="never",
)
class Redirects:
    """A score of 100 says nothing when the first redirect needs IPv4."""

    @staticmethod
    def ask(subject: SiteSubject) -> tuple[Probe, ...]:
        """The home page over http and over https."""
        return _probes(subject)

    @staticmethod
    def judge(subject: SiteSubject, answers: Answers) -> Verdict:
        """Pass when every hop is one that an IPv6-only client can follow."""
        probes = _probes(subject)
        if missing := unanswered(probes, answers):
            return missing
        reasons: list[str] = []
        hops = 0
        for probe in probes:
            ok, sample = decide(probe, answers, lambda s: text(s, "state") in ("ok", "loop", "bad-url"))
            if not ok:
                reasons.append(f"{'https' if probe.tls else 'http'}://{probe.name}/ over IPv6: {outcome(sample)}")
                continue
            reasons += _wrong(subject, sample)
            hops += len(records(sample, "hops"))
            outside = text(sample, "elsewhere")
            if outside and not fetchable(subject, outside) and owner_of(subject, outside) in ("third", "government"):
                reasons.append(f"{text(sample, 'url')} leads to {outside}, which is no site of ours")
        return Fail(tuple(dict.fromkeys(reasons))) if reasons else Pass((f"{hops} redirects followed over IPv6",))
