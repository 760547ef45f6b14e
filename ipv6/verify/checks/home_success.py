"""The home page comes every time, not only once (首页访问成功率): n of m loads over IPv6."""

from __future__ import annotations

from collections.abc import Mapping

from ipv6.verify import timings
from ipv6.verify.check import check
from ipv6.verify.model import Answers, Fail, Pass, Probe, Verdict
from ipv6.verify.reading import outcome, unanswered
from ipv6.verify.subjects import SiteSubject


@check(
    "home-success",
    passes="repeated loads of the home page over IPv6 succeed as often as the limit asks",
    needs=("dual",),
    layer="http",
    owner="site",
    after="never",
    depth="full",
)
class HomeSuccess:
    """The same loads as `delays`."""

    @staticmethod
    def ask(subject: SiteSubject) -> tuple[Probe, ...]:
        """The home page several times over each family."""
        return (timings.probe(subject, 6), timings.probe(subject, 4))

    @staticmethod
    def judge(subject: SiteSubject, answers: Answers) -> Verdict:
        """Pass when the share over IPv6 reaches the limit."""
        if missing := unanswered(HomeSuccess.ask(subject), answers):
            return missing
        samples = answers[timings.probe(subject, 6)].samples
        came = sum(map(timings.good, samples))
        wanted = subject.limits["success-rate"]
        said = f"{subject.name} over IPv6: {came} of {len(samples)} loads succeeded, {wanted:.0%} wanted"
        if came / len(samples) >= wanted:
            return Pass((said,))
        lost = next(sample for sample in samples if not timings.good(sample))
        return Fail((f"{said}; one of the others: {outcome(lost)}",))

    @staticmethod
    def values(subject: SiteSubject, answers: Answers) -> Mapping[str, float]:
        """`success-rate` over IPv6, and how much lower it is than over IPv4."""
        six, four = (timings.success(subject, family, answers) for family in (6, 4))
        return {"success-rate": six, "success-degradation": round(max(0.0, (four - six) / four), 4) if four else 0.0}
