"""nginx as it is configured (`nginx -T`): what is in force for each server."""

from __future__ import annotations

import re
import shutil
from fnmatch import fnmatch
from typing import Any

from ._host import PATH, commands, said
from ._nginx import Directive, parse, walk

MOST = 10_000
_HEADING = re.compile(r"^# configuration file (\S+):$", re.MULTILINE)
_CONFIG = re.compile(r"^nginx: master process .*?\s-c\s+(\S+)")
_INHERITED = ("server_tokens", "autoindex", "ssl_protocols", "client_max_body_size", "root", "access_log")


def read() -> dict[str, Any]:
    """`present`, `running`, `files`, `servers` (names, listen, tls, settings in force, headers, keys); `error`."""
    running = bool(masters())
    files, problem = texts()
    servers = list(effective(files))[:MOST]
    return {
        "present": present(), "running": running, "files": list(files), "servers": servers, "error": problem
    }  # fmt: skip


def present() -> bool:
    """Whether the program is here."""
    return shutil.which("nginx", path=PATH) is not None


def masters() -> list[int]:
    """The master processes."""
    return [pid for pid, line in commands() if line.startswith("nginx: master process")]


def workers() -> set[int]:
    """The workers that take requests; one that shuts down does not any more."""
    return {pid for pid, line in commands() if line.startswith("nginx: worker process") and "shutting" not in line}


def config() -> tuple[str, ...]:
    """The words that lead nginx to the file that the running one was given, if it was given one."""
    lines = (line for _, line in commands())
    named = next((found[1] for line in lines if (found := _CONFIG.match(line))), "")
    return ("-c", named) if named else ()


def texts() -> tuple[dict[str, str], str]:
    """The files of the configuration by name, the main one first, or why nginx does not tell them."""
    if not present():
        return {}, ""
    code, out, err = said("nginx", "-T", *config())
    if not code:
        return split(out), ""
    lines = err.strip().splitlines()
    return {}, lines[-1][:300] if lines else f"nginx -T ended with {code}"


def split(dump: str) -> dict[str, str]:
    """The texts of the files that `nginx -T` prints, the main one first."""
    parts = _HEADING.split(dump)[1:]
    return {name: body.strip("\n") + "\n" for name, body in zip(parts[::2], parts[1::2], strict=True)}


def effective(files: dict[str, str]) -> list[dict[str, Any]]:
    """Every server with what is in force for it, its own settings before those around it."""
    trees = {name: parse(text) for name, text in files.items()}
    main = next(iter(trees.values()), [])
    found = []
    for http in (one for one in with_includes(main, trees, 0) if one.name == "http" and one.block):
        inside = with_includes(http.inside, trees, 0)
        outer = _settings(inside)
        for server in inside:
            if server.name == "server" and server.block:
                found.append(_server(with_includes(server.inside, trees, 0), outer, inside))
    return found


def with_includes(inside: list[Directive], trees: dict[str, list[Directive]], depth: int) -> list[Directive]:
    """The directives with those of included files in their place."""
    found = []
    for one in inside:
        if one.name != "include" or not one.args or depth > 8:
            found.append(one)
            continue
        pattern = one.args[0] if one.args[0].startswith("/") else f"/etc/nginx/{one.args[0]}"
        for name, tree in trees.items():
            if fnmatch(name, pattern):
                found += with_includes(tree, trees, depth + 1)
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
