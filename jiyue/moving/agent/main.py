"""One request in, one line of JSON out; `send` answers with bytes, `receive` reads them after its request."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from typing import Any

from jiyue.moving.agent import blobs, mend, serve, tree, web

VERBS: Mapping[str, Callable[..., Any]] = {
    "scan": tree.scan,
    "held": blobs.held,
    "lay-out": blobs.lay_out,
    "mend": mend.mend,
    "origin": serve.origin,
    "put": serve.put,
    "log-size": serve.log_size,
    "log-since": serve.log_since,
    "retire": serve.retire,
    "revive": serve.revive,
    "links": web.links,
    "fetch": web.fetch,
    "resolve": web.resolve,
}


def forget(link: str, releases: str) -> dict[str, Any]:
    """Take a laid-out site away again; its blobs stay in the library."""
    if os.path.islink(link):
        os.unlink(link)
    shutil.rmtree(releases, ignore_errors=True)
    return {}


def main(request: Mapping[str, Any]) -> None:
    """Carry out one request; an error of the system is told as `error`, never as a traceback."""
    verb, words = request["verb"], dict(request["words"])
    os.umask(0o022)
    try:
        if verb == "send":
            blobs.send(out=sys.stdout.buffer, **words)
            return
        if verb == "receive":
            answer = blobs.receive(stream=sys.stdin.buffer, **words)
        elif verb == "forget":
            answer = forget(**words)
        else:
            answer = VERBS[verb](**words)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        answer = {"error": f"{place}{error.strerror or error}"}
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
