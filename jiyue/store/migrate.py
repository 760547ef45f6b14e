"""Layouts of the store: which one a database has, and the way to the newest (Alembic, driven from here)."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from inventory.errors import EnvironmentFailed

HERE = Path(__file__).parent / "migrations"
_REVISION = re.compile(r"(\d{4})_\w+\.py")
# Alembic's `op` is one object for the whole process.
_ONE_AT_A_TIME = threading.Lock()


def newest(folder: Path = HERE) -> str:
    """The newest layout that this version knows, like `0002`; read from the names of the files."""
    found = [match[1] for path in (folder / "versions").iterdir() if (match := _REVISION.fullmatch(path.name))]
    return max(found)


def current(connection: Connection) -> str:
    """The layout of a database; empty text for a database without a store.

    Stores from before there were migrations have only `layout`, with 1 in it.
    """
    names = set(inspect(connection).get_table_names())
    if "alembic_version" in names:
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")
    if "layout" in names:
        version = connection.execute(text("SELECT version FROM layout")).scalar()
        return f"{int(version or 0):04d}"
    return ""


def check_known(place: str, held: str, folder: Path = HERE) -> None:
    """EnvironmentFailed when the layout is newer than this version, or none that it ever wrote."""
    if held > newest(folder):
        cause = f"its layout is {_number(held)}, this version knows {_number(newest(folder))}"
        raise EnvironmentFailed(place, cause, "use the version of jiyue that wrote it, or a newer one")


def upgrade(
    connection: Connection, target: str = "", folder: Path = HERE, each: Callable[[str], None] = lambda _: None
) -> list[str]:
    """Take the database to layout `target` (the newest one) inside the caller's transaction; gives the layouts passed.

    A database without a store gets one. Nothing is left of it when the transaction does not commit.
    """
    # Imported here: only who changes a layout pays for it.
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    goal = target or newest(folder)
    held = current(connection)
    adopted = held and "alembic_version" not in inspect(connection).get_table_names()
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    passed: list[str] = []

    def steps(revision: Any, _context: Any) -> Any:
        return script._upgrade_revs(goal, revision)

    def note(*, step: Any, **_values: Any) -> None:
        passed.append(step.up_revision_id)
        each(step.up_revision_id)

    with _ONE_AT_A_TIME, EnvironmentContext(config, script, fn=steps, destination_rev=goal) as environment:
        environment.configure(connection=connection, on_version_apply=note)  # type: ignore[arg-type]
        if adopted:
            environment.get_context().stamp(script, held)
        environment.run_migrations()
    connection.execute(text("UPDATE layout SET version = :version"), {"version": _number(goal)})
    return passed


def _number(revision: str) -> int:
    return int(revision) if revision.isdigit() else 0
