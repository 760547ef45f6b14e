"""The log of decisions: prove it, sign its end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from inventory.errors import EnvironmentFailed, InputError
from jiyue.review import checkpoint, trust
from jiyue.review.checkpoint import Checkpoint
from jiyue.review.keys import SigningKey
from jiyue.store.logcheck import LogReport, check_log
from jiyue.workflow.review import in_use, lab_reviewers
from jiyue.workflow.services import Services, utc_now
from lab.errors import failed

MEND = "keep the store for inspection and restore the last backup"


def verify(services: Services, files: Sequence[Path] = ()) -> LogReport:
    """Recompute the log, compared with every checkpoint known: the store's, the key folder's and the given files'."""
    kept = [trust.read_envelope(path) for path in files]
    own = services.key_folder / trust.CHECKPOINT_FILE
    if own.exists():
        kept.append(trust.read_envelope(own))
    return check_log(services.store, services.space.environment, kept)


def broken(services: Services, report: LogReport) -> EnvironmentFailed | None:
    """Every break as an error; None when the log holds."""
    place = services.store.database.place
    found = [
        EnvironmentFailed(f"{place}: log entry {one.seq}" if one.seq else f"{place}: log", one.cause, MEND)
        for one in report.breaks
    ]
    return failed(found) if found else None


def require_whole(services: Services) -> None:
    """EnvironmentFailed when the log was touched: what stands on it is not believed."""
    problem = broken(services, verify(services))
    if problem:
        raise problem


def sign(services: Services, key: SigningKey | None, out: Path | None) -> tuple[Checkpoint, Path]:
    """Sign the end of a log that holds; kept in the store and in a file that belongs somewhere else."""
    require_whole(services)
    signer = key or lab_reviewers(services)[0]
    rows = services.store.log()
    if not rows:
        raise InputError("log", "it is empty", "there is nothing to sign yet")
    member = in_use(services, signer)
    made = Checkpoint(services.space.environment, rows[-1].seq, rows[-1].hash, utc_now())
    envelope = checkpoint.sign(made, signer)
    services.store.put_checkpoint(envelope, member.person, made.seq)
    path = out or services.key_folder / trust.CHECKPOINT_FILE
    trust.write(path, envelope)
    return made, path
