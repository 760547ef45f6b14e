"""The demo's step of old sites: one of each old host is assessed, put right, assessed again and moved; then a page is
defaced on purpose, noticed and put back."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field

from inventory.errors import EnvironmentFailed
from jiyue.i18n import _, translate
from jiyue.moving.model import SERVED
from jiyue.sites.gate import refusal
from jiyue.workflow import harden, moving, tampering
from jiyue.workflow.reporter import Reporter
from jiyue.workflow.services import Services, utc_now


@dataclass
class Sites:
    """What the step did; `changed` says whether a site was moved now."""

    changed: bool = False
    codes: list[int] = field(default_factory=list)


def run(services: Services, reporter: Reporter) -> Sites:
    """Safe to repeat: what has moved is only compared with the library."""
    done = Sites()
    first = [host.sites[0].name for one in services.inventory.platforms for host in one.old_hosts if host.sites]
    if not first:
        return done
    here = moving.states(services)
    waiting = [name for name in first if here[name].state not in SERVED]
    if waiting:
        _assessed(services, reporter, waiting)
    found = moving.migrate(services, first, tell=lambda *said: reporter.now(moving.line(*said)))
    good = [one for one in found if one.progress.state in SERVED]
    fresh = [one.site for one in good if one.progress.log != here[one.site].log]
    reporter.note(
        _("{fresh} sites moved now, {all} of {total} are on their platforms").format(
            fresh=len(fresh), all=len(good), total=len(found)
        )
    )
    for one in found:
        if one.reason:
            reporter.note(f"✗ {one.site}: {translate(one.reason)}")
    done.codes += moving.worst(found)
    done.changed = bool(fresh)
    if fresh and services.inventory.environment.kind == "lab":
        done.codes += _defaced(services, reporter, fresh[0])
    checked = tampering.tamper(services, [one.site for one in good]) if good else []
    whole = [one for one in checked if one.ok]
    reporter.note(
        _("{whole} of {total} are served as the library has them, {files} files").format(
            whole=len(whole), total=len(checked), files=sum(one.files for one in checked)
        )
    )
    done.codes += [] if len(whole) == len(checked) else [1]
    return done


def _assessed(services: Services, reporter: Reporter, names: list[str]) -> None:
    """Sites without an assessment that holds: assessed, their hosts hardened, assessed again."""
    known, now = services.store.assessments(), utc_now()
    due = [name for name in names if refusal(known, name, now)]
    if not due:
        return
    found = harden.harden(services, due, now=reporter.now)
    bad = sum(1 for one in found.before if not one.passed)
    good = sum(1 for one in found.after if one.passed)
    ended = sum(len(harden.gone(found, name)[0]) for name in due)
    files = sum(len(one.plan.changes) for one in found.outcomes if one.state == "hardened")
    text = _("{bad} of {total} old sites failed; hardened: {files} files, {gone} findings gone; {good} pass now")
    reporter.note(text.format(bad=bad, total=len(due), files=files, gone=ended, good=good))
    for one in found.outcomes:
        if one.reason:
            reporter.note(f"✗ {one.host}: {translate(one.reason)}")


def _defaced(services: Services, reporter: Reporter, site: str) -> list[int]:
    (move,) = moving.plans(services, [site])
    tree = str(moving.states(services)[site].facts["tree"])
    page = shlex.quote(f"{tree}/index.html")
    reply = services.runner.command(move.new, f"echo defaced > {page}")
    if reply.problem or reply.code:
        raise EnvironmentFailed(move.new, reply.problem or reply.err, "see `jiyue lab status`")
    (seen,) = tampering.tamper(services, [site], restore=True)
    noticed = "index.html" in seen.found.changed and seen.ok
    text = _("a page of {site} was defaced on purpose: noticed and put back") if noticed else _(
        "a page of {site} was defaced on purpose: NOT noticed")  # fmt: skip
    reporter.note(text.format(site=site))
    return [] if noticed else [1]
