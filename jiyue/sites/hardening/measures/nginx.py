"""nginx: bad values are replaced where they stand, what is missing comes with one file of ours at the http level.

A directive in a server or location takes the place of the http level's, so those are mended one by one; headers are
only inherited by blocks without headers of their own (ngx_http_headers_module), so such blocks get what they lack.
What is rendered from change sets and moves is theirs and is not touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from jiyue.probe.agent.baseline._nginx import Broken, Directive, parse, walk
from jiyue.probe.agent.baseline.nginx import with_includes
from jiyue.sites.checks.host_nginx import MOST_BODY, OLD, too_large
from jiyue.sites.hardening.measure import measure
from jiyue.sites.hardening.model import Change, Left, Look, Step

OWN = "/etc/nginx/jiyue-hardening.conf"
RENDERED = "/etc/nginx/jiyue"
INCLUDE = f"\n    include {OWN};"
AGE = 15_768_000
"""Seconds of HSTS: half a year, the least that counts, for a visitor's browser cannot be told to forget it."""
HEADERS: Mapping[str, tuple[str, str]] = {
    "strict-transport-security": ("header-hsts", "Strict-Transport-Security $jiyue_hsts"),
    "x-content-type-options": ("header-nosniff", "X-Content-Type-Options nosniff"),
    "content-security-policy": (
        "header-csp", "Content-Security-Policy \"frame-ancestors 'self'; base-uri 'self'\""
    ),
}  # fmt: skip
"""What every answer carries: the finding, the header. The policy names nothing that would break an old page."""
HSTS = f'map $scheme $jiyue_hsts {{ https "max-age={AGE}"; default ""; }}'
"""Over TLS only (RFC 6797, 7.2): nginx leaves an empty header out."""
MISSING: Mapping[str, tuple[frozenset[str], str]] = {
    "server_tokens": (frozenset({"nginx-tokens", "server-version"}), "off"),
    "ssl_protocols": (frozenset({"nginx-protocols", "tls-old"}), "TLSv1.2 TLSv1.3"),
}
"""Directives whose default is bad: the findings, the value."""
Edit: TypeAlias = tuple[int, int, str, frozenset[str]]
"""Start and end in the text, the text instead, the findings it mends."""
_WEAK = re.compile(r"(^|:)(ALL|COMPLEMENTOFALL|eNULL|aNULL|NULL|EXP\w*|LOW|RC4|DES|3DES|MD5)(?=:|$)|SECLEVEL=0")


def better(one: Directive) -> tuple[frozenset[str], str] | None:
    """Findings and value for a directive that stands there with a bad value."""
    value = " ".join(one.args)
    if one.name == "server_tokens" and value != "off":
        return MISSING["server_tokens"]
    if one.name == "autoindex" and value != "off":
        return frozenset({"nginx-autoindex", "listing"}), "off"
    if one.name == "ssl_protocols" and OLD & set(one.args):
        return MISSING["ssl_protocols"]
    if one.name == "ssl_ciphers" and _WEAK.search(value):
        return frozenset({"tls-weak", "tls-hole"}), "HIGH:!aNULL:!MD5"
    if one.name == "client_max_body_size" and too_large(value):
        return frozenset({"nginx-body"}), f"{MOST_BODY}m"
    return None


@measure(
    "nginx", "nginx-tokens", "server-version", "nginx-autoindex", "listing", "nginx-protocols", "tls-old", "nginx-body",
    "header-hsts", "header-nosniff", "header-csp",
)  # fmt: skip
def NGINX(host: Look) -> Iterator[Step]:
    """All of its files, then ours."""
    if not host.nginx.present:
        return
    texts = {name: host.texts[name] for name in host.nginx.files if name in host.texts}
    try:
        trees = {name: parse(text) for name, text in texts.items()}
    except Broken as error:
        yield Left("nginx", f"its configuration cannot be read: {error}")
        return
    place, http = _http(trees)
    if host.nginx.error or http is None:
        yield Left("nginx", host.nginx.error or "no http block in its configuration")
        return
    others = {name: tree for name, tree in trees.items() if not name.startswith(RENDERED)}
    served = any(one.name == "server" for tree in others.values() for one in walk(tree))
    wanted = {name: one for name, one in HEADERS.items() if served and _may(host, one[0])}
    if served and not host.hsts and "header-hsts" not in host.leave:
        yield Left("header-hsts", "a certificate there is not trusted: visitors would be shut out")
    edits = {name: list(_edits(host, trees, tree, wanted)) for name, tree in others.items()}
    blocks = with_includes(http.inside, {name: tree for name, tree in trees.items() if name != OWN}, 0)
    body, mends = _own(host, blocks, wanted)
    if OWN in host.texts or mends or any("header-hsts" in one[3] for found in edits.values() for one in found):
        if not any(one.args == [OWN] for one in http.inside if one.name == "include"):
            edits.setdefault(place, []).append((http.opened, http.opened, INCLUDE, mends))
        if body != host.texts.get(OWN):
            yield Change(OWN, host.texts.get(OWN), body, mends, ("nginx",))
    for name, found in edits.items():
        after, gone = texts[name], frozenset[str]()
        for start, end, new, ids in sorted(found, key=lambda one: one[:2], reverse=True):
            after, gone = after[:start] + new + after[end:], gone | ids
        if found:
            yield Change(name, texts[name], after, gone, ("nginx",))


def _http(trees: Mapping[str, list[Directive]]) -> tuple[str, Directive | None]:
    found = ((name, one) for name, tree in trees.items() for one in tree if one.name == "http" and one.block)
    return next(found, ("", None))


def _may(host: Look, id: str) -> bool:
    return id not in host.leave and (id != "header-hsts" or host.hsts)


def _own(host: Look, blocks: list[Directive], headers: Mapping[str, tuple[str, str]]) -> tuple[str, frozenset[str]]:
    """The text of our file, which depends on nothing but the others', and what it mends."""
    said = {one.name for one in blocks}
    lines, mends = list[str](), frozenset[str]()
    for name, (ids, value) in MISSING.items():
        if name not in said and not ids & host.leave:
            lines, mends = [*lines, f"{name} {value};"], mends | ids
    given = _given(blocks)
    if "strict-transport-security" in headers:
        lines.append(HSTS)
    for name, (id, header) in headers.items():
        if name not in given:
            lines, mends = [*lines, f"add_header {header} always;"], mends | {id}
    head = "# Written by `jiyue site harden`; `--undo` takes it away.\n"
    return head + "".join(f"{line}\n" for line in lines), mends


def _given(inside: list[Directive]) -> set[str]:
    return {one.args[0].lower() for one in inside if one.name == "add_header" and one.args}


def _edits(
    host: Look, trees: Mapping[str, list[Directive]], tree: list[Directive], headers: Mapping[str, tuple[str, str]]
) -> Iterator[Edit]:
    for one in walk(tree):
        found = None if one.block else better(one)
        if found and not found[0] & host.leave:
            yield one.start, one.end, f"{one.name} {found[1]};", found[0]
        if not one.block or one.name == "http":
            continue
        own = {inner.end: given for inner in one.inside if (given := _given(with_includes([inner], dict(trees), 0)))}
        for name, (id, header) in headers.items() if own else ():
            if not any(name in given for given in own.values()):
                yield max(own), max(own), f"\n    add_header {header} always;", frozenset({id})
