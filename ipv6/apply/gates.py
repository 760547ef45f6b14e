"""What must hold before anything is touched. Every gate fails closed and says why; there is no flag that skips one.

In this order: the approved digest (and all that it rests on), the running objects as they are now, the assessments,
the change window, the management path, the documentation prefixes. The first reads nothing but paper; the others
follow once the devices were read. A moved object and an unproven path cost only their own platform, the others the
whole run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from inventory.errors import GateError, InputError, JiyueError
from inventory.model import SHARED, Inventory
from ipv6.apply import path, window
from ipv6.apply.observe import Observed
from ipv6.apply.schedule import carriers
from ipv6.change.digest import digest
from ipv6.change.documentation import documentation
from ipv6.change.limits import exceeded, shares
from ipv6.change.model import ChangeSet
from ipv6.change.moved import on_devices, on_paper
from ipv6.change.order import wave_of
from ipv6.change.scope import Scope
from ipv6.drivers.registry import driver
from ipv6.ports import LAB_KEYS, Store


class Refused(GateError):
    """One or several gates refused; `lines` are the single refusals (exit code 3)."""

    def __init__(self, refusals: Iterable[JiyueError]) -> None:
        self._refusals = tuple(refusals)
        if not self._refusals:
            raise ValueError("Refused needs at least one refusal")
        first = self._refusals[0]
        super().__init__(first.place, first.cause, first.fix)

    def __str__(self) -> str:
        return "\n".join(str(refusal) for refusal in self._refusals)

    @property
    def lines(self) -> tuple[JiyueError, ...]:
        """Every refusal, one by one."""
        return self._refusals


def check(
    digests: Mapping[str, str], inv: Inventory, store: Store, now: str, inputs: Mapping[str, str]
) -> dict[str, ChangeSet]:
    """The change sets by platform when each is the approved one and its turn has come; Refused with all reasons
    otherwise. It is asked before any device is.

    `inputs` are the hashes (sha256 by path) of the files that a change set would be made from now.
    """
    changes: dict[str, ChangeSet] = {}
    refusals: list[JiyueError] = []
    scope = Scope(inv)
    for platform, wanted in digests.items():
        place = f"{platform} {wanted[:12]}"
        try:
            change = approved(platform, wanted, store, inv, now)
        except GateError as error:
            refusals.extend(GateError(place, line.cause, line.fix) for line in error.lines)
            continue
        changes[platform] = change
        found = (*environment(change, inv), *beyond(change, inv), *outdated(change, wanted, store, scope, inputs))
        refusals.extend(GateError(place, cause, fix) for cause, fix in found)
    if SHARED not in digests and digests and not store.applied_digest(SHARED):
        cause = "what the platforms share is not applied yet"
        refusals.append(GateError(SHARED, cause, "apply `shared` first or together with them"))
    refusals.extend(GateError(platform, cause, fix) for platform, cause, fix in too_early(digests, inv, store))
    if refusals:
        raise Refused(refusals)
    return changes


def ready(
    changes: Mapping[str, ChangeSet], digests: Mapping[str, str], inv: Inventory, store: Store, now: str, seen: Observed
) -> dict[str, list[str]]:
    """The other gates, after the devices were read: by platform, why it must not be touched.

    Refused, with every reason of every gate in their order, when one is closed that stops the whole run.
    """
    assessed = store.assessed_sites(now)
    alone: dict[str, list[str]] = {}
    refusals: list[JiyueError] = []
    closed = False
    for platform, change in changes.items():
        base = [f"base moved: {text}" for text in moved(change, seen)]
        unproven = [f"the management path is not proven: {text}" for text in path.unproven(change, inv, seen)]
        shut = window.closed(inv, wave_of(inv, platform), now, store.approval(digests[platform]).emergency)
        together = (
            *((text, "propose again and have it reviewed") for text in base),
            *unassessed(change, assessed),
            *([(shut, "wait for it, or have an emergency approved")] if shut else []),
            *((text, "reach it over its management port") for text in unproven),
            *documented(change, inv),
        )
        closed = closed or len(together) > len(base) + len(unproven)
        refusals += [GateError(f"{platform} {digests[platform][:12]}", cause, fix) for cause, fix in together]
        alone[platform] = base + unproven
    if closed:
        raise Refused(refusals)
    return alone


def still(platform: str, wanted: str, inv: Inventory, store: Store, now: str) -> str:
    """Why the platform may not go on, asked again before every batch; empty text when it may."""
    try:
        approved(platform, wanted, store, inv, now)
    except GateError as error:
        return f"the approval holds no more: {error.cause}"
    return window.closed(inv, wave_of(inv, platform), now, store.approval(wanted).emergency)


def too_early(digests: Mapping[str, str], inv: Inventory, store: Store) -> Iterator[tuple[str, str, str]]:
    """Platforms whose turn has not come, as (platform, cause, fix): what carries all and the canary go before."""
    first: list[str] = []
    for wave in inv.waves:
        for platform in wave.platforms if first else ():
            if platform in digests:
                names = ", ".join(first)
                yield (
                    platform,
                    f"what goes before it is not applied yet: {names}",
                    "apply that first or together with it",
                )
        if wave.canary or not carriers(inv).isdisjoint(wave.platforms):
            first += [one for one in wave.platforms if one not in digests and not store.applied_digest(one)]


def approved(platform: str, wanted: str, store: Store, inv: Inventory, now: str = "") -> ChangeSet:
    """The stored change set of exactly this digest under an approval that holds (at `now`); GateError otherwise."""
    try:
        approval = store.approval(wanted)
        change = store.change_set(wanted)
    except InputError as error:
        raise GateError(error.place, error.cause, error.fix) from error
    if approval.digest != wanted:
        raise GateError(platform, f"the approval is for {approval.digest[:12]}", "have this one reviewed")
    if now and approval.expires <= now:
        raise GateError(platform, f"it expired at {approval.expires}", "ask the reviewer to approve again")
    if approval.author in approval.persons:
        raise GateError(platform, f"{approval.author} reviewed the own proposal", "have somebody else review it")
    if approval.key_ids & LAB_KEYS and inv.environment.kind != "lab":
        raise GateError(platform, "it is signed with the lab's own key", "have the authority review it")
    if digest(change) != wanted:
        raise GateError(platform, "the stored text has another digest than was approved", "propose again")
    if change.platform != platform:
        raise GateError(platform, f"the change set is {change.platform}'s", "apply it to its own platform")
    return change


def environment(change: ChangeSet, inv: Inventory) -> Iterator[tuple[str, str]]:
    """Why this change set must not go to this environment, as (cause, fix)."""
    env = inv.environment
    if (change.environment, change.kind) != (env.name, env.kind):
        yield f"it was made for environment {change.environment} ({change.kind})", f"propose again in {env.name}"
    for device in change.devices:
        for section in device.sections if not device.deferred else ():
            if reason := driver(section.driver).held_back:
                yield f"{device.device}: {reason}", "leave its region out of the environment"


def documented(change: ChangeSet, inv: Inventory) -> Iterator[tuple[str, str]]:
    """Documentation addresses outside of a lab, looked for in every text, as (cause, fix)."""
    if inv.environment.kind != "lab" and (found := documentation(change)):
        yield (
            f"it holds documentation addresses ({', '.join(found[:3])}{', ...' if len(found) > 3 else ''})",
            "put the received blocks into the environment and propose again",
        )


def unassessed(change: ChangeSet, assessed: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Sites without a passed and unexpired safety assessment (国办发〔2017〕47号), as (cause, fix)."""
    missing = sorted(site["name"] for site in change.sites if site["name"] not in assessed)
    if missing:
        names = ", ".join(missing)
        yield (
            f"{len(missing)} of {len(change.sites)} sites lack a passed assessment: {names}",
            "run `jiyue site assess`",
        )


def beyond(change: ChangeSet, inv: Inventory) -> Iterator[tuple[str, str]]:
    """Safety limits that the change set or its wave exceeds, as (cause, fix); the approval does not lift them."""
    for limit in exceeded((*change.limits, *shares(inv, change.platform))):
        yield f"{limit.where}: {limit.text}", "make the step smaller and propose again"


def reachable(change: ChangeSet, observed: Observed) -> tuple[str, ...]:
    """Devices of the change set that did not answer over the management path, with the reason."""
    devices = {device.device for device in change.devices if not device.deferred}
    devices |= {record.server for record in change.records if record.server}
    return tuple(f"{name}: {observed.failed[name]}" for name in sorted(devices & set(observed.failed)))


def moved(change: ChangeSet, observed: Observed) -> tuple[str, ...]:
    """Objects that run neither the approved base nor what is intended; the device itself checks this once more."""
    return tuple(one.text for one in on_devices(change, observed.sections, observed.records))


def outdated(
    change: ChangeSet, wanted: str, store: Store, scope: Scope, inputs: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Inputs and claims that moved since the approval, as (cause, fix).

    What runs already, and what was begun, may be finished: its base is what the devices are compared with.
    """
    if store.applied_digest(change.platform) == wanted or store.last_states(wanted):
        return
    for one in on_paper(change, scope, store.claims(), inputs):
        yield f"the approval is void: {one.text}", "propose again and have it reviewed"
