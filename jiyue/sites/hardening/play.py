"""Hosts asked and changed over Ansible: one task for all of them, each runs the program that it is sent."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from inspect import getsource
from pathlib import Path
from typing import Any

from inventory.errors import EnvironmentFailed
from ipv6.apply.controller import Reach
from ipv6.apply.playbook import play, short
from jiyue.probe.agent.baseline import SECONDS

READINGS = "jiyue.probe.agent.baseline"
AGENT = "jiyue.sites.hardening.agent"
MODULES = (
    *(f"{READINGS}.{name}" for name in ("_host", "_nginx", "nginx", "sshd", "logs", "rights", "clock")),
    *(f"{AGENT}.{name}" for name in ("files", "kept", "services", "act", "look", "main")),
)
"""In the order of their imports."""
_BOOT = """\
import json, sys, types
TOLD = json.loads({told})
def package(name):
    if name and name not in sys.modules:
        made = sys.modules[name] = types.ModuleType(name)
        made.__path__ = []
        above, _, last = name.rpartition(".")
        if above:
            setattr(package(above), last, made)
    return sys.modules[name]
package({readings!r}).SECONDS = {seconds!r}
for name, text in TOLD["modules"]:
    above, _, last = name.rpartition(".")
    made = sys.modules[name] = types.ModuleType(name)
    made.__package__ = above
    setattr(package(above), last, made)
    exec(compile(text, name, "exec"), made.__dict__)
sys.modules[{main!r}].main(*TOLD["words"])
"""
STATES = frozenset({"looked", "hardened", "undone", "refused", "failed", "unreachable"})


@cache
def _modules() -> tuple[tuple[str, str], ...]:
    return tuple((name, getsource(import_module(name))) for name in MODULES)


def program(host: str, verb: str, words: Mapping[str, Any]) -> str:
    """The ASCII program that Python runs on a host."""
    told = json.dumps({"modules": _modules(), "words": [host, verb, words]})
    return _BOOT.format(told=ascii(told), readings=READINGS, seconds=SECONDS, main=f"{AGENT}.main")


@dataclass(frozen=True, slots=True)
class Hosts:
    """The way to the hosts of one environment. `width` are worked at a time, `limit` seconds a run takes at most."""

    ssh_config: Path
    work_dir: Path
    playbooks: Path
    user: str = "root"
    width: int = 10
    limit: int = 600

    def ask(self, verb: str, words: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        """Every host's answer (`state` is one of STATES, `reason` why not); a host that says nothing has failed."""
        if not words:
            return {}
        if not self.ssh_config.is_file():
            raise EnvironmentFailed(str(self.ssh_config), "there is no such SSH configuration", "start the lab first")
        self.work_dir.mkdir(parents=True, exist_ok=True)
        directory = Path(tempfile.mkdtemp(prefix=f"{verb}-", dir=self.work_dir)).resolve()
        try:
            programs = {host: program(host, verb, said) for host, said in words.items()}
            reach = Reach(self.ssh_config, self.user, self.width, 8, self.limit)
            events, status = play(directory, self.playbooks.resolve() / "harden.yml", programs, reach)
        finally:
            shutil.rmtree(directory, ignore_errors=True)
        silent = {"state": "failed", "reason": f"it gave no result ({status})"}
        found = {host: answer for event in events for host, answer in [answer_of(event)]}
        return {host: found.get(host, silent) for host in words}


def answer_of(event: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Host and answer of one event; "" for one that is no host's."""
    kind, data = event.get("event"), event.get("event_data") or {}
    host, result = str(data.get("host", "")), data.get("res") or {}
    if kind == "runner_on_unreachable":
        return host, {"state": "unreachable", "reason": short(result.get("msg")) or "it could not be reached"}
    try:
        answer = json.loads(str(result.get("stdout", "")).strip().splitlines()[-1])
        state, name = answer["state"], answer["host"]
    except (ValueError, LookupError, TypeError):
        said = result.get("stderr") or result.get("module_stderr") or result.get("msg") or result.get("stdout")
        return host, {"state": "failed", "reason": short(said) or "it gave no answer"}
    if state not in STATES or name != host:
        return host, {"state": "failed", "reason": f"it answered as {name!r:.80} with state {state!r:.40}"}
    return host, dict(answer)
