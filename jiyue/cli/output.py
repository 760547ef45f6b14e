"""What every verb shares: options in force, JSON or text, errors, the exit code."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from typer.exceptions import TyperException

from inventory.errors import JiyueError
from inventory.project import find_root
from jiyue.i18n import _, translate
from jiyue.workspace import Workspace


@dataclass
class Session:
    """Options that hold for one call of the command."""

    environment: str = "lab"
    as_json: bool = False
    codes: list[int] = field(default_factory=list)

    @property
    def workspace(self) -> Workspace:
        """The checkout around the current folder (or JIYUE_ROOT)."""
        start = Path(os.environ.get("JIYUE_ROOT", ".")).resolve()
        return Workspace(find_root(start), self.environment)

    @property
    def console(self) -> Console:
        """Text for people; on stderr when JSON goes to stdout. Square brackets in data are text, never markup."""
        return Console(stderr=self.as_json, highlight=False, soft_wrap=True, markup=False)

    def emit(self, schema: str, payload: Mapping[str, Any], text: Callable[[Console], None]) -> None:
        """Print `payload` as JSON under its versioned schema name, or call `text` to print it for people."""
        if self.as_json:
            document = {"schema": f"jiyue/{schema}/1", **payload}
            # A reader that has seen enough does not change what the verb found: its exit code stays.
            with contextlib.suppress(BrokenPipeError):
                sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n")
                sys.stdout.flush()
        else:
            text(self.console)


def report_error(error: JiyueError) -> int:
    """Print one line per problem on stderr, in the language in force; gives the exit code."""
    for problem in error.lines:
        line = f"{problem.place}: {translate(problem.cause)}"
        if problem.fix:
            line += translate("; ") + translate(problem.fix)
        sys.stderr.write(one_line(line) + "\n")
    return error.exit_code


def one_line(text: str) -> str:
    """The text on one line, with everything that could steer a terminal replaced by `?`."""
    return "".join(char if char.isprintable() else " " if char.isspace() else "?" for char in text.strip())


def guarded(call: Callable[[], int | None], debug: bool) -> int:
    """Run the command; every failure becomes one clear message and its exit code."""
    try:
        return call() or 0
    except (TyperException, typer.Exit, typer.Abort):
        raise  # words about the arguments, told by `main`
    except JiyueError as error:
        return report_error(error)
    except KeyboardInterrupt:
        sys.stderr.write(_("interrupted; run the same command again to continue") + "\n")
        return 130
    except BrokenPipeError:
        return 0
    except Exception as error:  # the last resort: a bug of ours, said as one
        sys.stderr.write(_("internal error: {error}; set JIYUE_DEBUG=1 for details").format(error=error) + "\n")
        if debug:
            traceback.print_exc()
        return 70
