"""Review can work and cannot be short-cut: known units, one rule per kind, the province judged from outside."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.model import SHARED
from inventory.review import Kind, Review, ReviewRule
from inventory.rules import Reason, rule
from inventory.rules._clash import twice
from inventory.types import show
from inventory.view import Ref, View
from inventory.vocab import Level

_FILE = "review.yaml"
_KINDS: tuple[Kind, ...] = ("shared", "province", "city")


@rule("review-policy")
def review_policy(view: View) -> Iterator[Reason]:
    """Units, rules, emergencies and the lab's keys fit each other and the platforms."""
    review = view.inventory.review
    yield from _units(view, review)
    kinds = [(each.kind, (_FILE, "rules", n, "kind")) for n, each in enumerate(review.rules)]
    yield from twice(kinds, "kind", "keep one rule per kind")
    for kind in _KINDS:
        if kind not in {name for name, _ in kinds}:
            yield Reason((_FILE, "rules"), f"no rule for change sets of kind {kind}", "add one")
    for n, each in enumerate(review.rules):
        yield from _rule(view, review, n, each)
    yield from _known(view, review, review.emergency.units, (_FILE, "emergency", "units"))
    yield from twice(((key.key, (_FILE, "lab", n, "key")) for n, key in enumerate(review.lab)), "key", "rename one")
    for n, key in enumerate(review.lab):
        yield from _known(view, review, (key.unit,), (_FILE, "lab", n, "unit"))
    if view.inventory.environment.kind == "lab":
        yield from _lab(view, review)


def _units(view: View, review: Review) -> Iterator[Reason]:
    names = [(unit.id, (_FILE, "units", n, "id")) for n, unit in enumerate(review.units)]
    yield from twice(names, "unit", "rename one")
    for name, at in names:
        if name in view.stems or name == SHARED:
            yield Reason(at, f"unit {name} has the name of a platform, which means its own operator", "rename it")
    for n, unit in enumerate(review.units):
        for m, platform in enumerate(unit.operates):
            if platform != SHARED and platform not in view.stems:
                where: Ref = (_FILE, "units", n, "operates", m)
                yield Reason(where, f"unknown platform {show(platform)}", "write the name of a platform or shared")


def _known(view: View, review: Review, names: tuple[str, ...], at: Ref) -> Iterator[Reason]:
    known = {unit.id for unit in review.units} | view.stems
    for n, name in enumerate(names):
        if name not in known:
            yield Reason((*at, n), f"unknown unit {show(name)}", "name a unit of this file or a platform")


def _rule(view: View, review: Review, n: int, each: ReviewRule) -> Iterator[Reason]:
    at: Ref = (_FILE, "rules", n)
    yield from _known(view, review, each.units, (*at, "units"))
    if each.kind != "city" and each.outside < 1:
        cause = f"{each.kind} can be approved by its own operating unit alone"
        yield Reason(at, cause, "write outside: 1 or more")
    if each.outside > each.reviewers:
        yield Reason(at, f"{each.outside} of {each.reviewers} reviewers cannot be from outside", "raise reviewers")
    for platform in _platforms(view, each.kind):
        if each.outside and set(each.units) <= review.operators(platform):
            cause = f"every reviewing unit of {each.kind} operates {platform}, so nobody is outside"
            yield Reason((*at, "units"), cause, "name a unit that does not operate it")


def _platforms(view: View, kind: Kind) -> tuple[str, ...]:
    if kind == "shared":
        return (SHARED,)
    level = Level.PROVINCE if kind == "province" else Level.CITY
    codes = {code for code, region in view.current.items() if region.level is level}
    return tuple(platform.name for _, platform in view.platforms if platform.code in codes)


def _lab(view: View, review: Review) -> Iterator[Reason]:
    """The lab approves by itself, so its keys have to be enough for every rule."""
    for each in review.rules:
        signers = [key.unit for key in review.lab if key.role == "reviewer" and key.unit in each.units]
        for platform in _platforms(view, each.kind):
            outside = [unit for unit in signers if unit not in review.operators(platform)]
            if len(signers) < each.reviewers or len(outside) < each.outside:
                cause = f"the lab's {len(signers)} keys are too few for {platform}, {each.reviewers} have to approve"
                yield Reason((_FILE, "lab"), cause, "add a reviewer's key of an allowed unit")
                break
