"""The site's own links of the third level work over IPv6 (3级内链支持率)."""

from __future__ import annotations

from collections.abc import Mapping

from ipv6.verify import links
from ipv6.verify.check import check
from ipv6.verify.model import Answers, Fail, Pass, Probe, Unknown, Verdict
from ipv6.verify.reading import unanswered
from ipv6.verify.subjects import SiteSubject
from ipv6.verify.web import home, landed, page_of


@check(
    "links-level-3",
    passes="enough of the site's own links of the third level work over IPv6",
    needs=("v6",),
    layer="http",
    owner="site",
    after="never",
    depth="full",
)
class LinksLevel3:
    """Only the site's own name is fetched from; an inner address on a public page counts as lost."""

    @staticmethod
    def ask(subject: SiteSubject) -> tuple[Probe, ...]:
        """The home page, and a page that cannot exist."""
        return (home(subject), links.absent(subject))

    @staticmethod
    def follow(subject: SiteSubject, answers: Answers) -> tuple[Probe, ...]:
        """The links above and on this level."""
        second = links.probes(subject, links.level2(subject, answers))
        return (landed(subject, answers), *second, *links.probes(subject, links.level3(subject, answers)))

    @staticmethod
    def judge(subject: SiteSubject, answers: Answers) -> Verdict:
        """Pass when the share that works reaches the limit; what does not is named in any case."""
        if missing := unanswered(LinksLevel3.ask(subject), answers):
            return missing
        if page_of(landed(subject, answers), answers) is None:
            return Unknown(f"{subject.name}: the home page could not be read over IPv6, so no link is known")
        found = links.level3(subject, answers)
        if not found:
            return Pass((f"{subject.name}: no link of its own on this level",))
        if why := links.unmeasured(subject, found, answers):
            return Unknown(why)
        lost = links.broken(subject, found, answers)
        share, wanted = 1 - len(lost) / len(found), subject.limits["links-rate"]
        said = f"{len(found) - len(lost)} of {len(found)} links work over IPv6, {wanted:.0%} wanted"
        if share < wanted:
            return Fail((f"{subject.name}: {said}", *lost))
        owners = links.census(subject, answers)
        others = ", ".join(f"{count} {owner}" for owner, count in sorted(owners.items()) if owner != "own")
        return Pass((said + (f"; elsewhere: {others}" if others else ""), *lost))

    @staticmethod
    def values(subject: SiteSubject, answers: Answers) -> Mapping[str, float]:
        """`links3-rate`: the share that works; 1 where there is no link."""
        found = links.level3(subject, answers)
        lost = links.broken(subject, found, answers)
        return {"links3-rate": round(1 - len(lost) / len(found), 4) if found else 1.0}
