"""The words of the command-line library itself, in our languages: panels of the help, and errors of usage."""

from __future__ import annotations

import typer.core
from typer.exceptions import TyperException

from jiyue.i18n import _, translate

CLICK_MESSAGES = (
    "Arguments", "Options", "Commands", "Error", "Aborted.", "(deprecated) ", "[default: {}]", "[env var: {}]",
    "[required]", "required", "default: {default}", "Show this message and exit.", "Missing command.",
    "No such command {name}.", "No such command {name}. Did you mean {possibilities}?", "No such option: {option}",
    "No such option: {option} (Possible options: {possibilities})", "Missing argument {name}.",
    "Missing option {name}.", "Missing parameter {name}.", "Invalid value: {reason}",
    "Invalid value for {name}: {reason}",
    "{value} is not one of {choices}.", "{value} is not a valid integer.", "{value} is not a valid float.",
    "Got unexpected extra argument(s) ({arguments})", "Option {option} requires an argument.",
    "Option {option} does not take a value.", "Could not open file {name}: {reason}", "File {name} does not exist.",
    "Directory {name} does not exist.", "Path {name} does not exist.", "File {name} is a directory.",
    "Directory {name} is a file.", "Install completion for the current shell.",
    "Show completion for the current shell, to copy it or customize the installation.",
    "see: {command} --help",
)  # fmt: skip
"""What Typer and the Click inside it say to people; theirs are templates for `translate`."""

_PANELS = ("ARGUMENTS_PANEL_TITLE", "OPTIONS_PANEL_TITLE", "COMMANDS_PANEL_TITLE", "ERRORS_PANEL_TITLE",
           "ABORTED_TEXT", "DEPRECATED_STRING", "DEFAULT_STRING", "ENVVAR_STRING", "REQUIRED_LONG_STRING")  # fmt: skip
_SPOKEN: dict[str, str] = {}


def localise_help() -> None:
    """Give the help's panels the language in force; Typer reads its own words once, at import."""
    from typer import rich_utils

    for name in _PANELS:
        english = _SPOKEN.setdefault(name, str(getattr(rich_utils, name)))
        setattr(rich_utils, name, _(english))
    typer.core.__dict__["_"] = _  # its other words are looked up at each use


def usage_line(error: TyperException) -> str:
    """An error of usage as `place: cause; fix` in the language in force; the place is the command that was called."""
    if type(error).__name__ == "NoArgsIsHelpError":  # no verb was named: its text is the help itself
        return error.format_message()
    context = getattr(error, "ctx", None)
    command = str(context.command_path) if context is not None else "jiyue"
    english = error.format_message().strip()
    cause = translate(english)
    if cause == english:
        cause = translate(english.rstrip("."))
    return f"{command}: {cause.rstrip('.。')}" + translate("; ") + _("see: {command} --help").format(command=command)
