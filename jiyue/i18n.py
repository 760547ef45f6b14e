"""User-facing text: gettext catalogues, Chinese first, English message ids.

Pure code raises errors in English with values filled in. `translate` finds the message id whose placeholders match
such a text and fills the translation the same way, so that errors need no knowledge of languages.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from contextvars import ContextVar
from functools import lru_cache
from importlib.resources import as_file, files
from string import Formatter

LANGUAGES = ("zh", "en")
LONGEST = 4000
"""Characters of the longest text that is matched with templates; a longer one stays as it is."""
DEEPEST = 4
"""How deep values inside values are translated."""
MOST_PARTS = 40
"""How many reasons joined in one line are looked at."""
SPOKEN = frozenset({"state", "status", "stage", "phase", "what", "verdict", "decision", "word", "trouble", "route",
                    "sample", "samples", "seen", "got", "error", "page", "resource"})  # fmt: skip
"""Placeholders whose value may be one single word of ours; the other single words are names and stay."""

SHORT = 9
"""A template with fewer fixed characters takes no value that is a sentence without a translation."""

_language: ContextVar[str] = ContextVar("jiyue_language", default="zh")


def choose_language(arguments: list[str], environ: Mapping[str, str]) -> str:
    """The language asked for by `--lang`, else by JIYUE_LANG, else Chinese; unknown values mean Chinese."""
    wanted = environ.get("JIYUE_LANG", "zh")
    for position, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--lang" and position + 1 < len(arguments):
            wanted = arguments[position + 1]
        elif argument.startswith("--lang="):
            wanted = argument.removeprefix("--lang=")
    return wanted if wanted in LANGUAGES else "zh"


def set_language(language: str) -> None:
    """Choose the language of this context; raises ValueError for one we do not have."""
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is not one of {', '.join(LANGUAGES)}")
    _language.set(language)


def language() -> str:
    """The language in force, `zh` or `en`."""
    return _language.get()


@lru_cache(maxsize=4)
def _catalogue(name: str) -> gettext.NullTranslations:
    if name == "en":
        return gettext.NullTranslations()
    with as_file(files("jiyue").joinpath("locale")) as folder:
        return gettext.translation("jiyue", str(folder), languages=[name], fallback=True)


def _(message: str) -> str:
    """The message in the language in force; falls back to the English id."""
    return _catalogue(_language.get()).gettext(message) if message else ""


Template = tuple[tuple[str, ...], tuple[str, ...]]
"""Fixed texts and the names between them: always one fixed text more than names; fixed texts may be empty."""


@lru_cache(maxsize=4096)
def template(message: str) -> Template | None:
    """A message id as a template; None when it has no placeholder, or braces that are none (`add {id: x}`)."""
    fixed, names = [""], []
    try:
        for literal, name, spec, conversion in Formatter().parse(message):
            fixed[-1] += literal
            if name is not None:
                if not name.isidentifier() or spec or conversion:
                    return None
                names.append(name)
                fixed.append("")
    except ValueError:
        return None
    return (tuple(fixed), tuple(names)) if names else None


def match(found: Template, text: str, from_the_right: bool = False) -> dict[str, str] | None:
    """The values that make the template give `text`, each as short as possible from one side; None when none do.

    Every fixed text is looked for once, from where the one before ended, so the time is linear in the text.
    """
    fixed, names = found
    head, tail = fixed[0], fixed[-1]
    if len(text) < len(head) + len(tail) or not text.startswith(head) or not text.endswith(tail):
        return None
    start, end = len(head), len(text) - len(tail)
    values: dict[str, str] = {}
    if from_the_right:
        for name, part in zip(reversed(names[1:]), reversed(fixed[1:-1]), strict=True):
            stop = text.rfind(part, start, end)
            if stop < 0:
                return None
            values[name] = text[stop + len(part) : end]
            end = stop
        values[names[0]] = text[start:end]
        return values
    for name, part in zip(names[:-1], fixed[1:-1], strict=True):
        stop = text.find(part, start, end)
        if stop < 0:
            return None
        values[name] = text[start:stop]
        start = stop + len(part)
    values[names[-1]] = text[start:end]
    return values


@lru_cache(maxsize=4)
def _templates(name: str) -> tuple[tuple[Template, str], ...]:
    """Every template of a catalogue; the one with the most fixed text first, so a general one never hides it."""
    known: Mapping[object, str] = getattr(_catalogue(name), "_catalog", {})
    found = [(shape, message) for message in known if isinstance(message, str) and (shape := template(message))]
    return tuple(sorted(found, key=lambda pair: (-sum(map(len, pair[0][0])), pair[1])))


def _filled(name: str, text: str, deep: int) -> str | None:
    """The translation by the first template that fits, split where more of its values are ours; None when none does."""
    for shape, message in _templates(name):
        values = match(shape, text)
        if values is None:
            continue
        shown, changed = _spoken(name, values, deep)
        other = match(shape, text, from_the_right=True) if len(values) > 1 and changed < len(values) else None
        if other not in (None, values):
            shown2, changed2 = _spoken(name, other or {}, deep)
            values, shown = (other or {}, shown2) if changed2 > changed else (values, shown)
        if sum(map(len, shape[0])) < SHORT and any(
            " " in value and value == shown[key] for key, value in values.items()
        ):
            continue  # `is {value}` says too little to take a sentence of somebody else apart
        try:
            return _catalogue(name).gettext(message).format(**shown)
        except (KeyError, IndexError, ValueError):  # a translation with a placeholder of its own
            return None
    return None


def _spoken(name: str, values: Mapping[str, str], deep: int) -> tuple[dict[str, str], int]:
    """The values with our own words translated, and how many of them that changed."""
    shown = dict(values)
    for key, value in values.items():
        if deep and (" " in value or key.rstrip("0123456789") in SPOKEN):
            shown[key] = _translate(name, value, deep - 1)
    return shown, sum(shown[key] != values[key] for key in values)


@lru_cache(maxsize=4096)
def _translate(name: str, text: str, deep: int) -> str:
    if name == "en" or len(text) > LONGEST:
        return text
    exact = _catalogue(name).gettext(text)
    if exact != text:
        return exact
    parts = text.split("; ") if deep else [text]
    spoken = [_translate(name, part, deep - 1) for part in parts] if 1 < len(parts) <= MOST_PARTS else parts
    joined = _catalogue(name).gettext("; ").join(spoken)
    if len(parts) > 1 and all(one != two or " " not in two for one, two in zip(spoken, parts, strict=True)):
        return joined  # several reasons in one line, all of them ours
    filled = _filled(name, text, deep)
    if filled is not None:
        return filled
    if spoken != parts:
        return joined
    place, between, rest = text.partition(": ")
    if between and deep and len(parts) <= MOST_PARTS:  # a place of its own before the reason
        return place + between + _translate(name, rest, deep - 1)
    return text


def translate(text: str) -> str:
    """An already formatted English text in the language in force, by exact id or by matching template."""
    return _translate(_language.get(), text, DEEPEST) if text else text
