"""Results to scores: what each indicator of each site earns, and the means of platforms and province."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from inventory.errors import InputError
from inventory.indicators import Indicator, Indicators
from ipv6.verify.check import discover
from ipv6.verify.model import CheckResult, Fail, Pass, Unknown
from ipv6.verify.score.model import Item, SetScore, SiteScore, State

Results = Mapping[str, CheckResult]
"""One site's results by check."""


def validated(indicators: Indicators) -> Indicators:
    """The same data; InputError for an indicator that asks for a check which does not exist."""
    known = {check.id for check in discover()}
    for one in indicators.indicators:
        for check in one.checks:
            if check not in known:
                fix = f"use one of {', '.join(sorted(known))}"
                raise InputError(f"indicators.yaml: {one.id}", f"no check is called {check}", fix)
    return indicators


def site_scores(
    indicators: Indicators, results: Iterable[CheckResult], assumed: Collection[str] = ()
) -> tuple[SiteScore, ...]:
    """Every site in the order of its results; the checks in `assumed` are taken for green (a prediction)."""
    by_site: dict[str, dict[str, CheckResult]] = {}
    for result in results:
        if result.about == "site":
            by_site.setdefault(result.subject, {})[result.check] = result
    return tuple(
        SiteScore(site, next(iter(found.values())).platform, graded(indicators, found, assumed))
        for site, found in by_site.items()
    )


def graded(indicators: Indicators, results: Results, assumed: Collection[str] = ()) -> tuple[SetScore, ...]:
    """All sets of one site."""
    found = []
    for standard in indicators.standards:
        items = tuple(_item(one, results, assumed) for one in indicators.of(standard.id))
        whole = sum(item.weight for item in items)
        earned = sum(item.earned for item in items)
        seen = sum(item.weight for item in items if item.state != "unmeasured")
        found.append(
            SetScore(
                standard.id,
                standard.title,
                round(100 * earned / whole, 2) if whole else 0.0,
                round(100 * seen / whole, 2) if whole else 0.0,
                standard.pass_mark,
                items,
            )
        )
    return tuple(found)


def mean(scores: Sequence[SiteScore]) -> tuple[SetScore, ...]:
    """The plain mean of several sites, set by set; items are left out. Empty for no site."""
    if not scores:
        return ()
    found = []
    for place, one in enumerate(scores[0].sets):
        same = [score.sets[place] for score in scores]
        found.append(
            SetScore(
                one.standard,
                one.title,
                round(sum(each.score for each in same) / len(same), 2),
                round(sum(each.measured for each in same) / len(same), 2),
                one.pass_mark,
            )
        )
    return tuple(found)


def _item(indicator: Indicator, results: Results, assumed: Collection[str]) -> Item:
    here = [results.get(check) for check in indicator.checks]
    open_ = [one for check, one in zip(indicator.checks, here, strict=True) if check not in assumed]
    value = _value(indicator, here)
    state: State
    if not open_:
        state, share = "full", 1.0
    elif indicator.sense == "pass":
        state, share = _passed(open_)
    else:
        state, share = _compared(indicator, value, open_)
    red = [one for one in open_ if one is not None and not isinstance(one.verdict, Pass)]
    lost = state != "full"
    missing = tuple(check for check in indicator.checks if check not in results and check not in assumed)
    return Item(
        indicator=indicator.id,
        title=indicator.title,
        layer=indicator.layer,
        weight=indicator.weight,
        earned=round(indicator.weight * share, 4),
        state=state,
        value=value,
        threshold=indicator.threshold,
        unit=indicator.unit,
        checks=(*(one.check for one in red), *missing) if lost else (),
        reasons=_reasons(indicator, value, red, missing) if lost else (),
    )


def _passed(results: Sequence[CheckResult | None]) -> tuple[State, float]:
    if any(one is not None and isinstance(one.verdict, Fail) for one in results):
        return "lost", 0.0
    if any(one is None or isinstance(one.verdict, Unknown) for one in results):
        return "unmeasured", 0.0
    return "full", 1.0


def _compared(indicator: Indicator, value: float | None, results: Sequence[CheckResult | None]) -> tuple[State, float]:
    wanted = indicator.threshold or 0.0
    if value is None:
        failed = any(one is not None and isinstance(one.verdict, Fail) for one in results)
        return ("lost", 0.0) if failed else ("unmeasured", 0.0)
    if value >= wanted if indicator.sense == "at-least" else value <= wanted:
        return "full", 1.0
    if indicator.scale == "proportional" and wanted > 0 and value > 0:
        return "part", value / wanted
    return "lost", 0.0


def _value(indicator: Indicator, results: Sequence[CheckResult | None]) -> float | None:
    for one in results:
        if one is not None and indicator.measure in one.values:
            return float(one.values[indicator.measure])
    return None


def _reasons(
    indicator: Indicator, value: float | None, red: Sequence[CheckResult], missing: Sequence[str]
) -> tuple[str, ...]:
    reasons = [reason for one in red for reason in one.reasons]
    if value is not None and not reasons:
        word = "at least" if indicator.sense == "at-least" else "at most"
        reasons.append(f"{indicator.measure} is {value:g} {indicator.unit}, {word} {indicator.threshold:g} wanted")
    reasons += [f"{check} was not measured" for check in missing]
    if not reasons:
        reasons.append(f"{indicator.measure} was not measured")
    return tuple(dict.fromkeys(reasons))
