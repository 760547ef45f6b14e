"""Internal links level by level: which are asked for, what came, and whose the others are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256

from ipv6.verify.model import Answers, Probe
from ipv6.verify.page import Page, Ref
from ipv6.verify.reading import decide, text, unanswered
from ipv6.verify.subjects import SiteSubject
from ipv6.verify.web import arrived, landed, owner_of, page_of, visit


@dataclass(frozen=True, slots=True)
class Link:
    """One link: the page it stands on and the reference."""

    page: str
    ref: Ref


def absent(subject: SiteSubject) -> Probe:
    """A page that cannot exist: a site that answers 200 for it hides its errors (404 with a 200 body)."""
    name = sha256(subject.name.encode()).hexdigest()[:16]
    return visit(subject, f"https://{subject.name}/jiyue-absent-{name}.html")


def level2(subject: SiteSubject, answers: Answers) -> tuple[Link, ...]:
    """The site's own links on the home page, without the home page itself; inner addresses stay in, as lost."""
    start = landed(subject, answers)
    page = page_of(start, answers)
    return _own(subject, f"https://{start.name}/", page, {f"https://{subject.name}/"}) if page else ()


def level3(subject: SiteSubject, answers: Answers) -> tuple[Link, ...]:
    """The site's own links on the pages of level 2 that stand on neither level above."""
    second = level2(subject, answers)
    seen = {f"https://{subject.name}/", *(link.ref.url for link in second)}
    found: list[Link] = []
    for link in second:
        if _asked(subject, link) is None:
            continue
        page = page_of(visit(subject, link.ref.url), answers)
        fresh = _own(subject, link.ref.url, page, seen) if page else ()
        seen |= {one.ref.url for one in fresh}
        found += fresh
    return tuple(found[: int(subject.limits["links-most"])])


def probes(subject: SiteSubject, links: tuple[Link, ...]) -> tuple[Probe, ...]:
    """How links are asked for; inner ones are never."""
    return tuple(probe for link in links if (probe := _asked(subject, link)) is not None)


def broken(subject: SiteSubject, links: tuple[Link, ...], answers: Answers) -> tuple[str, ...]:
    """One reason for each link that does not work over IPv6, with the line of the template it stands on."""
    hidden = _hidden(subject, answers)
    found = []
    for link in links:
        probe = _asked(subject, link)
        if probe is None:
            why = "an inner address, which nobody outside can reach"
        else:
            _, sample = decide(probe, answers, lambda s: not arrived(s))
            why = arrived(sample)
            if not why and hidden and text(sample, "sha256") == hidden:
                why = "status 200, but the page is the site's error page"
        if why:
            found.append(f"{link.page} line {link.ref.line} <{link.ref.tag}> {link.ref.url}: {why}")
    return tuple(found)


def unmeasured(subject: SiteSubject, links: tuple[Link, ...], answers: Answers) -> str:
    """Why a level cannot be judged; empty when every link was answered."""
    missing = unanswered((absent(subject), *probes(subject, links)), answers)
    return missing.why if missing else ""


def census(subject: SiteSubject, answers: Answers) -> Counter[str]:
    """How many links of the home page are whose."""
    page = page_of(landed(subject, answers), answers)
    return Counter(owner_of(subject, ref.url) for ref in page.links) if page else Counter()


def _own(subject: SiteSubject, where: str, page: Page, seen: set[str]) -> tuple[Link, ...]:
    found = [
        Link(where, ref)
        for ref in page.links
        if ref.url not in seen and owner_of(subject, ref.url) in ("own", "inner", "literal")
    ]
    return tuple(found[: int(subject.limits["links-most"])])


def _asked(subject: SiteSubject, link: Link) -> Probe | None:
    return visit(subject, link.ref.url) if owner_of(subject, link.ref.url) == "own" else None


def _hidden(subject: SiteSubject, answers: Answers) -> str:
    """The hash of the page that stands for errors with status 200; empty when errors are told as such."""
    answer = answers.get(absent(subject))
    for sample in answer.samples if answer else ():
        if sample.get("status") == 200:
            return text(sample, "sha256")
    return ""
