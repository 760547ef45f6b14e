"""What the home page's headers protect against, and what they give away."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ipv6.verify.model import Answers, Probe
from jiyue.sites import web
from jiyue.sites.check import check
from jiyue.sites.model import Seen, Target

HALF_A_YEAR = 15_552_000
"""Seconds; what HSTS (RFC 6797) should last at least."""
_VERSION = re.compile(r"\d+\.\d+")
_AGE = re.compile(r"max-age\s*=\s*\"?(\d{1,12})", re.IGNORECASE)


@check(
    "web-headers",
    finds=("header-hsts", "header-nosniff", "header-csp", "cookie-flags", "server-version"),
)
class WebHeaders:
    """Read from the answer that a visitor gets first."""

    @staticmethod
    def ask(target: Target) -> tuple[Probe, ...]:
        """The home page with TLS and without."""
        return web.homes(target)

    @staticmethod
    def judge(target: Target, answers: Answers) -> Iterator[Seen]:
        """Missing and telling headers; the headers for browsers only where TLS is spoken or a page is served."""
        found = web.home(target, answers)
        if isinstance(found, Seen):
            yield web.unmeasured("header-hsts", found)
            return
        probe, sample = found
        given, where = web.headers(sample), web.url_of(probe)
        age = _AGE.search(given.get("strict-transport-security", ""))
        if probe.tls and (age is None or int(age[1]) < HALF_A_YEAR):
            yield Seen("header-hsts", target.name, f"{where}: {_said(given, 'strict-transport-security')}")
        if given.get("x-content-type-options", "").lower() != "nosniff":
            yield Seen("header-nosniff", target.name, f"{where}: {_said(given, 'x-content-type-options')}")
        if "content-security-policy" not in given:
            yield Seen("header-csp", target.name, f"{where}: {_said(given, 'content-security-policy')}")
        for cookie in filter(None, given.get("set-cookie", "").split("\n")):
            name, _, rest = cookie.partition(";")
            flags = {word.strip().partition("=")[0].lower() for word in rest.split(";")}
            wanted = ("secure", "httponly", "samesite") if probe.tls else ("httponly", "samesite")
            missing = [flag for flag in wanted if flag not in flags]
            if missing:
                said = f"{where}: cookie {name.partition('=')[0].strip()[:40]} without {', '.join(missing)}"
                yield Seen("cookie-flags", target.name, said)
        for header in ("server", "x-powered-by", "x-aspnet-version", "x-generator"):
            value = given.get(header, "")
            if _VERSION.search(value) or (header != "server" and value):
                yield Seen("server-version", target.name, f"{where}: {header}: {value[:80]}")


def _said(given: dict[str, str], name: str) -> str:
    return f"{name}: {given[name][:80]}" if name in given else f"no {name}"
