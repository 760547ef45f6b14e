"""What a platform's stack takes from the approved plan: prefix pairs, service ranges, flows and sites, typed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from inventory.errors import GateError

MAX_BYTES = 1024 * 1024


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Pair(_Frozen):
    """The same place in both families; neither side may be empty."""

    v4: Annotated[tuple[IPv4Network, ...], BeforeValidator(_several), Field(min_length=1)]
    v6: Annotated[tuple[IPv6Network, ...], BeforeValidator(_several), Field(min_length=1)]


class AllowedFlow(_Frozen):
    """One allowed flow between two zones (`ipv6.zones.flows.Flow` as data)."""

    source: str
    target: str
    protocol: str
    ports: tuple[int, ...] = ()
    reason: str = ""


class SiteAddress(_Frozen):
    """A hosted site and its two addresses."""

    name: str
    address4: IPv4Address
    address6: IPv6Address


class StackValues(_Frozen):
    """The part of the approved change set that the stack is built from.

    `edge` are the addresses at which visitors enter the cluster (empty: the site host alone is the edge),
    `library_peers` are the other libraries,
    `provincial` the Service ranges of the functions that run once for all (None at the province itself).
    """

    prefixes: dict[str, Pair]
    services4: IPv4Network
    services6: IPv6Network
    edge: tuple[IPv4Address | IPv6Address, ...] = ()
    extranet: Pair
    library_peers: dict[str, Pair] = Field(default_factory=dict)
    provincial: Pair | None = None
    flows: tuple[AllowedFlow, ...]
    sites: tuple[SiteAddress, ...]


@dataclass(frozen=True, slots=True)
class Approved:
    """An approved change set as the stack sees it: its digest (64 hex) and its values, raw and typed."""

    platform: str
    digest: str
    raw: dict[str, object]
    values: StackValues


def approved_path(root: Path, env: str, platform: str) -> Path:
    """Where `review approve` leaves the values of a platform."""
    return root / "var" / env / "approved" / f"{platform}.json"


def parse_approved(platform: str, text: str, place: str) -> Approved:
    """Read `{"digest": …, "values": …}`; GateError when it is not exactly that, because nothing else was approved."""
    fix = f"run: jiyue review approve {platform}"
    try:
        data = json.loads(text)
    except ValueError as error:
        raise GateError(place, f"not readable as JSON ({error})", fix) from None
    if (
        not isinstance(data, dict)
        or not isinstance(data.get("digest"), str)
        or not isinstance(data.get("values"), dict)
    ):
        raise GateError(place, "holds no approved digest and values", fix)
    digest = data["digest"]
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise GateError(place, f"{digest[:80]!r} is not a digest", fix)
    return Approved(platform, digest, data["values"], parse_values(data["values"], place))


def parse_values(raw: object, place: str) -> StackValues:
    """The typed values; GateError names every field that is wrong."""
    try:
        return StackValues.model_validate(raw)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()[:5])
        raise GateError(place, f"the stack cannot use these values: {wrong}", "plan and propose again") from None


def load_approved(root: Path, env: str, platform: str) -> Approved:
    """The approved values of a platform below `var/`; GateError when there are none."""
    path = approved_path(root, env, platform)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise GateError(
            f"stack {platform}", "no approved plan in this environment", f"run: jiyue review approve {platform}"
        ) from None
    except OSError as error:
        raise GateError(str(path), f"cannot be read ({error.strerror})", "make it readable") from error
    if len(data) > MAX_BYTES:
        raise GateError(str(path), f"is larger than {MAX_BYTES} bytes", f"run: jiyue review approve {platform}")
    return parse_approved(platform, data.decode(errors="replace"), str(path))
