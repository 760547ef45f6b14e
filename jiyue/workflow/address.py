"""Questions about addresses that write nothing: what one means, how full the pools are, what a change would do."""

from __future__ import annotations

from dataclasses import asdict
from ipaddress import AddressValueError, IPv6Address
from typing import Any

from inventory.errors import InputError, NothingChecked
from ipv6.plan import fits, whatif
from ipv6.plan.explain import Explanation
from ipv6.plan.explain import explain as explain_prefix
from ipv6.plan.prefix import BITS, Prefix, parse
from ipv6.plan.usage import Row, Summary, summaries, usage
from jiyue.workflow.services import Services

CLAIM = "claim"


def explain(services: Services, text: str) -> Explanation:
    """An address or prefix field by field; InputError for what is neither or lies outside every block."""
    asked = asked_prefix(text)
    claims = services.store.claims()
    since: dict[str, str] = {}
    keys = {claim.key for claim in claims}
    if any(parse(claim.prefix).contains(asked) for claim in claims):
        since = {entry.key: entry.at for entry in services.store.history() if entry.kind == CLAIM and entry.key in keys}
    return explain_prefix(services.inventory, (*claims, *services.store.quarantined()), asked, since)


def asked_prefix(text: str) -> Prefix:
    """What a person typed: a prefix, or an address (its length is left out when host bits are set)."""
    address, slash, _ = text.strip().partition("/")
    try:
        if "%" in address:
            raise AddressValueError("a zone index names an interface, not an address")
        number = int(IPv6Address(address))
    except AddressValueError:
        raise InputError(text, "is not an IPv6 address", "write it like 3fff:10:100:2000::1") from None
    if not slash:
        return Prefix(number, BITS)
    try:
        return parse(text.strip(), text)
    except InputError as error:
        if "host bits" in error.cause:
            return Prefix(number, BITS)
        raise


def usage_of(services: Services, region: str = "") -> tuple[tuple[Row, ...], tuple[Summary, ...]]:
    """Every pool (of one region) and one line per level; InputError for an unknown code.

    NothingChecked when nothing is allocated yet.
    """
    if region and region not in services.inventory.region_by_code:
        raise InputError(region, "is no region", "write a six-digit code of regions.csv")
    claims = (*services.store.claims(), *services.store.quarantined())
    if not claims:
        raise NothingChecked("ledger", "nothing is allocated yet", "run `jiyue ipv6 plan`")
    rows = usage(services.inventory, claims, region)
    return rows, summaries(rows)


def add_county(services: Services, code: str, parent: str) -> whatif.Effect:
    """What a new county would get."""
    return whatif.add_county(services.inventory, _ledger(services), code, parent)


def merge(services: Services, code: str, into: str) -> whatif.Effect:
    """What becomes of a county that another one takes in, from this month on."""
    return whatif.merge(services.inventory, _ledger(services), code, into, services.store.now()[:7])


def fit(services: Services, prefix: str, profile: str) -> fits.Fit:
    """Whether a prefix would hold the province."""
    if "/" not in prefix:
        raise InputError(prefix, "has no length", "write it like 3fff:10::/28")
    return fits.fit(services.inventory, parse(prefix.strip(), prefix), profile)


def _ledger(services: Services) -> tuple[Any, ...]:
    return (*services.store.claims(), *services.store.quarantined())


def explanation_payload(found: Explanation) -> dict[str, Any]:
    """The explanation as data for `--json`."""
    fields = [
        {
            "name_zh": one.field.name_zh,
            "name_en": one.field.name_en,
            "first_bit": one.field.first_bit,
            "last_bit": one.field.last_bit,
            "digits": one.digits,
            "state": one.state,
            "meaning": one.meaning,
        }
        for one in found.fields
    ]
    return {
        "prefix": found.prefix,
        "profile": found.profile,
        "allocated": found.allocated,
        "fields": fields,
        "claims": [asdict(one) for one in found.claims],
        "notes": list(found.notes),
    }


def row_payload(row: Row) -> dict[str, Any]:
    """A pool as data, with what is left."""
    return {**asdict(row), "left": row.left}
