"""Folders are not listed, and what belongs to nobody outside is not served."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ipv6.verify.model import Answers, Probe
from ipv6.verify.reading import number, text
from jiyue.sites import web
from jiyue.sites.check import check, last
from jiyue.sites.model import Seen, Target

FOLDERS = ("/images/", "/css/", "/js/", "/static/", "/upload/", "/uploads/", "/files/")
PRIVATE = {"/.git/HEAD": re.compile(r"^ref: refs/"), "/.env": re.compile(r"^[A-Z_]{3,40}=", re.MULTILINE),
           "/.svn/entries": re.compile(r"^\d+\s*$", re.MULTILINE)}  # fmt: skip
"""Paths that must not be served, and by what their content is known (a page for everything else is none)."""
_LISTING = re.compile(r"<title>\s*(Index of /|Directory listing for|/[^<]{0,80} - /\s*<)", re.IGNORECASE)


@check("web-listing", finds=("listing", "private-file"))
class WebListing:
    """A few folders that most sites have; from the home page's own references where it names others."""

    @staticmethod
    def ask(target: Target) -> tuple[Probe, ...]:
        """The home page; everything else follows from what answers."""
        return web.homes(target)

    @staticmethod
    def follow(target: Target, answers: Answers) -> tuple[Probe, ...]:
        """The folders, over what the site speaks."""
        found = web.home(target, answers)
        if isinstance(found, Seen):
            return ()
        return tuple(web.page(target, path, secure=found[0].tls) for path in (*FOLDERS, *PRIVATE))

    @staticmethod
    def judge(target: Target, answers: Answers) -> Iterator[Seen]:
        """Listings and private files that came."""
        found = web.home(target, answers)
        if isinstance(found, Seen):
            yield web.unmeasured("listing", found)
            return
        for path in (*FOLDERS, *PRIVATE):
            probe = web.page(target, path, secure=found[0].tls)
            sample = last(answers.get(probe))
            if isinstance(sample, str):
                yield Seen("listing", target.name, f"{web.url_of(probe)}: not measured: {sample}", unknown=True)
                return
            if text(sample, "state") != "ok" or number(sample, "status") != 200:
                continue
            body = text(sample, "text")[:4000]
            if path in PRIVATE and PRIVATE[path].search(body):
                yield Seen("private-file", target.name, f"{web.url_of(probe)} is served to everybody")
            elif path in FOLDERS and _LISTING.search(body):
                yield Seen("listing", target.name, f"{web.url_of(probe)} lists its files")
