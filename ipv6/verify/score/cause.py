"""Red checks to causes: the deepest red one of a site or its platform explains what stands on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ipv6.verify.model import CheckResult, Fail, Unknown

WEB = frozenset({"home-complete", "redirects", "links-level-2", "links-level-3", "home-success", "delays",
                 "dual-stack-race"})  # fmt: skip
REACH = WEB | {"tcp-ports", "tls-valid", "same-site", "path-mtu"}
LARGE = frozenset({"home-complete", "links-level-2", "links-level-3", "home-success", "delays", "same-site"})


@dataclass(frozen=True, slots=True)
class Rule:
    """A check that can be a cause, where it lies, and which other red checks it explains.

    `wide` checks belong to a platform; they explain a site only when `through` is red there too and one of the cause's
    own reasons holds one of the `words` (any reason when there are none).
    """

    check: str
    layer: str
    explains: frozenset[str]
    through: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()

    @property
    def wide(self) -> bool:
        """Whether it is looked for at the platform."""
        return bool(self.through)


REACHED = frozenset({"tcp-ports", "ns-over-ipv6", "path-mtu"})
RULES = (
    # From the ground up: names first where the address cannot even be asked for, then the way, then the service.
    Rule("ns-over-ipv6", "delegation", frozenset({"delegation-ipv6", "aaaa-published", "dnssec-valid"}) | WEB),
    Rule("delegation-ipv6", "delegation", frozenset({"aaaa-published", "dnssec-valid"}) | WEB),
    Rule("aaaa-published", "record", frozenset({"dnssec-valid"}) | WEB),
    Rule("dnssec-valid", "delegation", frozenset()),
    Rule("extranet-routes", "route", REACH | {"ns-over-ipv6"}, REACHED),
    Rule("listeners", "service", REACH - {"path-mtu"}),
    Rule("firewall-parity", "filter", REACH | {"ns-over-ipv6"}, REACHED, (" to dmz ",)),
    Rule("icmpv6-policy", "filter", LARGE | {"path-mtu"}, frozenset({"path-mtu"}), (" to dmz", "dmz to ")),
    Rule("path-mtu", "route", LARGE),
    Rule("tcp-ports", "filter", WEB | {"tls-valid", "same-site"}),
    Rule("tls-valid", "service", WEB | {"same-site"}),
    Rule("redirects", "page", frozenset({"home-complete", "links-level-2", "links-level-3"})),
    Rule("same-site", "page", frozenset()),
    Rule("home-success", "service", frozenset({"delays"})),
    Rule("home-complete", "page", frozenset({"links-level-2", "links-level-3"})),
    Rule("links-level-2", "page", frozenset({"links-level-3"})),
    Rule("links-level-3", "page", frozenset()),
    Rule("dual-stack-race", "route", frozenset({"delays"})),
    Rule("delays", "performance", frozenset()),
    Rule("reverse-ptr", "record", frozenset()),
    Rule("v4-unharmed", "route", frozenset()),
)
PLATFORM = {"zone-allow": "filter", "zone-deny": "filter", "zone-mtu": "route", "extension-headers": "filter",
            "ra-policy": "route", "firewall-parity": "filter", "icmpv6-policy": "filter", "extranet-routes": "route",
            "shared-answers": "delegation"}  # fmt: skip
"""Layers of checks about a platform as a whole."""
ABOVE = {"firewall-parity": frozenset({"zone-allow", "zone-deny"}), "icmpv6-policy": frozenset({"zone-mtu"}),
         "extranet-routes": frozenset({"zone-allow", "zone-mtu"})}  # fmt: skip
"""What a platform's check explains among the platform's other ones."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause: the red result itself, its layer, and the checks of the same site that it explains."""

    result: CheckResult
    layer: str
    explains: tuple[str, ...]


def of_site(own: Mapping[str, CheckResult], platform: Mapping[str, CheckResult]) -> tuple[Finding, ...]:
    """The causes behind a site's red checks, deepest first; a platform's red check only where it explains one.

    A check that could not be measured because of a cause counts as explained by it.
    """
    red = {id for id, result in own.items() if isinstance(result.verdict, Fail)}
    held = {id for id, result in own.items() if isinstance(result.verdict, Unknown)}
    explained: set[str] = set()
    found = []
    for rule in RULES:
        result = platform.get(rule.check) if rule.wide else own.get(rule.check)
        if result is None or not isinstance(result.verdict, Fail) or rule.check in explained:
            continue
        if rule.wide and not _concerns(rule, result, red - explained):
            continue
        below = (rule.explains & (red | held)) - explained
        explained |= below
        found.append(Finding(result, _layer(rule, result), tuple(sorted(below))))
    return tuple(found)


def of_platform(results: Mapping[str, CheckResult]) -> tuple[Finding, ...]:
    """The causes behind a platform's own red checks."""
    red = {id: one for id, one in results.items() if isinstance(one.verdict, Fail) and id in PLATFORM}
    below = {id: tuple(sorted(ABOVE.get(id, frozenset()) & red.keys())) for id in red}
    explained = {one for several in below.values() for one in several}
    return tuple(Finding(one, PLATFORM[id], below[id]) for id, one in red.items() if id not in explained)


def _concerns(rule: Rule, result: CheckResult, red: set[str]) -> bool:
    if not rule.through & red:
        return False
    return not rule.words or any(word in reason for reason in result.reasons for word in rule.words)


def _layer(rule: Rule, result: CheckResult) -> str:
    """A refused connection comes from a host: nobody listens; silence comes from a filter or a lost way."""
    if rule.check == "tcp-ports" and any("refused" in reason for reason in result.reasons):
        return "service"
    if rule.check == "tcp-ports" and any("unreachable" in reason for reason in result.reasons):
        return "route"
    if rule.check == "redirects" and all("timeout" in reason for reason in result.reasons):
        return "service"
    return rule.layer


def by_subject(
    results: Sequence[CheckResult],
) -> tuple[dict[str, dict[str, CheckResult]], dict[str, dict[str, CheckResult]]]:
    """(results of each site by check, results of each platform as a whole by check)."""
    sites: dict[str, dict[str, CheckResult]] = {}
    platforms: dict[str, dict[str, CheckResult]] = {}
    for one in results:
        into = sites if one.about == "site" else platforms
        into.setdefault(one.subject if one.about == "site" else one.platform, {})[one.check] = one
    return sites, platforms
