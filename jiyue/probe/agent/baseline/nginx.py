"""nginx as it is configured (`nginx -T`): what is in force for each server."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from typing import Any

from ._host import commands, said
from ._nginx import Directive, parse, walk

MOST = 10_000
_HEADING = re.compile(r"^# configuration file (\S+):$", re.MULTILINE)
_CONFIG = re.compile(r"^nginx: master process .*?\s-c\s+(\S+)")
_INHERITED = ("server_tokens", "autoindex", "ssl_protocols", "client_max_body_size", "root", "access_log")


def read() -> dict[str, Any]:
    """`present`, `running`, `files`, `servers` (names, listen, tls, settings in force, headers, keys); `error`."""
    masters = [line for _, line in commands() if line.startswith("nginx: master process")]
    named = next((found[1] for line in masters if (found := _CONFIG.match(line))), "")
    try:
        code, out, err = said("nginx", "-T", *(("-c", named) if named else ()))
    except FileNotFoundError:
        return {"present": False, "running": bool(masters), "files": [], "servers": [], "error": ""}
    if code:
        lines = err.strip().splitlines()
        problem = lines[-1][:300] if lines else f"nginx -T ended with {code}"
        return {"present": True, "running": bool(masters), "files": [], "servers": [], "error": problem}
    files = split(out)
    servers = list(effective(files))[:MOST]
    return {"present": True, "running": bool(masters), "files": list(files), "servers": servers, "error": ""}


def split(dump: str) -> dict[str, str]:
    """The texts of the files that `nginx -T` prints, the main one first."""
    parts = _HEADING.split(dump)[1:]
    return {name: body.strip("\n") + "\n" for name, body in zip(parts[::2], parts[1::2], strict=True)}


def effective(files: dict[str, str]) -> list[dict[str, Any]]:
    """Every server with what is in force for it, its own settings before those around it."""
    trees = {name: parse(text) for name, text in files.items()}
    main = next(iter(trees.values()), [])
    found = []
    for http in (one for one in _with_includes(main, trees, 0) if one.name == "http" and one.block):
        inside = _with_includes(http.inside, trees, 0)
        outer = _settings(inside)
        for server in inside:
            if server.name == "server" and server.block:
                found.append(_server(_with_includes(server.inside, trees, 0), outer, inside))
    return found


def _with_includes(inside: list[Directive], trees: dict[str, list[Directive]], depth: int) -> list[Directive]:
    found = []
    for one in inside:
        if one.name != "include" or not one.args or depth > 8:
            found.append(one)
            continue
        pattern = one.args[0] if one.args[0].startswith("/") else f"/etc/nginx/{one.args[0]}"
        for name, tree in trees.items():
            if fnmatch(name, pattern):
                found += _with_includes(tree, trees, depth + 1)
    return found


def _settings(inside: list[Directive]) -> dict[str, str]:
    return {one.name: " ".join(one.args) for one in inside if one.name in _INHERITED}


def _server(inside: list[Directive], outer: dict[str, str], http: list[Directive]) -> dict[str, Any]:
    settings = outer | _settings(inside)
    listen = [one.args for one in inside if one.name == "listen" and one.args]
    locations = [one for one in walk(inside) if one.name == "location"]
    indexed = any(one.name == "autoindex" and one.args == ["on"] for place in locations for one in place.inside)
    own = _headers(inside) or _headers(http)
    return {
        "names": [name for one in inside if one.name == "server_name" for name in one.args],
        "listen": [words[0] for words in listen],
        "tls": any("ssl" in words[1:] for words in listen),
        "settings": settings | ({"autoindex": "on"} if indexed else {}),
        "headers": own,
        "roots": sorted((_roots(inside) | {settings.get("root", "")}) - {""}),
        "keys": sorted({one.args[0] for one in inside if one.name == "ssl_certificate_key" and one.args}),
        "redirects": any(one.name == "return" and one.args[:1] and one.args[0].startswith("30") for one in inside),
    }


def _headers(inside: list[Directive]) -> list[str]:
    return sorted({one.args[0].lower() for one in inside if one.name == "add_header" and len(one.args) > 1})


def _roots(inside: list[Directive]) -> set[str]:
    return {one.args[0] for one in walk(inside) if one.name in ("root", "alias") and one.args}
