"""User-facing text: gettext catalogues, Chinese first, English message ids.

Pure code raises errors in English with values filled in. `translate` finds the message id whose placeholders match
such a text and fills the translation the same way, so that errors need no knowledge of languages.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Mapping
from contextvars import ContextVar
from functools import lru_cache
from importlib.resources import as_file, files

LANGUAGES = ("zh", "en")
_language: ContextVar[str] = ContextVar("jiyue_language", default="zh")


def choose_language(arguments: list[str], environ: Mapping[str, str]) -> str:
    """The language asked for by `--lang`, else by JIYUE_LANG, else Chinese; unknown values mean Chinese."""
    wanted = environ.get("JIYUE_LANG", "zh")
    for position, argument in enumerate(arguments):
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
    return _catalogue(_language.get()).gettext(message)


_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@lru_cache(maxsize=4)
def _templates(name: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    catalogue = _catalogue(name)
    known: Mapping[str, str] = getattr(catalogue, "_catalog", {})
    found = []
    for message in known:
        if not isinstance(message, str) or not _PLACEHOLDER.search(message):
            continue
        pattern = _PLACEHOLDER.sub("\0", message)
        names = iter(_PLACEHOLDER.findall(message))
        parts = [re.escape(part) for part in pattern.split("\0")]
        regex = parts[0] + "".join(f"(?P<{next(names)}>.+?){part}" for part in parts[1:])
        found.append((re.compile(regex, re.DOTALL), message))
    # The template with the most fixed text wins, so that a general one never hides a precise one.
    found.sort(key=lambda pair: -len(_PLACEHOLDER.sub("", pair[1])))
    return tuple(found)


@lru_cache(maxsize=4096)
def _translate(name: str, text: str) -> str:
    catalogue = _catalogue(name)
    exact = catalogue.gettext(text)
    if exact != text or name == "en":
        return exact
    for pattern, message in _templates(name):
        match = pattern.fullmatch(text)
        if match:
            values = {key: _translate(name, value) for key, value in match.groupdict().items()}
            return catalogue.gettext(message).format(**values)
    return text


def translate(text: str) -> str:
    """An already formatted English text in the language in force, by exact id or by matching template."""
    return _translate(_language.get(), text) if text else text
