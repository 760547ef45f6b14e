"""Record sets of a payload; what talks to the name server is loaded where there are any, which is on few devices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ipv6.agent.shapes import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipv6.drivers.knot.records import Record


def found(payload: Mapping[str, Any]) -> tuple[Record, ...]:
    """The record sets of a payload; Refused for one that is none."""
    given = payload.get("records", ())
    if not given:
        return ()
    from ipv6.drivers.knot.records import record

    return tuple(record(raw) for raw in given)


def read(records: Sequence[Record]) -> Mapping[str, tuple[int, tuple[str, ...]]]:
    """(TTL in seconds, values) of each by its key."""
    if not records:
        return {}
    from ipv6.drivers.knot import records as server

    return server.read(records)


def apply(records: Sequence[Record], back: bool = False) -> None:
    """Make them as they are to be; `back` on the way back."""
    if records:
        from ipv6.drivers.knot import records as server

        server.apply(records, back=back)
