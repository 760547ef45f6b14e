"""The site's own links of the second level work over IPv6 (2级内链支持率)."""

from __future__ import annotations

from collections.abc import Mapping

from ipv6.verify import links
from ipv6.verify.check import check
from ipv6.verify.model import Answers, Probe, Verdict
from ipv6.verify.subjects import SiteSubject
from ipv6.verify.web import home, landed


@check(
    "links-level-2",
    passes="enough of the site's own links of the second level work over IPv6",
    needs=("v6",),
    layer="http",
    owner="site",
    after="never",
    depth="full",
)
class LinksLevel2:
    """Only the site's own name is fetched from; an inner address on a public page counts as lost."""

    @staticmethod
    def ask(subject: SiteSubject) -> tuple[Probe, ...]:
        """The home page, and a page that cannot exist."""
        return (home(subject), links.absent(subject))

    @staticmethod
    def follow(subject: SiteSubject, answers: Answers) -> tuple[Probe, ...]:
        """The links above and on this level."""
        second = links.probes(subject, links.level2(subject, answers))
        return (landed(subject, answers), *second)

    @staticmethod
    def judge(subject: SiteSubject, answers: Answers) -> Verdict:
        """Pass when the share that works reaches the limit; what does not is named in any case."""
        return links.judge(subject, links.level2(subject, answers), answers)

    @staticmethod
    def values(subject: SiteSubject, answers: Answers) -> Mapping[str, float]:
        """`links2-rate`: the share that works; 1 where there is no link."""
        return {"links2-rate": links.rate(subject, links.level2(subject, answers), answers)}
