"""What pages do to their readers: mixed content, dead links, forms without TLS, scripts of others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from ipv6.verify.model import Answers, Probe
from ipv6.verify.page import MOST_TEXT, Ref
from ipv6.verify.reading import number, outcome, text
from jiyue.sites import web
from jiyue.sites.check import check, last
from jiyue.sites.model import Seen, Target

ACTIVE = frozenset({"script", "iframe", "link", "css", "embed"})
"""What can change a page that loads it; the rest (pictures, sound) can only be looked at."""
MOST = 20
"""Findings of one kind that a site is told."""


@dataclass(frozen=True, slots=True)
class Form:
    """Where a form sends what is typed, and whether a password is among it."""

    action: str
    secret: bool


def forms(body: str, base: str) -> Iterator[Form]:
    """The forms of a page; hostile text gives what can be read of it."""
    for node in LexborHTMLParser(body[:MOST_TEXT]).css("form")[:100]:
        try:
            action = urljoin(base, (node.attributes.get("action") or "").strip()[:2000])
            scheme = urlsplit(action).scheme
        except ValueError:
            continue
        secret = bool(node.css('input[type="password" i]'))
        if scheme == "http" and ((node.attributes.get("method") or "get").lower() == "post" or secret):
            yield Form(action, secret)


@check(
    "content",
    finds=(
        "content-unread",
        "mixed-active",
        "mixed-passive",
        "dead-link",
        "form-plain",
        "form-password",
        "script-foreign",
    ),
)
class Content:
    """The home page and what it links to inside the site."""

    @staticmethod
    def ask(target: Target) -> tuple[Probe, ...]:
        """The home page."""
        return web.homes(target)

    @staticmethod
    def follow(target: Target, answers: Answers) -> tuple[Probe, ...]:
        """The pages that it leads to."""
        return web.crawl(target, answers)

    @staticmethod
    def judge(target: Target, answers: Answers) -> Iterator[Seen]:
        """Page by page; the same reference on many pages is told once."""
        found = web.home(target, answers)
        if isinstance(found, Seen):
            yield web.unmeasured("content-unread", found)
            return
        if not 200 <= number(found[1], "status") < 400:
            yield Seen("content-unread", target.name, f"{web.url_of(found[0])}: {outcome(found[1])}")
            return
        told: dict[tuple[str, str], Seen] = {}
        for probe, (body, page) in web.pages(target, answers).items():
            here = web.url_of(probe)
            for seen, key in (*_loaded(target, probe, page.resources), *_sent(target, here, body)):
                told.setdefault((seen.id, key), seen)
        for probe in web.crawl(target, answers):
            if lost := _followed(target, probe, answers):
                told.setdefault((lost.id, probe.path), lost)
        counts: dict[str, int] = {}
        for seen in told.values():
            counts[seen.id] = counts.get(seen.id, 0) + 1
            if counts[seen.id] <= MOST:
                yield seen


def _loaded(target: Target, probe: Probe, resources: tuple[Ref, ...]) -> Iterator[tuple[Seen, str]]:
    here = web.url_of(probe)
    for ref in resources:
        parts = urlsplit(ref.url)
        where = f"{here} line {ref.line} <{ref.tag}> {ref.url[:200]}"
        if probe.tls and parts.scheme == "http":
            yield Seen("mixed-active" if ref.tag in ACTIVE else "mixed-passive", target.name, where), ref.url
        host = (parts.hostname or "").lower()
        if ref.tag == "script" and host not in {target.name, *target.known, *target.scripts}:
            yield Seen("script-foreign", target.name, where), host


def _sent(target: Target, here: str, body: str) -> Iterator[tuple[Seen, str]]:
    for form in forms(body, here):
        id = "form-password" if form.secret else "form-plain"
        yield Seen(id, target.name, f"{here}: a form sends to {form.action[:200]}"), form.action


def _followed(target: Target, probe: Probe, answers: Answers) -> Seen | None:
    sample = last(answers.get(probe))
    where = web.url_of(probe)[:300]
    if isinstance(sample, str):
        return Seen("content-unread", target.name, f"{where}: not measured: {sample}", unknown=True)
    if text(sample, "elsewhere") or (text(sample, "state") == "ok" and 200 <= number(sample, "status") < 400):
        return None
    return Seen("dead-link", target.name, f"{where}: {outcome(sample)}")
