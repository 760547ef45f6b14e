"""Propose: plan inside the ledger's lock, read what runs, compose a change set per platform, keep it with its pages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from inventory.atomic import write_whole
from inventory.errors import EnvironmentFailed, GateError, InputError
from inventory.model import SHARED, Inventory
from inventory.source import input_hashes
from ipv6.apply import identity
from ipv6.apply.observe import Observed, observe, require_all
from ipv6.apply.payload import Wanted
from ipv6.change.compose import Prepared, compose, platform_records, prepare, rendered, server_of
from ipv6.change.digest import digest as digest_of
from ipv6.change.digest import to_json
from ipv6.change.model import ChangeSet, RecordChange
from ipv6.change.plan import derive
from ipv6.change.render import pages as both
from ipv6.change.scope import check_platform
from ipv6.drivers.registry import driver, text_hash
from ipv6.plan.plan import make_plan
from ipv6.ports import Progress, Transport
from jiyue.i18n import _, language
from jiyue.store import Store

NEW, SAME, RUNS, BEGUN = (
    "new",
    "the same proposal was made before",
    "it is applied and nothing differs from what runs",
    "its apply has begun and can be resumed",
)


@dataclass(frozen=True, slots=True)
class Proposed:
    """The current proposal of one platform; `unchanged` when it was there before, `reason` says why (a message id)."""

    platform: str
    digest: str
    unchanged: bool
    reason: str


def propose(
    inv: Inventory,
    root: Path,
    store: Store,
    transport: Transport,
    platforms: Sequence[str] | None,
    author: str,
    progress: Progress,
) -> list[Proposed]:
    """One change set for each named platform (`shared` and all of them when None), in the order given.

    `root` is the checkout. Writes readable pages under `var/<env>/proposals`. EnvironmentFailed names every device
    that did not answer; then nothing is proposed.
    """
    chosen = tuple(platforms) if platforms is not None else (SHARED, *inv.platform_by_name)
    for platform in chosen:
        check_platform(inv, platform)
    inputs = all_inputs(inv, root)
    store.allocate(lambda ledger: make_plan(inv, ledger).new)
    ready = prepare(inv, store.claims())
    progress.now(_("reading what runs on the devices"))
    former = {platform: _former(store, platform) for platform in chosen}
    observed = observe(transport, wanted(inv, ready, chosen, former), "propose")
    require_all(observed)
    known_machines(inv, store, observed)
    folder = root / "var" / inv.environment.name / "proposals"
    found = []
    for platform in chosen:
        progress.now(_("composing {platform}").format(platform=platform))
        change = compose(
            inv, ready.claims, observed.sections, observed.records, platform, inputs, ready, former[platform]
        )
        one = keep(store, change, author, observed)
        record = store.proposal(one.digest)
        # What was kept is this very value, unless an older one still stands.
        shown = change if one.reason in (NEW, SAME) else store.change_set(one.digest)
        write_pages(folder, shown, one.digest, record.author, stack_runs(store, platform))
        found.append(one)
    return found


def known_machines(inv: Inventory, store: Store, observed: Observed) -> None:
    """GateError naming every device behind whose name another machine answers; new ones are pinned."""
    known = identity.pinned(inv, store)
    if found := identity.strangers(known, observed.identities):
        cause = "; ".join(f"{device}: {reason}" for device, reason in found.items())
        raise GateError("devices", cause, "put its serial number into the inventory when it was replaced")
    identity.pin(store, known, observed.identities, store.now())


def _former(store: Store, platform: str) -> tuple[RecordChange, ...]:
    """The record sets of the change set that runs on a platform."""
    applied = store.applied_digest(platform)
    try:
        return store.change_set(applied).records if applied else ()
    except InputError:
        return ()  # an older version's; what it brought is not known here, so nothing is removed for it


def wanted(
    inv: Inventory,
    ready: Prepared,
    platforms: Sequence[str],
    former: Mapping[str, Sequence[RecordChange]] = MappingProxyType({}),
) -> Iterator[Wanted]:
    """What has to be read: every object of every held device, and every record set that the plan names or named."""
    for platform in platforms:
        for name, device in inv.devices.items():
            if inv.platform_of_device[name] == platform and inv.holds(device):
                yield Wanted(name, tuple(rendered(ready.after[name])))
        for rrset in platform_records(inv, ready, platform):
            if server := server_of(inv, rrset):
                yield Wanted(server, records=((rrset.zone, rrset.name, rrset.type),))
        for record in former.get(platform, ()):
            if record.server:
                yield Wanted(record.server, records=((record.zone, record.name, record.type),))


def keep(store: Store, change: ChangeSet, author: str, observed: Observed) -> Proposed:
    """Save the change set unless the current one still says what is to be done."""
    platform = change.platform
    current = store.current(platform)
    if current is not None and current.status != "rejected":
        if current.digest == digest_of(change) and current.status != "applied":
            return Proposed(platform, current.digest, True, SAME)
        known = store.change_set(current.digest)
        if _same_goal(known, change):
            if current.status == "applied" and not derive(change).changes:
                return Proposed(platform, current.digest, True, RUNS)
            begun = current.status == "approved" and bool(store.last_states(current.digest))
            if begun and _on_the_way(known, observed):
                return Proposed(platform, current.digest, True, BEGUN)
    known_before = {record.digest for record in store.proposals()}
    made = store.save_proposal(change, author)
    return Proposed(platform, made, made in known_before, SAME if made in known_before else NEW)


def _same_goal(known: ChangeSet, change: ChangeSet) -> bool:
    """Whether both want the same end; where they start from and comments in the inputs do not count."""
    return _goal(known) == _goal(change)


def _goal(change: ChangeSet) -> object:
    texts = {
        (device.device, section.driver, section.object): section.intended_hash
        for device in change.devices
        for section in device.sections
    }
    records = {(one.server, one.zone, one.name, one.type): (one.ttl, one.after) for one in change.records}
    deferred = {device.device: device.deferred for device in change.devices}
    # Order, limits and risks follow from where it starts.
    rest = replace(change, devices=(), records=(), inputs={}, order=(), limits=(), risks=())
    return texts, records, deferred, rest


def _on_the_way(known: ChangeSet, observed: Observed) -> bool:
    """Whether every object runs either the approved base or what is intended."""
    for device in known.devices:
        for section in device.sections if not device.deferred else ():
            text = observed.sections[(device.device, section.driver, section.object)]
            if text_hash(driver(section.driver).normalise(text)) not in (section.base_hash, section.intended_hash):
                return False
    served = {key: data for key, (_, data) in observed.records.items()}
    return all(
        served.get((one.server, one.zone, one.name, one.type), ()) in (one.before, one.after)
        for one in known.records
        if one.server
    )


def all_inputs(inv: Inventory, root: Path) -> dict[str, str]:
    """sha256 by path (relative to the checkout) of every file that a change set is made from."""
    province = Path("inventory") / inv.name
    found = {
        (province / name).as_posix(): value
        for name, value in input_hashes(root / province, inv.environment.name).items()
    }
    for platform in inv.platform_by_name:
        path = Path("stacks") / f"Pulumi.{platform}.yaml"
        try:
            found[path.as_posix()] = hashlib.sha256((root / path).read_bytes()).hexdigest()
        except OSError as error:
            cause = f"the stack file cannot be read: {error.strerror}"
            raise EnvironmentFailed(path.as_posix(), cause, "restore it from the repository") from error
    return found


def stack_runs(store: Store, platform: str) -> Mapping[str, object]:
    """The stack's values under the change set that was applied last; empty on day 0."""
    applied = store.applied_digest(platform)
    return store.change_set(applied).stack if applied else {}


def write_pages(
    folder: Path, change: ChangeSet, digest: str, author: str, runs: Mapping[str, object] | None = None
) -> tuple[Path, ...]:
    """Write `<platform>-<digest12>.{md,html,json}`, each whole or not at all; gives their paths."""
    text, page = both(change, author, _, language(), runs, digest)
    pages = {".md": text, ".html": page, ".json": to_json(change)}
    paths = []
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for suffix, text in pages.items():
            path = folder / f"{change.platform}-{digest[:12]}{suffix}"
            write_whole(path, text)
            paths.append(path)
    except OSError as error:
        cause = f"the proposal cannot be written: {error.strerror}"
        raise EnvironmentFailed(str(folder), cause, "give this user the folder and some space") from error
    return tuple(paths)


def proposal_pages(root: Path, environment: str, platform: str, digest: str) -> Mapping[str, Path]:
    """Where the pages of a proposal are, by suffix (md, html, json)."""
    stem = root / "var" / environment / "proposals" / f"{platform}-{digest[:12]}"
    return {suffix: stem.with_name(f"{stem.name}.{suffix}") for suffix in ("md", "html", "json")}
