"""Gathers the facts of a scheme from the approved bytes, the inventory and the ledger; pure, same input, same value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from inventory.model import SHARED, Inventory
from ipv6.apply.run import Policy
from ipv6.change.digest import digest
from ipv6.change.model import ChangeSet
from ipv6.change.plan import Create, Delete, Keep, derive
from jiyue.scheme import layout, network, work
from jiyue.scheme.facts import AddressFact
from jiyue.scheme.model import Scheme


def gather(
    change: ChangeSet,
    inv: Inventory,
    claims: Mapping[str, str],
    author: str = "",
    created: str = "",
    inputs: Mapping[str, str] | None = None,
) -> Scheme:
    """The scheme of one change set.

    `claims` is the whole ledger (key to prefix), `created` when it was proposed (UTC, ISO 8601). `inputs` are the
    input hashes of now: those that differ from the change set's are named in `moved`.
    """
    plan = derive(change)
    kinds = Counter(type(item) for item in plan.items)
    moved = tuple(path for path, value in change.inputs.items() if inputs is not None and inputs.get(path) != value)
    owner = inv.platform_by_name.get(change.platform)
    policy = Policy()
    planes = layout.blocks(inv, claims, change.platform)
    return Scheme(
        platform=change.platform,
        title=owner.title if owner else inv.region_by_code[layout.home(inv, SHARED)].name,
        region=layout.home(inv, change.platform),
        environment=change.environment,
        environment_title=inv.environment.title,
        kind="lab" if change.kind == "lab" else "field",
        digest=digest(change),
        author=author,
        created=created,
        moved=moved,
        create=kinds[Create],
        update=sum(kinds.values()) - kinds[Create] - kinds[Delete] - kinds[Keep],
        delete=kinds[Delete],
        keep=kinds[Keep],
        nothing=() if plan.changes else (plan.reasons or ("the change set is empty",)),
        devices=network.devices(change),
        systems=network.systems(inv, change.platform),
        profile=inv.addressing.profile,
        policy_source=inv.addressing.source,
        blocks=planes,
        examples=layout.examples(inv, change, claims),
        codes=layout.codes(inv, change.platform, claims),
        usage=layout.usage(change, inv),
        organisations=layout.organisations(inv, change),
        addresses=tuple(
            AddressFact(kind=one.kind, name=one.name, ipv4=one.ipv4, ipv6=one.ipv6, deferred=one.deferred)
            for one in change.addresses
        ),
        claims=tuple((claim.key, claim.prefix) for claim in change.claims),
        routers=network.routers(change),
        twins=network.twins(inv, change),
        forbidden=network.forbidden(inv, change.platform),
        filters=network.filters(change),
        records=work.records(change),
        sites=work.sites(change),
        steps=work.steps(inv, change.platform),
        order=work.order(change),
        guards=work.guards(change),
        checks=work.checks(inv, claims, change.platform),
        limits=work.limits(inv),
        timer=policy.timer,
        resume=policy.resume,
        reverses=work.reverses(change),
        risks=work.risks(inv, change, len(moved)),
        duties=work.duties(inv, change),
        review=work.review(inv, change.platform),
    )
