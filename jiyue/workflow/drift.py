"""Drift: what runs and is served beside what was applied last, and the change set that settles it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from inventory.errors import GateError, NothingChecked, worst
from ipv6.apply import identity
from ipv6.apply.lock import environment_lock
from ipv6.apply.observe import observe, wanted_by
from ipv6.apply.run import APPLIED
from ipv6.change.model import ChangeSet
from ipv6.drift.compare import PlatformDrift, Seen, Since, compare
from ipv6.drift.settle import Way, settle
from jiyue import propose as proposals
from jiyue.scheme.write import FORMATS
from jiyue.workflow.apply import RUNS, transport
from jiyue.workflow.reporter import Reporter
from jiyue.workflow.scheme import write_schemes
from jiyue.workflow.services import Services, utc_now

KIND = "drift"
DRIFTED, UNREACHED, NOTHING = 1, 4, 5


@dataclass(frozen=True, slots=True)
class Drifts:
    """Every platform that was compared, and those on which nothing is applied."""

    platforms: tuple[PlatformDrift, ...]
    bare: tuple[str, ...]

    @property
    def code(self) -> int:
        """0 without drift, 1 with it, 4 when a device could not be compared, 5 when nothing was compared at all."""
        codes = [DRIFTED for one in self.platforms if one.verdict == "drift"]
        codes += [UNREACHED for one in self.platforms if one.unknown]
        checked = sum(one.checked for one in self.platforms)
        return worst([*codes, *([NOTHING] if not checked else [])])


def drift(services: Services, platforms: Sequence[str], reporter: Reporter) -> Drifts:
    """Compare in one run over all devices; a device sends a text only where its hash is another one.

    NothingChecked when nothing is applied anywhere. GateError while somebody applies.
    """
    store = services.store
    digests = {name: store.applied_digest(name) for name in platforms}
    applied = {name: store.change_set(digest) for name, digest in digests.items() if digest}
    if not applied:
        raise NothingChecked("drift", "nothing is applied here", "`jiyue status` shows what is")
    services.space.var.mkdir(parents=True, exist_ok=True, mode=0o700)
    with environment_lock(services.space.var / "apply.lock", utc_now()):
        reporter.now("comparing what runs with what was applied")
        seen = _seen(services, tuple(applied.values()))
    found = tuple(compare(change, _since(services, digests[name]), seen) for name, change in applied.items())
    for one in found:
        store.put_result(KIND, one.platform, {"at": store.now(), **data(one)})
    return Drifts(found, tuple(name for name, digest in digests.items() if not digest))


def propose(services: Services, platform: str, way: Way, author: str, reporter: Reporter) -> proposals.Proposed:
    """Draft the change set that restores what was applied or adopts what runs; it is reviewed like any other."""
    (one,) = drift(services, (platform,), reporter).platforms
    applied = services.store.change_set(one.since.digest)
    if current := services.store.current(platform):
        known = services.store.last_states(current.digest)
        if current.digest != one.since.digest and current.status == "approved" and known:
            cause = f"the apply of {current.digest[:12]} has begun"
            raise GateError(platform, cause, "finish it or roll it back first")
    inputs = proposals.all_inputs(services.inventory, services.space.root)
    change = settle(services.inventory, applied, one, way, inputs)
    before = {record.digest for record in services.store.proposals()}
    digest = services.store.save_proposal(change, author)
    folder = services.space.var / "proposals"
    proposals.write_pages(folder, change, digest, author, applied.stack)
    write_schemes(services, [platform], FORMATS, None, reporter)
    known_before = digest in before
    return proposals.Proposed(platform, digest, known_before, proposals.SAME if known_before else proposals.NEW)


def _seen(services: Services, changes: Sequence[ChangeSet]) -> Seen:
    expected = {
        (device.device, section.driver, section.object): section.intended
        for change in changes
        for device in change.devices
        for section in device.sections
        if not device.deferred
    }
    wanted = [one for change in changes for one in wanted_by(change)]
    found = observe(transport(services), wanted, "drift", expected)
    known = identity.pinned(services.inventory, services.store)
    strangers = identity.strangers(known, found.identities)
    failed = {**found.failed, **strangers}
    return Seen(found.sections, found.records, failed, found.evidence, found.foreign, frozenset(found.standins))


def _since(services: Services, digest: str) -> Since:
    """Who brought what runs: the last line of the journal that says so, and who had started that run."""
    done = [entry for entry in services.store.entries(digest) if not entry.device and entry.state == APPLIED]
    if not done:
        return Since(digest)
    run = services.store.results(RUNS).get(done[-1].run, {})
    return Since(digest, done[-1].run, str(run.get("operator", "")), done[-1].at)


def data(one: PlatformDrift) -> dict[str, Any]:
    """JSON-able form, as stored and printed."""
    objects: list[Mapping[str, Any]] = [
        {"device": found.device, "driver": found.driver, "object": found.object, "said": found.text,
         "lines": [line.text for line in found.lines]}
        for found in one.objects
    ]  # fmt: skip
    return {
        "platform": one.platform,
        "verdict": one.verdict,
        "since": asdict(one.since),
        "checked": one.checked,
        "deferred": one.deferred,
        "foreign": one.foreign,
        "standins": list(one.standins),
        "unknown": dict(one.unknown),
        "objects": objects,
        "records": [{**asdict(found), "said": found.text} for found in one.records],
        "listeners": [{**asdict(found), "said": found.text} for found in one.listeners],
        "hints": {device: [dict(hint) for hint in hints] for device, hints in one.evidence.items()},
    }
