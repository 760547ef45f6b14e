"""Which red check explains which others, from the ground up: the one table behind every cause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Where: TypeAlias = Literal["site", "own", "names"]
"""Whose results are looked at: the site's, its platform's, or those of the platform that holds the name servers."""

LINKS = frozenset({"links-level-2", "links-level-3"})
WEB = LINKS | {"home-complete", "redirects", "home-success", "delays", "dual-stack-race"}
REACH = WEB | {"tcp-ports", "tls-valid", "same-site", "path-mtu"}
NAMES = WEB | {"ns-over-ipv6", "delegation-ipv6", "aaaa-published", "dnssec-valid", "reverse-ptr"}
LARGE = LINKS | {"home-complete", "redirects", "home-success", "delays", "same-site", "tls-valid", "dual-stack-race"}
BOTH = frozenset({"v4-unharmed"})
"""What a fault of both families breaks as well."""
REACHED = frozenset({"tcp-ports", "path-mtu"})
ASKED = frozenset({"ns-over-ipv6"})
TO_SITES = (" to dmz ",)


@dataclass(frozen=True, slots=True)
class Rule:
    """A check that can be a cause, where it lies, and which other red checks it explains.

    Checks of a platform (`where` is not `site`) explain a site only when one of `through` is red there too. One of the
    cause's own reasons has to hold one of the `words` (any reason when there are none; `{host}` is the site's host)
    and none of `unless`.
    """

    check: str
    layer: str
    explains: frozenset[str]
    through: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    where: Where = "site"
    unless: tuple[str, ...] = ()

    @property
    def wide(self) -> bool:
        """Whether it is looked for at a platform."""
        return self.where != "site"


def _way(where: Where, explains: frozenset[str], through: frozenset[str]) -> tuple[Rule, ...]:
    """The way to a platform's servers, from its router to the rules of its firewall."""
    return (
        Rule("extranet-routes", "route", explains, through, (), where),
        Rule("default-routes", "route", explains, through, ("does not forward", "(firewall)", "{host} has no"), where),
        Rule("icmpv6-policy", "filter", explains, through, ("neighbour ",), where),
        Rule("firewall-parity", "filter", explains, through, TO_SITES, where),
    )


RULES = (
    # The way to the name servers first (through the province's own platform), then names where the address cannot even
    # be asked for, then the way to the site, then the service, then its pages.
    *_way("names", NAMES | REACH, ASKED),
    Rule("zone-allow", "filter", NAMES, ASKED, (" to dmz udp/53 ", " to dmz tcp/53 "), "names"),
    Rule("ns-over-ipv6", "delegation", NAMES | BOTH),
    Rule("delegation-ipv6", "delegation", NAMES | BOTH),
    Rule("dnssec-valid", "delegation", NAMES | BOTH, words=("SERVFAIL", "AD flag")),
    Rule("aaaa-published", "record", WEB | {"dnssec-valid"}),
    Rule("dnssec-valid", "delegation", frozenset()),
    Rule("host-addresses", "service", REACH | BOTH),
    Rule("listeners", "service", (REACH - {"path-mtu"}) | BOTH),
    Rule("ra-policy", "route", REACH, REACHED, ("{host} follows",), "own"),
    *_way("own", REACH, REACHED),
    Rule("icmpv6-policy", "filter", LARGE | {"path-mtu"}, frozenset({"path-mtu"}), (" to dmz", "dmz to "), "own"),
    Rule("path-mtu", "route", LARGE),
    Rule("tcp-ports", "filter", WEB | {"tls-valid", "same-site"} | BOTH),
    Rule("tls-valid", "service", WEB | {"same-site"} | BOTH),
    Rule("same-site", "service", WEB, unless=("bodies differ", "over both families")),
    Rule("redirects", "page", LINKS | {"home-complete", "home-success", "delays"} | BOTH),
    Rule("same-site", "page", BOTH),
    Rule("home-success", "service", frozenset({"delays"})),
    Rule("home-complete", "page", LINKS),
    Rule("links-level-2", "page", frozenset({"links-level-3"})),
    Rule("links-level-3", "page", frozenset()),
    # A client that prefers the faster family is what a slow path leads to; it is a cause only where nothing is slow.
    Rule("delays", "performance", frozenset({"dual-stack-race"})),
    Rule("dual-stack-race", "route", frozenset()),
    Rule("reverse-ptr", "record", frozenset()),
    Rule("v4-unharmed", "route", frozenset()),
)
PLATFORM = {"zone-allow": "filter", "zone-deny": "filter", "zone-mtu": "route", "extension-headers": "filter",
            "ra-policy": "route", "firewall-parity": "filter", "icmpv6-policy": "filter", "extranet-routes": "route",
            "default-routes": "route", "shared-answers": "delegation"}  # fmt: skip
"""Layers of checks about a platform as a whole."""
ABOVE = {
    "extranet-routes": frozenset({"zone-allow", "zone-mtu"}),
    "default-routes": frozenset({"zone-allow", "zone-mtu", "zone-deny"}),
    "ra-policy": frozenset({"zone-allow", "zone-mtu", "default-routes"}),
    "firewall-parity": frozenset({"zone-allow", "zone-deny", "zone-mtu"}),
    "icmpv6-policy": frozenset({"zone-mtu", "zone-allow", "zone-deny"}),
}
"""What a platform's check explains among the platform's other ones."""
OWNERS = {"service": "platform", "filter": "network", "route": "network", "record": "dns", "performance": "network"}
"""Who owns a red check whose layer was read from its reasons."""
