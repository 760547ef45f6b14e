"""Bytes and characters as people leave them: encodings, full-width forms, invisible characters."""

from __future__ import annotations

import codecs
import re
import unicodedata

from inventory.errors import InputError

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# NFKC leaves these alone; people type them for the ASCII sign (the second column).
_LOOKALIKE = str.maketrans(
    {"。": ".", "．": ".", "｡": ".", "—": "-", "–": "-", "−": "-", "‐": "-", "‑": "-", "―": "-", "〜": "~", "、": ",",
     "∶": ":", "︰": ":", "⁄": "/", "∕": "/", "＼": "/"}
)  # fmt: skip
_WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def decode(data: bytes, place: str) -> tuple[str, str]:
    """Text and the name of its encoding: by byte order mark, else UTF-8, else UTF-16 by its zero bytes, else GB18030.

    InputError when it is none of these or is no text at all (the first bytes of programs, pictures, archives).
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _decoded(data, name, place), name.removesuffix("-sig")
    if data.count(0):
        if len(data) % 2 == 0 and (wide := _utf16(data)):
            return _decoded(data, wide, place), wide
        raise InputError(place, "is no text file: it holds zero bytes", "give xlsx, csv, json or a configuration")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as first:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            line = data.count(b"\n", 0, first.start) + 1
            cause = "is neither UTF-8 nor GB18030 text"
            raise InputError(f"{place}:{line}", cause, "save it as UTF-8") from None
    # GB18030 decodes almost anything; private-use characters and controls show that the guess is wrong.
    strange = sum(1 for char in text if unicodedata.category(char) in ("Co", "Cn") or char in "\x80\x81")
    if strange * 50 > len(text):
        raise InputError(place, "is no readable text in UTF-8 or GB18030", "save it as UTF-8")
    return text, "gb18030"


def _decoded(data: bytes, encoding: str, place: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise InputError(place, f"is damaged {encoding.removesuffix('-sig')} text", "save it as UTF-8") from None


def _utf16(data: bytes) -> str:
    """The byte order of UTF-16 without a mark: plain ASCII in it has its zero bytes all on one side."""
    even, odd = data[::2].count(0), data[1::2].count(0)
    if even + odd < len(data) // 10 or min(even, odd) > 0:
        return ""
    return "utf-16-le" if odd else "utf-16-be"


def fold(text: str) -> str:
    """Half-width letters, digits and signs for their full-width forms; invisible characters gone."""
    if text.isascii():
        return _INVISIBLE.sub("", text)
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text.translate(_LOOKALIKE)).translate(_LOOKALIKE))


def tidy(text: str, most: int = 200) -> str:
    """Text for people: full-width letters and digits folded, white space single, at most `most` characters.

    Chinese punctuation stays: it is right in a Chinese description.
    """
    folded = text if text.isascii() else _WIDE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    line = " ".join(_INVISIBLE.sub("", folded).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def key(text: str) -> str:
    """A word to compare by: folded, without spaces, small letters."""
    return re.sub(r"\s+", "", fold(text)).lower()
