"""The site answers, but not as it should: a redirect that needs IPv4, another page or an error over IPv6 only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from ..model import STRICT, Hand, Kind, must, quoted
from ..sites import change_server, choose_site, insert, put_back
from .half_listener import SiteName

How = Literal["literal", "inner", "loop", "forbidden", "error", "other-page", "other-certificate", "self-signed"]
_SIX = 'if ($server_addr ~ ":") {{ {} }}'
_CERTIFICATE = """\
set -e
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN={site} \\
    -addext subjectAltName=DNS:{site} -keyout {folder}/own.key -out {folder}/own.crt 2>/dev/null
"""


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """`how`: port 80 redirects to an IPv4 `literal`; the page redirects to an `inner` address or to itself (`loop`);
    over IPv6 it is `forbidden` (403), an `error` (503) or an `other-page`; the certificate is another site's
    (`other-certificate`) or `self-signed`. `site` without a name: by chance."""

    how: How = "literal"
    site: SiteName = ""
    __pydantic_config__ = STRICT


def settle(hand: Hand, params: WrongAnswer, chance: Random) -> WrongAnswer:
    return replace(params, site=choose_site(hand, params.site, chance))


def inject(hand: Hand, params: WrongAnswer, folder: str, seed: int) -> None:
    if params.how == "self-signed":
        must(hand, _CERTIFICATE.format(site=quoted(params.site), folder=quoted(folder)))
    pair = f"/etc/jiyue/tls/{params.site}"
    other = must(hand, f"ls /etc/jiyue/tls/*.crt | grep -vF {quoted(params.site)} | head -n 1 || true").strip()
    change_server(
        hand, folder, params.site, params.how != "literal",
        lambda text: _wrong(params, text, folder, pair, other.removesuffix(".crt")), "such server",
    )  # fmt: skip


def clear(hand: Hand, params: WrongAnswer, folder: str) -> None:
    put_back(hand, folder)


def _wrong(params: WrongAnswer, text: str, folder: str, pair: str, other: str) -> str:
    """The server's text with the fault in it."""
    if params.how in ("other-certificate", "self-signed"):
        new = f"{folder}/own" if params.how == "self-signed" else other
        return text.replace(f"{pair}.crt", f"{new}.crt").replace(f"{pair}.key", f"{new}.key")
    four = next((line.split()[1].rpartition(":")[0] for line in text.splitlines() if "listen" in line), "198.51.100.1")
    page = "<html><head><title>维护中</title></head><body>系统维护，请稍后访问。</body></html>"
    line = {
        "literal": f"return 302 http://{four}/index.html;",
        "inner": "return 302 https://10.2.16.10/;",
        "loop": f"return 302 https://{params.site}$request_uri;",
        "forbidden": _SIX.format("return 403;"),
        "error": _SIX.format("return 503;"),
        "other-page": _SIX.format(f"return 200 '{page}';"),
    }[params.how]
    if params.how == "literal":
        text = "".join(one for one in text.splitlines(keepends=True) if "return 301" not in one)
    return insert(text, f"    {line}\n")


FAULT = Kind(
    "wrong-answer",
    WrongAnswer,
    notes="one site's server redirects to where IPv6 does not lead, or answers otherwise over IPv6",
    fix="the include is as it was, unless it was replaced meanwhile",
    inject=inject,
    clear=clear,
    settle=settle,
)
