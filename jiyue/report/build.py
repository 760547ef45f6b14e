"""Writes the report: one self-contained page, styles, script and pictures inline, nothing fetched from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from inventory.atomic import write_whole
from inventory.errors import EnvironmentFailed
from inventory.model import Inventory
from jiyue.report import words
from jiyue.report.model import page
from jiyue.report.words import Text


def build(root: Path, inv: Inventory, data: Mapping[str, Any], language: str = "zh") -> Path:
    """Write `var/report/index.html` below `root` and return its path; `data` as `jiyue.report.model.page` takes it.

    `language` (zh or en) is shown first; a button on the page changes it. The same data gives the same bytes.
    """
    target = root / "var" / "report" / "index.html"
    text = render(inv, data, language)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, text)
    except OSError as error:
        cause = f"the report cannot be written: {error.strerror}"
        raise EnvironmentFailed(str(target), cause, "give this user the folder and some space") from error
    return target


def render(inv: Inventory, data: Mapping[str, Any], language: str = "zh") -> str:
    """The page as text; everything that comes from data is escaped."""
    folder = files("jiyue.report")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals.update(t=_pair, tt=_texts, stages=words.STAGES)
    template = environment.from_string(folder.joinpath("page.html").read_text(encoding="utf-8"))
    return template.render(
        page=page(inv, data),
        language=language if language in ("zh", "en") else "zh",
        style=Markup(folder.joinpath("page.css").read_text(encoding="utf-8")),
        script=Markup(folder.joinpath("page.js").read_text(encoding="utf-8")),
    )


def _pair(zh: str, en: str) -> Markup:
    return _texts(Text(zh, en))


def _texts(text: Text) -> Markup:
    """Both languages; the style sheet shows one."""
    if text.zh == text.en:
        return Markup("{}").format(text.zh)
    zh, en = '<span class="zh" lang="zh-CN">{}</span>', '<span class="en" lang="en">{}</span>'
    return Markup(zh + en).format(text.zh, text.en)
