"""The home page is whole for a client that has IPv6 only: every sub-resource loads (no 天窗)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ipv6.verify.check import check
from ipv6.verify.model import Answers, Fail, Pass, Probe, Sample, Verdict
from ipv6.verify.page import Ref, style
from ipv6.verify.reading import decide, native6, number, outcome, strings, text, unanswered
from ipv6.verify.subjects import SiteSubject
from ipv6.verify.web import (
    arrived,
    content_type,
    fetchable,
    home,
    landed,
    lookup,
    owner_of,
    page_of,
    shown,
    unreadable,
    visit,
)

MOST = 60
"""Sub-resources that are asked for."""


def _resources(subject: SiteSubject, answers: Answers) -> tuple[Ref, ...]:
    """What the page loads, and what its style sheets load."""
    page = page_of(landed(subject, answers), answers)
    found: dict[str, Ref] = {ref.url: ref for ref in page.resources} if page else {}
    for ref in tuple(found.values()):
        if fetchable(subject, ref.url):
            probe = visit(subject, ref.url)
            answer = answers.get(probe)
            if answer and answer.samples and "css" in content_type(answer.samples[-1]):
                for inner in style(text(answer.samples[-1], "text"), ref.url):
                    found.setdefault(inner.url, inner)
    return tuple(found.values())[:MOST]


def _probe(subject: SiteSubject, ref: Ref) -> Probe | None:
    """How a resource is asked for: ours by a visit, others' names by a look-up, addresses not at all."""
    if fetchable(subject, ref.url):
        return visit(subject, ref.url)
    return None if owner_of(subject, ref.url) in ("inner", "literal") else lookup(subject, ref.url)


def _why(subject: SiteSubject, ref: Ref, answers: Answers) -> str:
    """Why the resource is missing for an IPv6-only client; empty when it is there."""
    probe = _probe(subject, ref)
    if probe is None:
        inner = owner_of(subject, ref.url) == "inner"
        return "can be reached from inside only" if inner else "IPv4 address instead of a name"
    if probe.kind == "visit":
        _, sample = decide(probe, answers, lambda s: not arrived(s))
        return arrived(sample)
    ok, sample = decide(probe, answers, lambda s: bool(native6(strings(s, "rdata"))))
    return "" if ok else "its name has no AAAA record"


def _wrong(subject: SiteSubject, answers: Answers) -> Iterator[str]:
    refs = _resources(subject, answers)
    for ref in refs:
        if why := _why(subject, ref, answers):
            where = f"line {ref.line}" if ref.tag != "css" else f"style sheet line {ref.line}"
            yield f"{where} <{ref.tag}> {ref.url} over IPv6: {why}"


def _redirects(sample: Sample) -> Iterator[str]:
    hops = sample.get("hops")
    for hop in hops if isinstance(hops, list) else ():
        location = text(hop, "location") if isinstance(hop, dict) else ""
        host = location.partition("//")[2].partition("/")[0]
        if host and host.partition(":")[0].replace(".", "").isdigit():
            yield f"redirect to the IPv4 literal {location}"


@check(
    "home-complete",
    passes="the home page and everything on it loads over IPv6 alone",
    needs=("v6",),
    layer="http",
    owner="site",
)
class HomeComplete:
    """Reached by name through the vantage's own resolver, as a user would; only names of ours are fetched from."""

    @staticmethod
    def ask(subject: SiteSubject) -> tuple[Probe, ...]:
        """The home page."""
        return (home(subject),)

    @staticmethod
    def follow(subject: SiteSubject, answers: Answers) -> tuple[Probe, ...]:
        """What it refers to, and what its style sheets refer to."""
        refs = (_probe(subject, ref) for ref in _resources(subject, answers))
        return (landed(subject, answers), *(probe for probe in refs if probe is not None))

    @staticmethod
    def judge(subject: SiteSubject, answers: Answers) -> Verdict:
        """Pass when the page is there, no redirect leads to an IPv4 literal and no sub-resource is missing."""
        first = home(subject)
        if missing := unanswered((first,), answers):
            return missing
        _, sample = decide(first, answers, shown)
        reasons = list(_redirects(sample))
        final = landed(subject, answers)
        if missing := unanswered((final,), answers):
            return missing
        ok, page = decide(final, answers, shown)
        where = f"https://{subject.name}/"
        if not ok:
            outside = text(sample, "elsewhere") if final == first else ""
            seen = f"redirects to {outside}, which is no site of ours" if outside else outcome(page)
            return Fail((*reasons, f"{where} over IPv6: {seen}"))
        if why := unreadable(page):
            return Fail((*reasons, f"{where} over IPv6: {why}"))
        if not native6((text(page, "address"),)):
            reasons.append(f"{where} was reached at {text(page, 'address')}, which is not native IPv6")
        if missing := unanswered(HomeComplete.follow(subject, answers), answers):
            return missing
        reasons += _wrong(subject, answers)
        if reasons:
            return Fail(tuple(reasons))
        count = len(_resources(subject, answers))
        return Pass((f"{outcome(page)} at [{text(page, 'address')}]:443, {count} sub-resources",))

    @staticmethod
    def values(subject: SiteSubject, answers: Answers) -> Mapping[str, float]:
        """`home-answers`: 1 when the page itself came; `home-bytes`: its size."""
        ok, page = decide(landed(subject, answers), answers, shown)
        return {"home-answers": float(ok), "home-bytes": number(page, "size")}
