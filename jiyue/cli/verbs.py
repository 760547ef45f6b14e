"""How a verb is declared: one function that takes the `Session`, with the three common options added."""

from __future__ import annotations

import functools
import inspect
import os
import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any, get_type_hints

import typer

from inventory.errors import worst
from jiyue.cli.output import Session, guarded
from jiyue.i18n import LANGUAGES, _

Verb = Callable[..., int | None]


def _common() -> tuple[inspect.Parameter, ...]:
    keyword = inspect.Parameter.KEYWORD_ONLY
    return (
        inspect.Parameter(
            "environment",
            keyword,
            default="lab",
            annotation=Annotated[str, typer.Option("--env", help=_("Environment (a file of inventory/*/env)."))],
        ),
        inspect.Parameter(
            "as_json",
            keyword,
            default=False,
            annotation=Annotated[bool, typer.Option("--json", help=_("Print JSON with a versioned schema."))],
        ),
        inspect.Parameter(
            "lang",
            keyword,
            default="",
            annotation=Annotated[str, typer.Option("--lang", help=_("Language: zh or en."))],
        ),
    )


def add_parts(group: typer.Typer, name: str) -> None:
    """Let every module `jiyue.cli.<name>_*` add its verbs to the group, so that a new verb is one new file."""
    import jiyue.cli

    for found in sorted(module.name for module in pkgutil.iter_modules(jiyue.cli.__path__)):
        if found.startswith(f"{name}_"):
            import_module(f"jiyue.cli.{found}").add(group)


def verb(app: typer.Typer, name: str, help_text: str, examples: str = "") -> Callable[[Verb], Verb]:
    """Register `function(session, ...)` as a verb with the common options, errors and exit codes handled."""

    def register(function: Verb) -> Verb:
        hints = get_type_hints(function, include_extras=True)
        own = [
            parameter.replace(annotation=hints[parameter.name], kind=inspect.Parameter.KEYWORD_ONLY)
            for parameter in list(inspect.signature(function).parameters.values())[1:]
        ]
        parameters = [*own, *_common()]

        @functools.wraps(function)
        def run(**values: Any) -> None:
            lang = values.pop("lang")  # taken from the arguments before any help text was built
            if lang and lang not in LANGUAGES:
                raise typer.BadParameter(
                    _("choose one of {known}").format(known=", ".join(LANGUAGES)), param_hint="--lang"
                )
            session = Session(environment=values.pop("environment"), as_json=values.pop("as_json"))
            code = guarded(lambda: function(session, **values), debug=bool(os.environ.get("JIYUE_DEBUG")))
            # A code outside the list is the verb's own: 130, or that of a command run on a host.
            raise typer.Exit(worst([*session.codes, code]) or code)

        del run.__wrapped__
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        epilog = (
            _("Examples:") + "\n\n" + "\n\n".join(f"  {line}" for line in examples.splitlines()) if examples else None
        )
        app.command(name, help=_(help_text), epilog=epilog)(run)
        return function

    return register
