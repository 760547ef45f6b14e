"""A whole page over one family: the document and everything it makes a browser load."""

from __future__ import annotations

import asyncio
import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from .web import fetch, follow, literal4, to_url, url_of
from .work import Job, Run, Sample

RESOURCES = 60
_LOADED_RELS = {"stylesheet", "icon", "preload", "modulepreload", "manifest"}
_SOURCES = {"img", "script", "iframe", "source", "video", "audio", "embed", "input", "track"}
_CSS_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)['\"]?\s*\)")


class _Links(HTMLParser):
    """Collects what a browser loads by itself, in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.base = ""
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        if tag == "base":
            self.base = self.base or values.get("href", "")
        if tag in _SOURCES and values.get("src"):
            self.found.append(values["src"])
        if tag == "link" and set(values.get("rel", "").lower().split()) & _LOADED_RELS and values.get("href"):
            self.found.append(values["href"])
        self.found += _CSS_URL.findall(values.get("style", ""))
        self._style = tag == "style"

    def handle_data(self, data: str) -> None:
        if self._style:
            self.found += _CSS_URL.findall(data)

    def handle_endtag(self, tag: str) -> None:
        self._style = False


def links(text: str, base: str) -> list[str]:
    """Absolute http(s) URLs that the document loads, each once, in order; hostile markup gives what it gives."""
    parser = _Links()
    parser.feed(text)
    found = (urljoin(urljoin(base, parser.base), link.strip()) for link in parser.found)
    return list(dict.fromkeys(url.split("#")[0] for url in found if urlsplit(url).scheme in ("http", "https")))


async def page(job: Job, run: Run) -> Sample:
    """Fetch the page, then each sub-resource over the same family."""
    sample, body, final = await follow(job, run)
    if sample.get("state") != "ok" or "html" not in sample.get("headers", {}).get("content-type", "html"):
        return {**sample, "resources": []}
    urls = links(body.decode("utf-8", "replace"), url_of(final))
    resources = await asyncio.gather(*(_resource(final, url, run) for url in urls[:RESOURCES]))
    return {**sample, "resources": resources, "listed": len(urls)}


async def _resource(job: Job, url: str, run: Run) -> Sample:
    try:
        host = urlsplit(url).hostname or ""
        if job.family == 6 and literal4(host):
            return {"url": url, "state": "literal", "error": "IPv4 literal"}
        sample, _ = await fetch(to_url(job, url), run)
    except ValueError as error:
        return {"url": url, "state": "bad-url", "error": str(error)[:100]}
    return {"url": url, **{key: value for key, value in sample.items() if key != "headers"}}
