"""A site on its way from an old host to its platform: what is known before, and how far it has come. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

PHASES = ("gate", "copy", "library", "serve", "verify", "lower", "switch", "compare", "confirm")
"""In this order; each may be done again."""
UNMOVED, MOVING, MOVED, BACK, RETIRED = "unmoved", "moving", "moved", "back", "retired"
SERVED = frozenset({MOVED, RETIRED})
KIND = "site-move"
"""Under which the store keeps how far a site is, by its name."""


@dataclass(frozen=True, slots=True)
class Vantages:
    """Hosts that ask over IPv4 and over IPv6."""

    v4: str = "vantage-v4"
    v6: str = "vantage-v6"


@dataclass(frozen=True, slots=True)
class Move:
    """One site's move. `zone` ends with a dot; `server` holds its primary; TTLs are in seconds.

    `address4` and `address6` are the platform's site host, at which the site is going to be served by name; `edge6` is
    where visitors come in over IPv6 when the platform's cluster stands before that host.
    """

    site: str
    unit: str
    platform: str
    zone: str
    old: str
    old4: str
    new: str
    address4: str
    address6: str
    server: str
    ttl: int = 300
    low: int = 60
    wait: float | None = None
    """The most seconds to wait for an old TTL (labs only)."""
    vantages: Vantages = Vantages()
    sites: str = "/srv/sites"
    releases: str = "/srv/releases"
    library: str = "/srv/library"
    edge6: str = ""

    @property
    def public6(self) -> str:
        """What its AAAA record says; empty without IPv6."""
        return self.edge6 or self.address6

    @property
    def link(self) -> str:
        """What the web server is told as the site's root."""
        return f"{self.sites}/{self.site}"

    @property
    def own_releases(self) -> str:
        """Where the site's laid-out trees are."""
        return f"{self.releases}/{self.site}"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a site is: `done` are the phases behind it in this move, `facts` what they found out.

    `log` is (time, phase, what happened), oldest first, over all moves of the site.
    """

    state: str = UNMOVED
    done: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    log: tuple[tuple[str, str, str], ...] = ()
    reason: str = ""

    def after(self, at: str, phase: str, said: str, **facts: Any) -> Progress:
        """With one more phase behind it."""
        line = (at, phase, said)
        return replace(
            self,
            state=MOVING,
            done=(*self.done, phase),
            facts={**self.facts, **facts},
            log=(*self.log, line),
            reason="",
        )

    def ended(self, at: str, state: str, said: str, reason: str = "") -> Progress:
        """In a state that lasts."""
        done = self.done if state in SERVED else ()
        return replace(self, state=state, done=done, log=(*self.log, (at, state, said)), reason=reason)

    def data(self) -> dict[str, Any]:
        """JSON-able form."""
        return asdict(self)

    @staticmethod
    def of(data: Mapping[str, Any] | None) -> Progress:
        """What `data` gave; a new one for None."""
        if data is None:
            return Progress()
        log = tuple((str(at), str(phase), str(said)) for at, phase, said in data["log"])
        return Progress(data["state"], tuple(data["done"]), dict(data["facts"]), log, data["reason"])
