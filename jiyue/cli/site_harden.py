"""`jiyue site harden`: what the assessment finds and a text can mend is put right on the hosts, and taken back."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from jiyue.cli.output import Session
from jiyue.cli.site_assess import line
from jiyue.cli.verbs import verb
from jiyue.i18n import _, translate
from jiyue.workflow.services import open_services

if TYPE_CHECKING:
    from jiyue.sites.hardening.model import Change, Outcome
    from jiyue.workflow.harden import Result

Sites = Annotated[list[str] | None, typer.Argument(help=_("Names of sites."))]
SHOWN = 10


def add(group: typer.Typer) -> None:
    """Add the verb to the group."""

    @verb(
        group,
        "harden",
        "Put the hosts of sites right as far as a text can: sshd, nginx, logs, rights; assessed before and after.",
        "jiyue site harden tyj.changsha.gov.cn --check\njiyue site harden --all\n"
        "jiyue site harden tyj.changsha.gov.cn --undo",
    )
    def harden(
        session: Session,
        site: Sites = None,
        every: Annotated[bool, typer.Option("--all", help=_("Every hosted site and every old one."))] = False,
        check: Annotated[
            bool, typer.Option("--check", help=_("Show what would be written, change nothing; 1 when something would."))
        ] = False,
        back: Annotated[
            bool, typer.Option("--undo", help=_("Everything byte for byte as before the first hardening."))
        ] = False,
    ) -> int:
        from jiyue.sites import targets
        from jiyue.workflow import harden as workflow

        if not site and not every:
            raise typer.BadParameter(_("name sites, or use --all"))
        if check and back:
            raise typer.BadParameter(_("--check and --undo exclude each other"))
        services = open_services(session.workspace)
        names = list(targets.every(services.inventory)) if every else site or []
        with waiting(session.console) as now:
            result = workflow.undo(services, names) if back else workflow.harden(services, names, check, now)
        session.emit("site-harden", data(result), lambda console: shown(console, result, check))
        return result.code


@contextmanager
def waiting(console: Console) -> Iterator[Callable[[str], None]]:
    """A live line for what is being done, on a terminal only."""
    if not console.is_terminal:
        yield lambda said: None
        return
    with console.status("") as status:
        yield lambda said: status.update(translate(said))


def data(result: Result) -> dict[str, Any]:
    """What `--json` gives."""
    return {
        "hosts": [_host(one) for one in result.outcomes],
        "before": [one.data() for one in result.before],
        "after": [one.data() for one in result.after],
        "elsewhere": list(result.elsewhere),
    }


def _host(one: Outcome) -> dict[str, Any]:
    return {
        "host": one.host, "state": one.state, "changed": one.changed, "reason": one.reason,
        "skipped": list(one.skipped),
        "files": [{"path": it.path, "mends": sorted(it.mends), "diff": "".join(diff(it))} for it in one.plan.changes],
        "rights": [
            {"path": it.path, "was": right(it.was), "now": right(it.now), "mends": sorted(it.mends)}
            for it in one.plan.rights
        ],
        "left": [asdict(it) for it in one.plan.left],
    }  # fmt: skip


def right(value: tuple[int, int, int]) -> str:
    """Mode, user and group as a person reads them."""
    return f"{value[0]:04o} {value[1]}:{value[2]}"


def diff(one: Change) -> Iterator[str]:
    """The file's lines before and after, as diff -u has them."""
    before = (one.before or "").splitlines(keepends=True)
    after = one.after.splitlines(keepends=True)
    yield from difflib.unified_diff(before, after, one.path if one.before is not None else "/dev/null", one.path, n=1)


def shown(console: Console, result: Result, check: bool) -> None:
    """Host by host what was written, then site by site what is gone and what is left."""
    from jiyue.workflow.harden import gone

    for one in result.outcomes:
        sign = "✓" if one.code == 0 else "·" if one.state == "planned" else "✗"
        console.print(f"{sign} {one.host} {_(one.state)}" + ("" if one.changed else f" ({_('nothing to do')})"))
        if one.reason:
            console.print(f"    {translate(one.reason)}")
        for file in one.plan.changes:
            console.print(f"    {file.path} ({', '.join(sorted(file.mends))})")
            if check:
                for text in diff(file):
                    console.print(Text(f"      {text.rstrip()}"))
        for moved in one.plan.rights[:SHOWN]:
            console.print(
                f"    {moved.path} {right(moved.was)} -> {right(moved.now)} ({', '.join(sorted(moved.mends))})"
            )
        if len(one.plan.rights) > SHOWN:
            console.print("    " + _("and {count} more; --json lists all").format(count=len(one.plan.rights) - SHOWN))
        for left in one.plan.left:
            console.print(f"    {_('left')}: {left.finding}: {translate(left.why)}")
        for text in one.skipped[:SHOWN]:
            console.print(f"    {_('left')}: {text}")
    for name in result.elsewhere:
        console.print(f"✗ {name} " + _("this environment does not hold its host"))
    for after in () if check else result.after:
        ended, remaining = gone(result, after.site)
        counts = _("{gone} findings gone, {left} left").format(gone=len(ended), left=len(remaining))
        console.print(f"{'✓' if after.passed else '✗'} {after.site} {counts}")
        for finding in remaining:
            console.print(f"    {line(finding)}")
