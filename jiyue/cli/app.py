"""The command `jiyue`: groups by user, one thin file per verb or group."""

from __future__ import annotations

import os
import sys

import typer
from typer.exceptions import TyperException

from jiyue.cli.output import report_error
from jiyue.i18n import _, choose_language, set_language
from jiyue.i18n_click import localise_help, usage_line

GROUPS = (
    "demo",
    "status",
    "doctor",
    "engine",
    "lab",
    "inventory",
    "ipv6",
    "dns",
    "review",
    "site",
    "stack",
    "verify",
    "score",
    "accept",
    "report",
    "store",
)


def build() -> typer.Typer:
    """The whole command tree in the language in force; importing the groups here keeps help text translatable."""
    app = typer.Typer(
        name="jiyue",
        help=_("Platforms and IPv6 for a province's consolidated government websites."),
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    from importlib import import_module

    for group in GROUPS:
        import_module(f"jiyue.cli.{group}").add(app)
    return app


def main(arguments: list[str] | None = None) -> None:
    """Entry point; ends the process with the exit codes of the design, section 5."""
    words = sys.argv[1:] if arguments is None else arguments
    set_language(choose_language(words, os.environ))
    localise_help()
    try:
        code = build()(args=words, prog_name="jiyue", standalone_mode=False)
    except TyperException as error:  # Typer brings its own Click, whose errors are no `click.ClickException`
        sys.stderr.write(usage_line(error) + "\n")
        code = 2
    except (typer.Abort, KeyboardInterrupt):
        sys.stderr.write(_("interrupted; run the same command again to continue") + "\n")
        code = 130
    except typer.Exit as stop:
        code = stop.exit_code
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough; nothing may complain when the interpreter ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code if isinstance(code, int) else 0)


__all__ = ["build", "main", "report_error"]
