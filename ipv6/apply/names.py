"""The record sets of some platforms together: published last, withdrawn when a name does not work."""

from __future__ import annotations

from collections.abc import Sequence

from ipv6.apply import payload
from ipv6.apply.run import CHECK_FAILED, CODES, ENVIRONMENT, WITHDRAWN, Run, Unit, prove
from ipv6.change.digest import derived
from ipv6.change.model import RecordChange
from ipv6.ports import Target

STEP = "records"


def run_records(run: Run, units: Sequence[Unit], name: str) -> None:
    """Publish the records of these platforms and prove them by name.

    One change per server serves the whole step. When a platform's names fail, everything is taken back and the
    others are published again without it, so that nothing is ever confirmed beside a failure.
    """
    group = [unit for unit in units if not unit.failed and not unit.settled]
    while group:
        published = _publish(run, group, name)
        if published:
            _prove(run, group, name)
        bad = [unit for unit in group if unit.failed]
        if not bad:
            _confirm(run, group, name)
            bad = [unit for unit in group if unit.failed]
        if not bad:
            for unit in group:
                run.journal(unit, STEP, "", "confirmed", name)
            return
        _withdraw(run, group, name)
        for unit in bad:
            unit.state = WITHDRAWN
            run.progress.note(f"{unit.platform}: records withdrawn: {'; '.join(unit.reasons[:3])}")
            run.journal(unit, STEP, "", WITHDRAWN, "; ".join(unit.reasons))
        group = [unit for unit in group if not unit.failed]


def open_records(unit: Unit) -> list[RecordChange]:
    """The record sets this change set brings to a server."""
    return [record for record in unit.change.records if record.server and not record.keep]


def withdraw(run: Run, unit: Unit, name: str) -> None:
    """Take back the record sets that are served already, from an earlier run or an earlier apply."""
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
    wanted = "committed" if step == STEP else "confirmed" if step == "confirm" else "rolled-back"
    orders = [
        (unit, targets[server])
        for unit in group
        for server in dict.fromkeys(record.server for record in open_records(unit))
        if server in targets
    ]
    good = True
    for unit, server, result in run.send(orders, step, label, payload.RECORDS):
        if result.state == wanted or (step == STEP and result.state == "confirmed"):
            continue
        good = False
        code = ENVIRONMENT if step == "rollback" else CODES.get(result.state, CHECK_FAILED)
        unit.fail(code, [f"records on {server}: {result.state}: {result.reason}"])
    return good


def _publish(run: Run, group: Sequence[Unit], name: str) -> bool:
    change = change_id(group)
    targets = {
        server: payload.commit_records(server, records, change, run.policy.timer)
        for server, records in _servers(group).items()
    }
    if targets:
        count = sum(len(open_records(unit)) for unit in group)
        run.progress.now(f"{name}: publishing {count} record sets on {', '.join(targets)}")
    return _send(run, group, targets, STEP, f"{name} publish")


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
