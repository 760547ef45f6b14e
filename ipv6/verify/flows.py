"""Zone flows as probes, and what their answers prove."""

from __future__ import annotations

from collections.abc import Iterable

from ipv6.verify.model import Family, Probe, Sample
from ipv6.verify.reading import text
from ipv6.verify.subjects import Pair, ZoneSubject

THROUGH = frozenset({"open", "refused", "reply", "answer"})
"""States that only a packet which reached the target can cause (our filters drop, they never reset)."""
SILENT = frozenset({"timeout", "unreachable"})
"""States of a packet that was dropped or sent back on its way."""
REFUSED = frozenset({"refused"})
"""Of a host without a listener, or of a filter that rejects: which of them is known only where everything listens."""


def probe(pair: Pair, family: Family) -> Probe:
    """The probe that tries the flow over one family; 2.5 s leave room for one repeated SYN."""
    kind = {"icmp": "ping"}.get(pair.protocol, pair.protocol)
    return Probe(
        pair.source.vantage(family),
        kind,
        family,
        pair.target.address(family),
        0 if kind == "ping" else pair.port,
        netns=pair.source.netns,
        timeout=2.5,
        samples=3 if pair.allowed else 1,
    )


def blocked(sample: Sample, listening: bool = False) -> bool:
    """Whether this outcome shows that nothing came through; a probe that broke for another reason shows nothing."""
    return text(sample, "state") in (SILENT | REFUSED if listening else SILENT)


def passes(samples: Iterable[Sample], listening: bool = False) -> bool:
    """Whether one of the samples got through."""
    through = THROUGH - REFUSED if listening else THROUGH
    return any(text(sample, "state") in through for sample in samples)


def proof(subject: ZoneSubject, pair: Pair, family: Family) -> tuple[Pair, ...]:
    """Allowed flows that show the source alive in that family.

    Flows out of the same place; a zone that may not start anything (security) is proven by flows into it, since a
    handshake needs both directions.
    """
    allowed = [one for one in subject.pairs if one.allowed and one.target.address(family)]
    leaving = tuple(one for one in allowed if one.source == pair.source)
    return leaving or tuple(one for one in allowed if one.target.zone == pair.source.zone)
