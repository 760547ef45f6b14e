"""Entry of the session: one payload in, one JSON line out, as the agent's; exit status 255 when it cannot get through.

Runs on this machine under Ansible with a local connection. A password comes in the environment
(`JIYUE_DEVICE_PASSWORD_<DEVICE>`, else `JIYUE_DEVICE_PASSWORD`), is taken out of it at once and typed on ssh's
terminal: it is in no argument, no file and no environment of another program that this one starts.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipv6.agent.host import Failed, Refused
from ipv6.agent.ops import Answer
from ipv6.session import line, ops
from ipv6.session.memory import Memory
from ipv6.session.shell import Limits, Shell
from ipv6.session.vendor import Identity, Vendor, vendor

PASSWORD = "JIYUE_DEVICE_PASSWORD"
UNREACHED = 255


@dataclass(frozen=True, slots=True)
class Way:
    """How the device is reached: its driver, ssh's configuration and user, limits in seconds, where to remember."""

    driver: str
    ssh_config: str
    user: str
    memory: str
    connect: int = 8
    answer: float = 30.0


def variable(device: str) -> str:
    """Where a device's own password stands in the environment."""
    return f"{PASSWORD}_{device.upper().replace('-', '_')}"


def secret(environment: MutableMapping[str, str], device: str) -> str:
    """The device's password; every such variable is taken out of the environment. Empty: keys only."""
    found = environment.get(variable(device)) or environment.get(PASSWORD, "")
    for name in [name for name in environment if name.startswith(PASSWORD)]:
        del environment[name]
    return found


def answer(payload: Mapping[str, Any], way: Way, password: str = "") -> dict[str, Any]:
    """Carry out one operation; every way it can end is an answer, except `line.Lost` before anything was typed."""
    device = str(payload.get("device", ""))
    identity, way_in = Identity("", "", False), dict[str, str]()
    try:
        words, memory = vendor(way.driver), Memory(Path(way.memory) / device)
        operation = ops.OPS.get(str(payload.get("op")))
        if operation is None:
            raise Refused(f"unknown operation {payload.get('op')!r}")
        foreign = {str(raw.get("driver")) for raw in payload.get("sections", ())} - {way.driver}
        if foreign:
            raise Refused(f"driver {', '.join(sorted(foreign))}: this device is worked as {way.driver}")
        argv = line.command(way.ssh_config, way.user, device, way.connect, bool(password))
        with memory.lock(), line.Line(argv) as terminal:
            shell = Shell(terminal, Limits(way.connect + 12.0, way.answer), password)
            found, identity, way_in = _work(operation, payload, words, shell, memory)
    except Refused as error:
        found = Answer("refused", str(error))
    except (Failed, OSError) as error:
        found = Answer("failed", str(error))
    except ValueError as error:
        found = Answer("refused", f"what it shows cannot be read: {error}")
    reason = found.reason
    if identity.standin:
        reason = f"{reason} (stand-in)" if reason else "stand-in, no device"
    return {
        "device": device,
        "change": payload.get("change", ""),
        "state": found.state,
        "reason": reason,
        "changed": found.changed,
        "remaining": found.remaining,
        "sections": list(found.sections),
        "records": [],
        "identity": identity.serial,
        "version": identity.version,
        "standin": identity.standin,
        "via": way_in,
    }


def _work(
    operation: Any, payload: Mapping[str, Any], words: Vendor, shell: Shell, memory: Memory
) -> tuple[Answer, Identity, dict[str, str]]:
    """The operation on a device that said who it is; a connection lost now leaves it to the device's own timer."""
    identity = Identity("", "", False)
    try:
        identity = words.open(shell)
        memory.recognise(identity.serial)
        meant = payload.get("identity")
        if meant and meant != identity.serial:
            raise Refused(f"this is another device: its serial number is {identity.serial}, {meant} is meant")
        found: Answer = operation(payload, ops.Desk(words, shell, identity, memory))
        return found, identity, words.via(shell) if found.state == "observed" else {}
    except line.Lost as error:
        found = Answer("failed", f"the connection was lost: {error}; its own timer takes the change back")
    except Refused as error:
        found = Answer("refused", str(error))
    except Failed as error:
        found = Answer("failed", str(error))
    return found, identity, {}


def run(payload: str, way: Mapping[str, Any]) -> None:
    """Read the payload, write the answer as one line; ends with 255 and ssh's word when the device is not reached."""
    given = json.loads(payload)
    password = secret(os.environ, str(given.get("device", "")))
    try:
        found = answer(given, Way(**way), password)
    except line.Lost as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(UNREACHED) from None
    sys.stdout.write(json.dumps(found, ensure_ascii=True, separators=(",", ":")) + "\n")
