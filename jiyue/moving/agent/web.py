"""What a site answers: each path over one family, from the host this runs on; links that its pages have."""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import socket
import ssl
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

from jiyue.moving.agent import tree

_LINK = re.compile(rb"(?:href|src)\s*=\s*(?:\"([^\"#]+)|'([^'#]+))", re.IGNORECASE)
PAGES = (".html", ".htm", ".shtml")
MOST_LINKS = 200_000
BUSY, TRIES = 429, 200
AGENT = "jiyue-move/1"


def links(root: str, site: str, paths: Sequence[str]) -> list[str]:
    """Every internal path that the pages among `paths` refer to, without what follows a `?`."""
    top = os.open(root, tree.DIRECTORY)
    found: set[str] = set()
    for path in paths:
        if not path.lower().endswith(PAGES):
            continue
        with open(tree.open_below(top, path), "rb") as file:
            text = file.read(8 << 20)
        for match in _LINK.finditer(text):
            link = (match[1] or match[2]).decode("utf-8", "replace").strip()
            try:
                url = urlsplit(urljoin(f"https://{site}/{path}", link))
            except ValueError:
                continue
            if url.scheme in ("http", "https") and url.hostname == site and url.path.isprintable():
                found.add(url.path or "/")
        if len(found) > MOST_LINKS:
            break
    os.close(top)
    return sorted(found)


def fetch(site: str, family: int, address: str, paths: Sequence[str], port: int = 443) -> list[list[Any]]:
    """[status, sha256 of the body, path of Location] for each path; status 0 with the reason when there is no answer.

    Without an address the host's own resolver is asked for every connection.
    """
    context = ssl.create_default_context() if port == 443 else None
    found: list[list[Any]] = []
    line: http.client.HTTPConnection | None = None
    for path in paths:
        for attempt in range(TRIES):
            try:
                if line is None:
                    line = _connect(site, family, address, port, context)
                line.request("GET", path, headers={"Host": site, "User-Agent": AGENT})
                answer = line.getresponse()
                body = answer.read()
                if answer.will_close:
                    line.close()
                    line = None
                if answer.status == BUSY and attempt < TRIES - 1:
                    time.sleep(0.05)
                    continue
                where = urlsplit(answer.headers.get("Location", "")).path
                found.append([answer.status, hashlib.sha256(body).hexdigest(), where])
                break
            except (OSError, http.client.HTTPException, UnicodeError) as error:
                if line is not None:
                    line.close()
                kept, line = line is not None, None
                if kept and attempt == 0:
                    continue  # a kept connection may end at any moment; a new one tells
                found.append([0, str(error) or type(error).__name__, ""])
                break
    if line is not None:
        line.close()
    return found


class _Line(http.client.HTTPConnection):
    """A connection that was made already."""

    def __init__(self, site: str, port: int, made: socket.socket) -> None:
        super().__init__(site, port, timeout=10)
        self.sock = made

    def connect(self) -> None:
        raise ConnectionError("the connection is gone")


def _connect(
    site: str, family: int, address: str, port: int, context: ssl.SSLContext | None
) -> http.client.HTTPConnection:
    kind = socket.AF_INET6 if family == 6 else socket.AF_INET
    target = socket.getaddrinfo(address or site, port, kind, socket.SOCK_STREAM)[0][4]
    raw = socket.socket(kind, socket.SOCK_STREAM)
    raw.settimeout(10)
    try:
        raw.connect(target)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return _Line(site, port, context.wrap_socket(raw, server_hostname=site) if context else raw)
    except BaseException:
        raw.close()
        raise


def resolve(site: str, family: int) -> list[str]:
    """The addresses that the host's own resolver gives now."""
    kind = socket.AF_INET6 if family == 6 else socket.AF_INET
    try:
        return sorted({str(one[4][0]) for one in socket.getaddrinfo(site, 443, kind, socket.SOCK_STREAM)})
    except socket.gaierror:
        return []
