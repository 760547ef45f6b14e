"""`jiyue doctor`."""

from __future__ import annotations

import typer
from rich.console import Console

from inventory import source
from jiyue import doctor as examiner
from jiyue.cli.output import Session
from jiyue.cli.verbs import verb
from jiyue.engines.cache import tools_folder
from jiyue.i18n import translate
from jiyue.workflow.lab import summary


def add(app: typer.Typer) -> None:
    """Add the verb to the command."""

    @verb(app, "doctor", "Say what this machine lacks, before anything starts.", "jiyue doctor --json")
    def doctor(session: Session) -> int:
        space = session.workspace
        data = source.load(space.inventory, space.environment)
        control = data.environment.control_plane
        running = summary(space)["phase"] == "running"
        ports = () if control is None or running else control.ports
        findings = examiner.examine(ports, tools_folder(), space.root / "var")

        def text(console: Console) -> None:
            for finding in findings:
                mark = "✓" if finding.ok else "✗" if finding.stops else "○"
                line = f"{mark} {finding.place}: {translate(finding.cause)}"
                console.print(line + ("" if finding.ok else translate("; ") + translate(finding.fix)))

        session.emit(
            "doctor",
            {"findings": [finding.as_dict() for finding in findings]},
            text,
        )
        return 4 if any(finding.stops for finding in findings) else 0
