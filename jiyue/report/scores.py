"""The doctor's diagnosis as rows of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inventory.indicators import Indicators
from ipv6.verify.score.doctor import Diagnosis
from ipv6.verify.score.model import Cause, SetScore, SiteScore
from jiyue.report import words
from jiyue.report.model_site import CauseRow, IndicatorRow, ItemRow, ScoreRow, SetRow


class Scores:
    """Scores and causes by site; empty where nothing was graded."""

    def __init__(self, diagnosis: Diagnosis | None) -> None:
        self._sites: dict[str, SiteScore] = {one.site: one for one in diagnosis.sites} if diagnosis else {}
        self._causes: dict[str, list[Cause]] = {}
        for cause in diagnosis.causes if diagnosis else ():
            self._causes.setdefault(cause.subject, []).append(cause)
        self._of_platform: dict[str, list[Cause]] = {}
        for cause in diagnosis.causes if diagnosis else ():
            if cause.subject not in self._sites:
                self._of_platform.setdefault(cause.platform, []).append(cause)
        after = {one.standard: one.score for one in diagnosis.predicted} if diagnosis else {}
        self.whole = tuple(_set(one, after) for one in diagnosis.whole) if diagnosis else ()

    def sets(self, site: str) -> tuple[ScoreRow, ...]:
        """The sets of one site; what it scores once its causes are gone is the best that any one of them predicts."""
        score = self._sites.get(site)
        if score is None:
            return ()
        best: dict[str, float] = {}
        for cause in self._causes.get(site, ()):
            for one in cause.predicted:
                best[one.standard] = max(best.get(one.standard, 0.0), one.score)
        return tuple(
            ScoreRow(one.standard, one.score, one.measured, max(one.score, best.get(one.standard, one.score)))
            for one in score.sets
        )

    def items(self, site: str) -> tuple[ItemRow, ...]:
        """Every indicator of one site."""
        score = self._sites.get(site)
        return tuple(
            ItemRow(
                id=item.indicator,
                state=item.state,
                earned=item.earned,
                value=item.value,
                checks=item.checks,
            )
            for one in (score.sets if score else ())
            for item in one.items
        )

    def causes(self, subject: str, sites: bool = True) -> tuple[CauseRow, ...]:
        """Why a site is not green; with `sites` False what is wrong with a platform as a whole."""
        found: Mapping[str, Sequence[Cause]] = self._causes if sites else self._of_platform
        return tuple(_cause(one) for one in found.get(subject, ()))


def indicators(data: Indicators) -> tuple[IndicatorRow, ...]:
    """What the items of sites refer to."""
    return tuple(
        IndicatorRow(
            one.id,
            words.indicator(one.id, one.title),
            one.standard,
            float(one.weight),
            None if one.threshold is None else float(one.threshold),
            one.unit,
        )
        for one in data.indicators
    )


def _set(one: SetScore, after: Mapping[str, float]) -> SetRow:
    title = words.standard(one.standard, one.title)
    cured = max(one.score, after.get(one.standard, one.score))
    return SetRow(one.standard, title, one.score, one.measured, one.pass_mark, cured)


def _cause(one: Cause) -> CauseRow:
    return CauseRow(
        subject=one.subject,
        platform=one.platform,
        check=one.check,
        layer=one.layer,
        owner=one.owner,
        reasons=tuple(words.reason(why) for why in one.reasons),
        explains=one.explains,
        indicators=one.indicators,
        points=one.points,
        fix=words.reason(one.draft.fix),
        commands=one.draft.commands,
        targets=one.draft.targets,
        edits=one.draft.edits,
    )
