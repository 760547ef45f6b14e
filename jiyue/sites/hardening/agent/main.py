"""One request in, one line of JSON out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

from jiyue.sites.hardening.agent import act, look

VERBS: Mapping[str, Callable[..., dict[str, Any]]] = {"look": look.look, "harden": act.harden, "undo": act.undo}


def main(host: str, verb: str, words: Mapping[str, Any]) -> None:
    """Carry out one request; what the host refuses is told, never a traceback."""
    os.umask(0o022)
    try:
        answer = VERBS[verb](**words)
    except BlockingIOError:
        answer = {"state": "refused", "reason": "somebody hardens it already"}
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        answer = {"state": "failed", "reason": f"{place}{error.strerror or error}"}
    except subprocess.SubprocessError as error:
        answer = {"state": "failed", "reason": str(error)[:300]}
    sys.stdout.write(json.dumps({**answer, "host": host}) + "\n")
    sys.stdout.flush()
