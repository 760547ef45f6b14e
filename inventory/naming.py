"""How the province's name servers sign, answer and are watched (`names.yaml`)."""

from __future__ import annotations

from ipaddress import IPv6Network
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from inventory.fields import Frozen
from inventory.types import Flag, Prefix6, Whole, refuse


def _renewed_in_time(found: Dnssec) -> Dnssec:
    if found.refresh_days >= found.signature_days:
        cause = f"signatures live {found.signature_days} days and are renewed {found.refresh_days} days ahead"
        raise refuse(cause, "write a refresh_days below signature_days")
    return found


class Dnssec(Frozen):
    """Keys and signatures (RFC 6781), in days.

    `zsk_days` 0 means one key per zone that signs everything (CSK), rolled after `ksk_days`. A signature lives
    `signature_days` and is made anew `refresh_days` before its end. `nsec3` is without salt and extra rounds
    (RFC 9276 3.1). `cds` says when CDS and CDNSKEY are published (RFC 7344). During a roll the parent is asked for the
    new DS every `parent_check` seconds; `parent_delay` (seconds, at least the TTL of its DS) after it has it, the old
    key goes.
    """

    ksk_days: Whole = Field(default=365, ge=1, le=3650)
    zsk_days: Whole = Field(default=0, ge=0, le=3650)
    signature_days: Whole = Field(default=14, ge=2, le=90)
    refresh_days: Whole = Field(default=7, ge=1, le=89)
    nsec3: Flag = False
    cds: Literal["always", "rollover", "none"] = "always"
    parent_check: Whole = Field(default=3600, ge=1, le=86400)
    parent_delay: Whole = Field(default=86400, ge=0, le=2592000)


class Answers(Frozen):
    """What a server gives: at most `rate` answers a second of one kind to one network (0: no limit), of the others
    every `slip`-th as a truncated one, which a real resolver repeats over TCP; `statistics` counts the questions."""

    rate: Whole = Field(default=1000, ge=0, le=1000000)
    slip: Whole = Field(default=1, ge=1, le=10)
    statistics: Flag = True


def _ordered(found: Watch) -> Watch:
    if found.ttl_least > found.ttl_most:
        cause = f"the shortest TTL is {found.ttl_least} s, the longest {found.ttl_most} s"
        raise refuse(cause, "write a ttl_least that is not above ttl_most")
    return found


class Watch(Frozen):
    """What `jiyue dns check` asks for: days that every signature must still live, the TTLs allowed (seconds), and
    `settle`, seconds after which servers with different serials are asked once more: a transfer on its way is no drift.
    """

    expiry_days: Whole = Field(default=3, ge=1, le=89)
    ttl_least: Whole = Field(default=30, ge=0, le=604800)
    ttl_most: Whole = Field(default=86400, ge=1, le=604800)
    settle: Whole = Field(default=2, ge=0, le=60)


DNS64_LENGTHS = (32, 40, 48, 56, 64, 96)
"""Prefix lengths that have a place for an IPv4 address (RFC 6052, 2.2)."""


def _dns64_length(found: IPv6Network) -> IPv6Network:
    if found.prefixlen not in DNS64_LENGTHS:
        lengths = ", ".join(f"/{length}" for length in DNS64_LENGTHS)
        raise refuse(f"{found} has no place for an IPv4 address", f"use one of {lengths} (RFC 6052, 2.2)")
    return found


class Resolver(Frozen):
    """The extranet's validating resolver. `dns64` makes AAAA of A for clients without IPv4 (RFC 6147) with
    `dns64_prefix`, behind which a NAT64 must stand. A client may ask `client_rate` and a zone's servers are asked
    `zone_rate` times a second (0: no limit). Every question is logged and kept `log_days`: at least six months
    (网络安全法 第二十一条 (三)).
    """

    dns64: Flag = False
    dns64_prefix: Annotated[Prefix6, AfterValidator(_dns64_length)] = IPv6Network("64:ff9b::/96")
    client_rate: Whole = Field(default=200, ge=0, le=1000000)
    zone_rate: Whole = Field(default=1000, ge=0, le=1000000)
    log_days: Whole = Field(default=180, ge=180, le=3650)


class Queries(Frozen):
    """The log of questions on the authoritative servers: `days` are kept, at least six months (网络安全法 第二十一条
    (三)); a day's file holds `day_megabytes` at most (1,000 are about 13 million questions), what is above is
    counted only."""

    log: Flag = True
    days: Whole = Field(default=180, ge=180, le=3650)
    day_megabytes: Whole = Field(default=1000, ge=1, le=100000)


class Naming(Frozen):
    """`names.yaml`."""

    dnssec: Annotated[Dnssec, AfterValidator(_renewed_in_time)] = Dnssec()
    answers: Answers = Answers()
    queries: Queries = Queries()
    watch: Annotated[Watch, AfterValidator(_ordered)] = Watch()
    resolver: Resolver = Resolver()
