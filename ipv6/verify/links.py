"""Internal links level by level: which are asked for, what came, and whose the others are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256

from ipv6.verify.model import Answers, Fail, Pass, Probe, Unknown, Verdict
from ipv6.verify.page import Page, Ref
from ipv6.verify.reading import decide, text, unanswered
from ipv6.verify.subjects import SiteSubject
from ipv6.verify.web import arrived, home, landed, owner_of, page_of, visit


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


def rate(subject: SiteSubject, found: tuple[Link, ...], answers: Answers) -> float:
    """The share of these links that works over IPv6; 1 where there is none."""
    return round(1 - len(broken(subject, found, answers)) / len(found), 4) if found else 1.0


def judge(subject: SiteSubject, found: tuple[Link, ...], answers: Answers) -> Verdict:
    """Pass when the share of one level's links that works reaches the limit; what does not is named in any case."""
    if missing := unanswered((home(subject), absent(subject)), answers):
        return missing
    if page_of(landed(subject, answers), answers) is None:
        return Unknown(f"{subject.name}: the home page could not be read over IPv6, so no link is known")
    if not found:
        return Pass((f"{subject.name}: no link of its own on this level",))
    if why := unmeasured(subject, found, answers):
        return Unknown(why)
    lost = broken(subject, found, answers)
    share, wanted = 1 - len(lost) / len(found), subject.limits["links-rate"]
    said = f"{len(found) - len(lost)} of {len(found)} links work over IPv6, {wanted:.0%} wanted"
    if share < wanted:
        return Fail((f"{subject.name}: {said}", *lost))
    owners = census(subject, answers)
    others = ", ".join(f"{count} {owner}" for owner, count in sorted(owners.items()) if owner != "own")
    return Pass((said + (f"; elsewhere: {others}" if others else ""), *lost))
