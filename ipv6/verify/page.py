"""What a page refers to, with the line of its template: what a browser loads by itself, and where its links lead.

The text is hostile: sizes are bounded before anything is parsed, the parser builds no scripts and opens nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

MOST_TEXT = 600_000
"""Characters of a page that are read."""
MOST_REFS = 400
"""References of one page that are looked at."""
LOADED_RELS = {"stylesheet", "icon", "preload", "modulepreload", "manifest"}
SOURCES = ("img", "script", "iframe", "source", "video", "audio", "embed", "input", "track")
_CSS_URL = re.compile(r"(?:url\(\s*['\"]?|@import\s+['\"])([^'\")\s]{1,2000})")


@dataclass(frozen=True, slots=True)
class Ref:
    """One reference: the absolute URL, the tag it stands in, the text as written and its line (0: not found)."""

    url: str
    tag: str
    raw: str
    line: int


@dataclass(frozen=True, slots=True)
class Page:
    """What a page refers to, each URL once, in order of the document; `title` is at most 200 characters."""

    title: str
    resources: tuple[Ref, ...]
    links: tuple[Ref, ...]


def read(text: str, base: str) -> Page:
    """The page as a browser without scripts sees it; whatever cannot be read is left out, nothing is raised."""
    source = text[:MOST_TEXT]
    tree = LexborHTMLParser(source)
    found = tree.css_first("base[href]")
    given = (found.attributes.get("href") or "") if found is not None else ""
    root = _join(base, given) or base
    heading = tree.css_first("title")
    title = " ".join((heading.text() if heading is not None else "").split())[:200]
    places = _Places(source)
    return Page(title, _refs(_loaded(tree), root, places), _refs(_links(tree), root, places))


@lru_cache(maxsize=1024)
def style(text: str, base: str) -> tuple[Ref, ...]:
    """What a style sheet loads."""
    source = text[:MOST_TEXT]
    return _refs((("css", raw) for raw in _CSS_URL.findall(source)), base, _Places(source))


def _loaded(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """(tag, text) of everything that a browser fetches without being asked."""
    for node in tree.css(", ".join((*(f"{tag}[src]" for tag in SOURCES), "link[href]", "[style]", "style"))):
        values, tag = node.attributes, node.tag or ""
        if tag == "link":
            if set((values.get("rel") or "").lower().split()) & LOADED_RELS:
                yield tag, values.get("href") or ""
        elif tag in SOURCES:
            yield tag, values.get("src") or ""
        if values.get("style"):
            yield from ((tag, raw) for raw in _CSS_URL.findall(values["style"] or ""))
        if tag == "style":
            yield from ((tag, raw) for raw in _CSS_URL.findall(node.text() or ""))


def _links(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    for node in tree.css("a[href], area[href]"):
        yield node.tag or "a", node.attributes.get("href") or ""


def _refs(found: Iterable[tuple[str, str]], base: str, places: _Places) -> tuple[Ref, ...]:
    refs: dict[str, Ref] = {}
    for tag, raw in found:
        url = _join(base, raw)
        if url and url not in refs:
            refs[url] = Ref(url, tag, raw[:500], places.line(raw))
            if len(refs) >= MOST_REFS:
                break
    return tuple(refs.values())


def _join(base: str, raw: str) -> str:
    """The absolute http(s) URL without its fragment; empty for anything else."""
    try:
        url = urljoin(base, unescape(raw).strip()[:2000]).split("#")[0]
        parts = urlsplit(url)
        parts.port  # noqa: B018  raises ValueError for a port that is none
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.hostname else ""


class _Places:
    """Lines of texts in a source; each place of an attribute is found by its value as written."""

    def __init__(self, source: str) -> None:
        self._source = source

    def line(self, raw: str) -> int:
        """The line on which the text stands first, 0 when it does not (a parser may have mended it)."""
        for spelling in (raw, escape(raw), raw.replace("&", "&amp;")):
            at = self._source.find(spelling) if spelling else -1
            if at >= 0:
                return self._source.count("\n", 0, at) + 1
        return 0
