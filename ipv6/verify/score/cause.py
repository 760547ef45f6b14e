"""Red checks to causes: the deepest red one of a site or its platform explains what stands on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ipv6.verify.model import CheckResult, Fail, Unknown
from ipv6.verify.score.rules import ABOVE, OWNERS, PLATFORM, RULES, Rule

Results = Mapping[str, CheckResult]
"""Results by check."""
SILENT = ("unreachable over SSH", "no answer within", "not measured")


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause: the red result itself, its layer, who owns it, and the checks of the same site that it explains."""

    result: CheckResult
    layer: str
    owner: str
    explains: tuple[str, ...]


def of_site(own: Results, platform: Results, names: Results | None = None, host: str = "") -> tuple[Finding, ...]:
    """The causes behind a site's red checks, deepest first; a platform's red check only where it explains one.

    `names` are the results of the platform that holds the name servers, `host` the device that serves the site. A
    check that could not be measured because of a cause counts as explained by it.
    """
    whose = {"site": own, "own": platform, "names": names or {}}
    red = {id for id, result in own.items() if isinstance(result.verdict, Fail)}
    held = {id for id, result in own.items() if isinstance(result.verdict, Unknown)}
    explained: set[str] = set()
    found: list[Finding] = []
    for rule in RULES:
        result = whose[rule.where].get(rule.check)
        if result is None or not isinstance(result.verdict, Fail) or any(result is one.result for one in found):
            continue
        if rule.check in explained and not rule.wide:
            continue
        if not _said(rule, result, host) or (rule.wide and not _through(rule, own, red - explained)):
            continue
        below = ((rule.explains & (red | held)) - explained) - ({rule.check} if not rule.wide else set())
        explained |= below
        found.append(Finding(result, *_place(rule, result, own), tuple(sorted(below))))
    return tuple(found)


def of_platform(results: Results) -> tuple[Finding, ...]:
    """The causes behind a platform's own red checks."""
    red = {id: one for id, one in results.items() if isinstance(one.verdict, Fail) and id in PLATFORM}
    below = {id: tuple(sorted(ABOVE.get(id, frozenset()) & red.keys())) for id in red}
    explained = {one for several in below.values() for one in several}
    return tuple(Finding(one, PLATFORM[id], one.owner, below[id]) for id, one in red.items() if id not in explained)


def _said(rule: Rule, result: CheckResult, host: str) -> bool:
    """Whether its reasons speak of what the rule is about."""
    words = [word.replace("{host}", host) for word in rule.words if host or "{host}" not in word]
    if any(word in reason for reason in result.reasons for word in rule.unless):
        return False
    return not rule.words or any(word in reason for reason in result.reasons for word in words)


def _through(rule: Rule, own: Results, red: set[str]) -> bool:
    """Whether a platform's red check concerns the site: it is out of reach, or every name server is."""
    met = rule.through & red
    if rule.where == "names":
        return any(len(own[check].reasons) > 1 for check in met)
    return bool(met)


def _place(rule: Rule, result: CheckResult, own: Results) -> tuple[str, str]:
    """(layer, owner): by the rule, or as the reasons tell: a refusal comes from a host, silence from a filter."""
    layer = _layer(rule, result, own)
    return layer, (OWNERS.get(layer, result.owner) if layer != rule.layer or rule.check in READ else result.owner)


READ = frozenset({"tcp-ports", "same-site"})
"""Checks whose owner follows from the layer."""


def _layer(rule: Rule, result: CheckResult, own: Results) -> str:
    reasons = result.reasons
    match rule.check:
        case "tcp-ports":
            listeners = own.get("listeners")
            away = isinstance(listeners.verdict, Unknown) and any(word in listeners.reasons[0] for word in SILENT) if (
                listeners) else False  # fmt: skip
            if any("refused" in reason for reason in reasons):
                return "service"
            if away and not any("is open" in reason for reason in reasons):
                return "service"  # neither family answers, and the host itself does not either
            if any("unreachable" in reason for reason in reasons):
                return "route"
        case "redirects" if all("timeout" in reason for reason in reasons):
            return "service"
        case "home-success" if any(word in reason for reason in reasons for word in ("timeout", "unreachable")):
            return "route"
        case "v4-unharmed" if all("A record" in reason for reason in reasons):
            return "record"
    return rule.layer


def by_subject(results: Sequence[CheckResult]) -> tuple[dict[str, dict[str, CheckResult]],
                                                        dict[str, dict[str, CheckResult]]]:  # fmt: skip
    """(results of each site by check, results of each platform as a whole by check)."""
    sites: dict[str, dict[str, CheckResult]] = {}
    platforms: dict[str, dict[str, CheckResult]] = {}
    for one in results:
        into = sites if one.about == "site" else platforms
        into.setdefault(one.subject if one.about == "site" else one.platform, {})[one.check] = one
    return sites, platforms
