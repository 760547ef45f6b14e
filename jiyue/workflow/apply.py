"""Applying approved change sets, rolling back, and asking the devices where they stand."""

from __future__ import annotations

import getpass
import secrets
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from inventory.model import SHARED
from inventory.vocab import Stage
from ipv6.apply import flow, gates, revert
from ipv6.apply.clock import SystemClock
from ipv6.apply.flow import ApplyResult, PlatformResult
from ipv6.apply.transport import AnsibleTransport
from ipv6.drivers.registry import over_session
from ipv6.ports import DeviceResult, Transport
from jiyue.i18n import _
from jiyue.probe.prober import VantageProber
from jiyue.probe.sampler import Watch, sites_of
from jiyue.propose import all_inputs
from jiyue.workflow import entries, names
from jiyue.workflow.reporter import Reporter
from jiyue.workflow.review import current
from jiyue.workflow.review_log import require_whole
from jiyue.workflow.services import Services, utc_now
from jiyue.workflow.stages import advance, fall_back

GOOD = ("applied", "unchanged")
WATCH, RUNS = "ipv4-watch", "run"
SHOWN = 10
"""Lost probes that are told one by one; all of them are kept."""


def lock_of(services: Services) -> Path:
    """The lock that whoever changes the environment's devices holds."""
    return services.space.var / "apply.lock"


def transport(services: Services) -> AnsibleTransport:
    """The way to the devices of this environment."""
    space = services.space
    user = services.inventory.environment.ssh_user
    devices = services.inventory.devices.items()
    sessions = {name: found for name, one in devices if (found := over_session(one.drivers))}
    return AnsibleTransport(
        space.ssh_config, space.var / "apply", space.root / "playbooks", user,
        sessions=sessions, passwords=services.secrets.passwords,
    )  # fmt: skip


def prober(services: Services, watch: Watch | None = None) -> VantageProber:
    """The vantage points of this environment, knowing the whole ledger."""
    claims = services.prefixes
    space = services.space
    return VantageProber(services.inventory, space.ssh_config, claims, runner=services.runner, watch=watch)


def apply(
    services: Services,
    platforms: Sequence[str],
    reporter: Reporter,
    way: Transport | None = None,
    limit: Sequence[str] = (),
) -> ApplyResult:
    """Apply the current change sets of the named platforms; what comes out is kept as stage and result.

    `limit` narrows the run to devices and regions; `way` is how devices are reached, the environment's own without one.
    """
    digests: Mapping[str, str] = {name: current(services, name).digest for name in platforms}
    inputs = all_inputs(services.inventory, services.space.root)
    require_whole(services)
    entries.tell(entries.open_entries(services, platforms), reporter)
    try:
        result = _flow(services, digests, reporter, inputs, limit, way or transport(services))
    except gates.Refused as error:
        for line in error.lines:
            services.store.log_event("gate-refused", "", line.place, why=line.cause)
        raise
    for one in result.platforms:
        keep(services, one)
    return result


def _flow(
    services: Services,
    digests: Mapping[str, str],
    reporter: Reporter,
    inputs: Mapping[str, str],
    limit: Sequence[str],
    way: Transport,
) -> ApplyResult:
    eyes, run_id = watching(services, tuple(digests)), f"run-{secrets.token_hex(6)}"
    _started(services, run_id, "apply")
    try:
        with names.publisher(services) as publisher:
            return flow.apply(
                digests, services.inventory, services.store, way, eyes, SystemClock(), reporter,
                run_id, lock_of(services), inputs=inputs, limit=limit, publisher=publisher,
            )  # fmt: skip
    finally:
        _watched(services, eyes, run_id, reporter)


def _started(services: Services, run_id: str, verb: str) -> None:
    """Keep who started a run, for the day somebody asks who brought what runs."""
    who = {"operator": f"{getpass.getuser()}@{socket.gethostname()}", "verb": verb, "at": utc_now()}
    services.store.put_result(RUNS, run_id, who)


def watching(services: Services, platforms: Sequence[str]) -> VantageProber:
    """The vantage points, one of which watches the IPv4 of these platforms (of all when `shared` is among them)."""
    chosen = None if SHARED in platforms else platforms
    return prober(services, Watch(services.runner, sites_of(services.inventory, chosen)))


def _watched(services: Services, eyes: VantageProber, run_id: str, reporter: Reporter) -> None:
    """Say and keep what the watch saw, however the run ended."""
    seen = eyes.close()
    if seen is None:
        return
    services.store.put_result(WATCH, run_id, seen.data())
    text = _("IPv4 was watched for {seconds} s: {pages} pages and {echoes} echoes, {lost} lost")
    reporter.note(text.format(seconds=round(seen.seconds), pages=seen.pages, echoes=seen.echoes, lost=len(seen.lost)))
    for one in seen.lost[:SHOWN]:
        reporter.note(f"✗ {one.text}")


def keep(services: Services, one: PlatformResult) -> None:
    """Remember how a platform came out."""
    data = {"state": one.state, "digest": one.digest, "reasons": list(one.reasons), "deferred": one.deferred}
    data |= {"standins": list(one.standins)}
    services.store.put_result("apply", one.platform, data)
    if one.platform == SHARED:
        return
    if one.state in GOOD:
        advance(services.store, one.platform, Stage.APPLIED)
    else:
        runs = services.store.applied_digest(one.platform)
        stage = Stage.APPLIED if runs else Stage.ASSESSED
        fall_back(services.store, one.platform, stage, one.reasons or (one.state,))


def rollback(services: Services, platform: str, reporter: Reporter, to: str = "", before: str = "") -> PlatformResult:
    """Take change sets of one platform back: the one that runs, or all down to `to` or to before `before`."""
    eyes, run_id = watching(services, (platform,)), f"run-{secrets.token_hex(6)}"
    _started(services, run_id, "rollback")
    try:
        result = revert.rollback(
            platform, services.inventory, services.store, transport(services), eyes, SystemClock(), reporter,
            run_id, lock_of(services), to=to, before=before,
        )  # fmt: skip
    finally:
        _watched(services, eyes, run_id, reporter)
    keep(services, result)
    return result


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one device is in its platform's current change set: its own word, and since when the journal says so.

    `remaining` are the seconds until it takes an unconfirmed change back; `kind` says whether a real host answered, a
    lab's host, or a stand-in for a device.
    """

    platform: str
    device: str
    state: str
    since: str
    remaining: float
    digest: str
    kind: str
    reason: str


def standing(services: Services, platforms: Sequence[str]) -> tuple[Standing, ...]:
    """Every held device of these platforms, asked now; one that does not answer stands where the journal left it."""
    kind = "lab" if services.inventory.environment.kind == "lab" else "real"
    found = []
    for name, answers in devices(services, platforms).items():
        digest = current(services, name).digest
        said = {entry.device: entry for entry in services.store.entries(digest) if entry.device}
        for device, result in answers.items():
            data, last = result.data or {}, said.get(device)
            left, since = data.get("remaining", 0), last.at if last else ""
            reason = result.reason
            if result.state == "unreachable" and last:
                reason = f"the journal says {last.state}; {result.reason}"
            found.append(
                Standing(
                    name, device, result.state, since, float(left) if isinstance(left, int | float) else 0.0, digest,
                    "stand-in" if data.get("standin") else kind, reason,
                )
            )  # fmt: skip
    return tuple(found)


def devices(services: Services, platforms: Sequence[str]) -> dict[str, dict[str, DeviceResult]]:
    """Each held device's own word on its platform's current change set."""
    ask = partial(revert.status, transport=transport(services))
    found = {}
    for name in platforms:
        record = current(services, name)
        found[name] = ask(services.store.change_set(record.digest), record.digest)
    return found
