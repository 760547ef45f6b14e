"""`jiyue review log|verify-log|checkpoint`: what was decided, and the proof that nobody touched it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from jiyue.cli.keyfile import KeyFile, PassphraseFd, key_of
from jiyue.cli.output import Session, report_error
from jiyue.cli.verbs import verb
from jiyue.i18n import _
from jiyue.workflow import review_log
from jiyue.workflow.services import open_services

LAST = 40


def add(group: typer.Typer) -> None:
    """Add the verbs."""

    @verb(group, "log", "Every submission, decision, refusal and change of keys.", "jiyue review log --last 20")
    def log(
        session: Session,
        subject: Annotated[str, typer.Argument(help=_("Digest (12 digits do) or key id; everything when empty."))] = "",
        last: Annotated[int, typer.Option("--last", min=1, help=_("How many of the newest entries."))] = LAST,
    ) -> None:
        services = open_services(session.workspace)
        rows = [row for row in services.store.log() if row.subject.startswith(subject)][-last:]

        def text(console: Console) -> None:
            for row in rows:
                console.print(
                    f"{row.seq:>5} {row.at} {row.kind:<12} {row.actor} {row.subject[:12]} {row.detail}", markup=False
                )

        session.emit("review-log", {"entries": [asdict(row) for row in rows]}, text)

    @verb(
        group,
        "verify-log",
        "Recompute the log and compare it with its signed checkpoints; says where it breaks.",
        "jiyue review verify-log --checkpoint ~/safe/checkpoint.json",
    )
    def verify(
        session: Session,
        checkpoint: Annotated[
            list[Path] | None, typer.Option("--checkpoint", help=_("A checkpoint kept elsewhere."))
        ] = None,
    ) -> int:
        services = open_services(session.workspace)
        report = review_log.verify(services, [path.expanduser() for path in checkpoint or []])
        problem = review_log.broken(services, report)

        def text(console: Console) -> None:
            if problem is None:
                words = _("{entries} entries fit, {checkpoints} checkpoints, {since} entries since the last one")
                counts = {"entries": report.entries, "checkpoints": report.checkpoints, "since": report.since}
                console.print(words.format(**counts))

        session.emit("review-verify-log", {**asdict(report), "whole": problem is None}, text)
        return report_error(problem) if problem else 0

    @verb(
        group,
        "checkpoint",
        "Sign the end of the log, so that cutting it off shows; keep the file somewhere else.",
        "jiyue review checkpoint --key ~/keys/li.key --out ~/safe/checkpoint.json",
    )
    def sign(
        session: Session,
        key: KeyFile = None,
        passphrase: PassphraseFd = -1,
        out: Annotated[
            Path | None, typer.Option("--out", help=_("File of the checkpoint; beside the keyring if not given."))
        ] = None,
    ) -> None:
        services = open_services(session.workspace)
        signer = key_of(key, passphrase) if key else None
        made, path = review_log.sign(services, signer, out.expanduser() if out else None)
        session.emit(
            "review-checkpoint",
            {**asdict(made), "file": str(path)},
            lambda console: console.print(
                _("entry {seq} signed: {path}").format(seq=made.seq, path=path), markup=False
            ),
        )
