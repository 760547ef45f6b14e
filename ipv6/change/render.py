"""A change set as a page that a reviewer reads: Markdown or self-contained HTML. Pure; same change, same bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from unicodedata import category

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from ipv6.change import view as views
from ipv6.change.model import ChangeSet
from ipv6.change.records import ttls

Translate = Callable[[str], str]

_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
_CELL = re.compile(r"([\\`*_\[\]<>|#!~&])")


def markdown(
    change: ChangeSet, author: str = "", translate: Translate = str, stack_runs: Mapping[str, object] | None = None
) -> str:
    """The proposal as Markdown; every value is escaped, diffs stand in fences that no text can close.

    `stack_runs` are the stack's values under the change set that runs: the page then shows what differs.
    """
    return _template("proposal.md.j2").render(
        view=views.view(change, author, stack_runs), change=change, _=translate, language=""
    )


def html(
    change: ChangeSet,
    author: str = "",
    translate: Translate = str,
    language: str = "en",
    stack_runs: Mapping[str, object] | None = None,
) -> str:
    """The proposal as one HTML page without script or outside reference; every value is escaped."""
    return _template("proposal.html.j2").render(
        view=views.view(change, author, stack_runs), change=change, _=translate, language=language
    )


def pages(
    change: ChangeSet,
    author: str,
    translate: Translate,
    language: str,
    stack_runs: Mapping[str, object] | None,
    digest: str,
) -> tuple[str, str]:
    """Both of one change set with a known digest, as Markdown and as HTML."""
    seen = views.view(change, author, stack_runs, digest)
    return (
        _template("proposal.md.j2").render(view=seen, change=change, _=translate, language=""),
        _template("proposal.html.j2").render(view=seen, change=change, _=translate, language=language),
    )


@cache
def _template(name: str) -> Template:
    environment = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True, finalize=visible
    )
    environment.filters.update(cell=cell, diff=views.diff, counts=views.counts, fence=views.fence, ttls=ttls)
    return environment.from_string(files("ipv6.change").joinpath(name).read_text(encoding="utf-8"))


def visible(value: object) -> object:
    """Text with its invisible characters spelt out, so that no direction mark or control hides what it says."""
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    return "".join(f"<U+{ord(one):04X}>" if category(one) in _INVISIBLE and one != "\t" else one for one in value)


def cell(value: object) -> str:
    """Text for a Markdown table cell: one line, no character with a meaning left bare."""
    return _CELL.sub(r"\\\1", " ".join(str(value).split()))
