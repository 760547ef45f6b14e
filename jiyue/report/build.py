"""Writes the report: one self-contained page, styles, script and pictures inline, nothing fetched from anywhere."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from inventory.atomic import write_whole
from inventory.errors import EnvironmentFailed
from jiyue.report import export, words
from jiyue.report.island import Island
from jiyue.report.model import Page
from jiyue.report.trend import HEIGHT, WIDTH, charts
from jiyue.report.words import Text

TEMPLATES = ("macros.html", "page.html", "summary.html", "platforms.html", "moves.html", "accept.html", "origin.html")
PAGE, DATA = "index.html", "report.json"


def build(root: Path, page: Page, language: str = "zh") -> Path:
    """Write `var/report/index.html` and `report.json` below `root` and return the page's path.

    `language` (zh or en) is shown first; a button on the page changes it. The same report gives the same bytes.
    """
    target = root / "var" / "report" / PAGE
    text, data = render(page, language), export.spell(page)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target.with_name(DATA), data)
        write_whole(target, text)
    except OSError as error:
        cause = f"the report cannot be written: {error.strerror}"
        raise EnvironmentFailed(str(target), cause, "give this user the folder and some space") from error
    return target


def render(page: Page, language: str = "zh") -> str:
    """The page as text; everything from data is escaped, and a policy lets nothing but our own script run."""
    style, script = _file("page.css"), _file("page.js")
    return (
        _templates()
        .get_template("page.html")
        .render(
            page=page,
            language=language if language in ("zh", "en") else "zh",
            charts=charts(page.runs),
            policy=policy(style, script),
            style=Markup(style),
            script=Markup(script),
            island=Markup(Island(page).text),
        )
    )


@cache
def _templates() -> Environment:
    """The templates, compiled once."""
    sources = {name: _file(name) for name in TEMPLATES}
    environment = Environment(
        loader=DictLoader(sources), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(t=_pair, tt=_texts, stages=words.STAGES, words=words, width=WIDTH, height=HEIGHT)
    return environment


def _file(name: str) -> str:
    return files("jiyue.report").joinpath(name).read_text(encoding="utf-8")


def policy(style: str, script: str) -> str:
    """The Content-Security-Policy of the page: our own style and script by their hashes, nothing from anywhere."""
    own = (f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in (style, script))
    allowed = "default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; form-action 'none'"
    return allowed.format(*own)


def _pair(zh: str, en: str) -> Markup:
    return _texts(Text(zh, en))


def _texts(text: Text) -> Markup:
    """Both languages; the style sheet shows one."""
    if text.zh == text.en:
        return Markup("{}").format(text.zh)
    zh, en = '<span class="zh" lang="zh-CN">{}</span>', '<span class="en" lang="en">{}</span>'
    return Markup(zh + en).format(text.zh, text.en)
