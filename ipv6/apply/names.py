"""The record sets of some platforms together: published last, withdrawn when a name does not work.

The name server's host is told first how to take them back and when (`arm`); then the publisher's update goes out and is
read back; then the names are proven; then the host is told to keep them. Whoever dies in between, silence restores.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from ipv6.apply import payload
from ipv6.apply.run import CHECK_FAILED, CODES, ENVIRONMENT, WITHDRAWN, Run, Unit, prove
from ipv6.change.digest import derived
from ipv6.change.model import RecordChange
from ipv6.change.records import final, lowered, published
from ipv6.ports import Target

STEP = "records"
LOWER, PUBLISH, RAISE = "lower", "publish", "raise"
BEFORE = 60.0
"""Seconds that a step may take which changes no data: TTLs before the host is armed, and after it was told to keep."""


def run_records(run: Run, units: Sequence[Unit], name: str) -> None:
    """Publish the records of these platforms and prove them by name.

    One change per server serves the whole step. When a platform's names fail, everything is taken back and the
    others are published again without it, so that nothing is ever confirmed beside a failure.
    """
    group = [unit for unit in units if not unit.failed and not unit.settled]
    _lower(run, group, name)
    _give_up(run, [unit for unit in group if unit.failed])
    group = [unit for unit in group if not unit.failed]
    while group:
        if _publish(run, group, name):
            _prove(run, group, name)
        bad = [unit for unit in group if unit.failed]
        if not bad:
            _confirm(run, group, name)
            bad = [unit for unit in group if unit.failed]
        if not bad:
            _raise(run, group)
            for unit in group:
                run.journal(unit, STEP, "", "confirmed", name)
            return
        _withdraw(run, group, name)
        _give_up(run, bad)
        group = [unit for unit in group if not unit.failed]


def _give_up(run: Run, units: Iterable[Unit]) -> None:
    for unit in units:
        unit.state = WITHDRAWN
        run.progress.note(f"{unit.platform}: records withdrawn: {'; '.join(unit.reasons[:3])}")
        run.journal(unit, STEP, "", WITHDRAWN, "; ".join(unit.reasons))


def open_records(unit: Unit) -> list[RecordChange]:
    """The record sets this change set brings to a server."""
    return [record for record in unit.change.records if record.server and not record.keep]


def withdraw(run: Run, unit: Unit, name: str) -> None:
    """Take back the record sets that are served already, from an earlier run or an earlier apply.

    The server's host does it from what was approved with the change set: no limit, key or transfer is in the way.
    """
    change = derived("withdraw", unit.digest)
    servers = dict.fromkeys(record.server for record in unit.published)
    for server in servers:
        records = [record for record in unit.published if record.server == server]
        for target, wanted in (
            (payload.reverse_records(server, records, change, run.policy.timer), ("committed", "confirmed")),
            (payload.order("confirm", server, change), ("confirmed",)),
        ):
            for _, _, result in run.send([(unit, target)], "withdraw", f"{name} withdraw", payload.REVERT):
                if result.state not in wanted:
                    code = CODES.get(result.state, CHECK_FAILED)
                    unit.fail(code, [f"records on {server}: not withdrawn, {result.state}: {result.reason}"])


def change_id(units: Sequence[Unit]) -> str:
    """The identity of one publication; another group of platforms is another change."""
    return derived("records", *(unit.digest for unit in units))


def _servers(units: Sequence[Unit]) -> dict[str, list[RecordChange]]:
    found: dict[str, list[RecordChange]] = {}
    for unit in units:
        for record in open_records(unit):
            found.setdefault(record.server, []).append(record)
    return found


def _send(run: Run, group: Sequence[Unit], targets: dict[str, Target], step: str, label: str) -> bool:
    """Send one order per server on behalf of every platform with records there; whether all did as told."""
    wanted = {STEP: "committed", "arm": "armed", "confirm": "confirmed"}.get(step, "rolled-back")
    orders = [
        (unit, targets[server])
        for unit in group
        for server in dict.fromkeys(record.server for record in open_records(unit))
        if server in targets
    ]
    good = True
    for unit, server, result in run.send(orders, step, label, payload.RECORDS):
        if result.state == wanted or (step in (STEP, "arm") and result.state in ("committed", "confirmed")):
            continue
        good = False
        code = ENVIRONMENT if step == "rollback" else CODES.get(result.state, CHECK_FAILED)
        unit.fail(code, [f"records on {server}: {result.state}: {result.reason}"])
    return good


def _publish(run: Run, group: Sequence[Unit], name: str) -> bool:
    change, outside = change_id(group), run.publisher is not None
    order = payload.arm_records if outside else payload.commit_records
    servers = _servers(group)
    targets = {server: order(server, records, change, run.policy.timer) for server, records in servers.items()}
    if targets:
        count = sum(len(open_records(unit)) for unit in group)
        run.progress.now(f"{name}: publishing {count} record sets on {', '.join(targets)}")
    begun = time.monotonic()
    good = _send(run, group, targets, "arm" if outside else STEP, f"{name} publish")
    if good and outside:
        for server, records in servers.items():
            left = run.policy.timer - (time.monotonic() - begun)
            good &= _update(run, group, server, records, PUBLISH, left)[0]
    return good


def _update(
    run: Run, group: Sequence[Unit], server: str, records: Sequence[RecordChange], step: str, seconds: float
) -> tuple[bool, int]:
    """One step of the publisher on one server: whether every zone came out, and the changes that it counted.

    A zone that did not fails the platforms with records in it; after the confirmation it is only said.
    """
    assert run.publisher is not None
    good, count = True, 0
    for found in run.publisher.publish(server, records, step, seconds):
        good &= found.state == "published"
        count += found.changes
        detail = f"{found.zone} on {server}: {found.reason or f'serial {found.serial}, {found.changes} changed'}"
        for unit in group:
            if not any((one.server, one.zone) == (server, found.zone) for one in open_records(unit)):
                continue
            run.journal(unit, f"update {step}", "", "updated" if found.state == "published" else "stopped", detail)
            if found.state != "published" and step == RAISE:
                run.progress.note(f"{unit.platform}: the short TTL stays: {detail}")
            elif found.state != "published":
                unit.fail(CODES.get(found.state, CHECK_FAILED), [f"records in {detail}"])
    return good, count


def _lower(run: Run, group: Sequence[Unit], name: str) -> None:
    """Shorten the TTL of what is going to change, and wait until resolvers have forgotten the long one."""
    if run.publisher is None:
        return
    wait = 0
    for server, records in _servers(group).items():
        old = [record for record in records if lowered(record)]
        if old and _update(run, group, server, old, LOWER, BEFORE)[1]:
            wait = max(wait, *(record.ttl_before for record in old))
    if run.policy.ttl_wait is not None:
        wait = min(wait, run.policy.ttl_wait)
    if wait:
        run.progress.now(f"{name}: waiting {wait} s until resolvers have forgotten the old TTL")
        time.sleep(wait)


def _raise(run: Run, group: Sequence[Unit]) -> None:
    """Give what was confirmed its own TTL; the names work without it, so a failure is said and nothing more."""
    if run.publisher is not None:
        for server, records in _servers(group).items():
            if short := [record for record in records if published(record) != final(record)]:
                _update(run, group, server, short, RAISE, BEFORE)


def _prove(run: Run, group: Sequence[Unit], name: str) -> None:
    run.progress.now(f"{name}: proving by name")
    prove(run, group, "by-name", lambda unit: run.prober.by_name(unit.change))


def _confirm(run: Run, group: Sequence[Unit], name: str) -> None:
    change = change_id(group)
    targets = {server: payload.order("confirm", server, change) for server in _servers(group)}
    _send(run, group, targets, "confirm", f"{name} confirm records")


def _withdraw(run: Run, group: Sequence[Unit], name: str) -> None:
    change = change_id(group)
    targets = {server: payload.order("rollback", server, change) for server in _servers(group)}
    _send(run, group, targets, "rollback", f"{name} withdraw")
