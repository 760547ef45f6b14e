"""Entry of the zipapp: one JSON payload in, one JSON line out; also the timer's and the boot's entry.

`run(payload, agent)` is called by the program that brings the zipapp; `agent.pyz expire DIGEST` by the timer,
`agent.pyz boot` by the host's init after its services have started.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Mapping

from ipv6.agent import ops
from ipv6.agent.evidence import identity
from ipv6.agent.host import Failed, Refused
from ipv6.agent.shapes import Any
from ipv6.agent.via import via

_PAUSES = (*(1,) * 30, *(30,) * 120)
"""Seconds between tries of a timer to take a change back: about an hour, a link or a daemon may be away for a while."""


def answer(payload: Mapping[str, Any], agent: str) -> dict[str, Any]:
    """Carry out one operation; every way it can end is an answer."""
    operation, mine = ops.OPS.get(str(payload.get("op"))), identity()
    if operation is None:
        found = ops.Answer("refused", f"unknown operation {payload.get('op')!r}")
    elif payload.get("identity") not in (None, "", mine):
        found = ops.Answer(
            "refused", f"this is another machine: it is {mine or 'nameless'}, {payload['identity']} is meant"
        )
    else:
        try:
            found = operation(payload, agent)
        except Refused as error:
            found = ops.Answer("refused", str(error))
        except (Failed, OSError) as error:
            found = ops.Answer("failed", str(error))
        except Exception as error:  # the controller must always get an answer; the trace stays in the device's log
            sys.excepthook(type(error), error, error.__traceback__)
            found = ops.Answer("failed", f"the agent stumbled: {type(error).__name__}: {error}")
    return {
        "device": payload.get("device", ""),
        "change": payload.get("change", ""),
        "state": found.state,
        "reason": found.reason,
        "changed": found.changed,
        "remaining": found.remaining,
        "sections": list(found.sections),
        "records": list(found.records),
        "identity": mine,
        "evidence": list(found.evidence),
        "foreign": found.foreign,
        "via": via() if found.state == "observed" else {},
    }


def run(payload: str, agent: str) -> None:
    """Read the payload, write the answer as one line; `agent` is the path of this zipapp on the device."""
    os.chdir("/")
    line = json.dumps(answer(json.loads(payload), agent), ensure_ascii=True, separators=(",", ":"))
    sys.stdout.write(line + "\n")


def main(argv: list[str]) -> int:
    """`expire DIGEST` or `boot`; 0 when nothing is left to do."""
    os.chdir("/")
    match argv:
        case ["expire", digest]:
            for pause in _PAUSES:
                try:
                    if ops.expire(digest):
                        return 0
                except Exception as error:  # nobody else would try again
                    with contextlib.suppress(OSError):  # the log lies on the disk that may be full
                        sys.stderr.write(f"{type(error).__name__}: {error}\n")
                        sys.stderr.flush()
                time.sleep(pause)
            return 1
        case ["boot"]:
            undone = ops.boot()
            sys.stdout.write("".join(f"{change.change} {change.state}: {change.reason}\n" for change in undone))
            return 0 if all(change.state == "rolled-back" for change in undone) else 1
    sys.stderr.write("usage: agent.pyz expire DIGEST | boot\n")
    return 2
