"""`jiyue lab up|down|status|exec`; faults are in `lab_fault`."""

from __future__ import annotations

import os
import subprocess
from typing import Annotated

import typer
from rich.console import Console

from jiyue.cli.output import Session
from jiyue.cli.verbs import add_parts, verb
from jiyue.i18n import _, translate
from jiyue.workflow import lab as workflow
from jiyue.workflow.reporter import ConsoleReporter

RealNodes = Annotated[
    bool | None,
    typer.Option(
        "--real-nodes/--no-real-nodes",
        help=_("Run the pods of the province and the canary city for real; by default where the machine can."),
    ),
]


def add(app: typer.Typer) -> None:
    """Add the group to the command."""
    group = typer.Typer(help=_("The embedded lab: a province on one machine."), no_args_is_help=True)
    app.add_typer(group, name="lab")
    add_parts(group, "lab")

    @verb(group, "up", "Start the province, 14 cities and the local control plane.", "jiyue lab up")
    def up(
        session: Session,
        real_nodes: RealNodes = None,
    ) -> None:
        reporter = ConsoleReporter(session.console)
        with reporter.step("lab", _("Lab")):
            summary = workflow.up(session.workspace, reporter, real_nodes)
        session.emit("lab-up", summary, lambda console: None)

    @verb(group, "down", "End the lab; nothing of it is left on the machine.", "jiyue lab down\njiyue lab down --purge")
    def down(
        session: Session,
        purge: Annotated[
            bool, typer.Option("--purge", help=_("Also forget what runs wrote: store, state, evidence."))
        ] = False,
    ) -> None:
        ended = workflow.down(session.workspace, purge)
        session.emit(
            "lab-down",
            {"ended": ended, "purged": purge},
            lambda console: console.print(_("the lab is down") if ended else _("there was no lab to end")),
        )

    @verb(group, "status", "Say how every host is.", "jiyue lab status --json")
    def status(session: Session) -> int:
        summary = workflow.summary(session.workspace)

        def text(console: Console) -> None:
            console.print(
                _("lab: {phase}, {hosts} hosts").format(phase=_(summary["phase"]), hosts=len(summary["hosts"]))
            )
            for host in summary["hosts"]:
                if not host["up"]:
                    console.print(f"  ✗ {host['name']}: {translate(host['reason'])}")

        session.emit("lab-status", summary, text)
        return 0 if summary["phase"] == "running" and all(host["up"] for host in summary["hosts"]) else 1

    @verb(
        group,
        "exec",
        "Run a command on a host, over SSH.",
        "jiyue lab exec vantage-v6 -- curl -6 -sS https://www.hunan.gov.cn/",
    )
    def execute(
        session: Session,
        host: Annotated[str, typer.Argument(help=_("Host of the lab."))],
        command: Annotated[list[str], typer.Argument(help=_("Command and its arguments, after --."))],
    ) -> int:
        argv = workflow.exec_argv(session.workspace, host, command)
        if not session.as_json:
            return subprocess.run(argv, check=False, env=dict(os.environ)).returncode
        done = subprocess.run(argv, check=False, env=dict(os.environ), capture_output=True, text=True, errors="replace")
        found = {"host": host, "exit_code": done.returncode, "stdout": done.stdout, "stderr": done.stderr}
        session.emit("lab-exec", found, lambda console: None)
        return done.returncode
