"""Ansible action: the program of every host of the play in one task, over the OpenSSH command lines Ansible builds.

Ansible's inventory, variables, connection and become plugins decide how a host is reached; only the waiting for many
of them at once is ours, because a worker process per host and task costs more than the work itself. Each answer is
written as an event of its host when it arrives. Carried are `ssh` with keys and `local`; a host that needs anything
else (a password typed, another connection) is reported as failed with that reason.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import become_loader, connection_loader

from ipv6.apply import events
from ipv6.apply.multiplex import LOST, Command, Ended, run

_READ = "import sys; exec(sys.stdin.buffer.read())"
"""How a program is taken from standard input: `python3 -` reads a long line in steps, at the price of a whole start."""


_WHERE = ("ansible_host", "ansible_ssh_host", "inventory_hostname")
"""Variables that say where a host is, in the order in which the ssh plugin looks at them."""


class ActionModule(ActionBase):  # type: ignore[misc]
    """Runs once for all hosts of the play."""

    BYPASS_HOST_LOOP = True
    _requires_connection = False
    _VALID_ARGS = frozenset({"folder", "width", "limit"})

    def __init__(self, *words: Any, **options: Any) -> None:
        super().__init__(*words, **options)
        self._ready: dict[str, Any] = {}

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Counts of how the hosts ended; their answers are events."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables, folder = task_vars or {}, Path(self._task.args["folder"])
        sink, counts = events.Sink(os.environ[events.VARIABLE]), {"ok": 0, "failed": 0, "unreachable": 0}
        limit = float(self._task.args["limit"])

        def answer(host: str, ended: Ended) -> None:
            kind = _kind(ended)
            said = {"stdout": ended.out, "stderr": ended.err, "rc": ended.code}
            if ended.code is None:
                said["msg"] = f"no answer within {limit:g} s"
            elif kind == "unreachable":
                said["msg"] = ended.err or "ssh ended without a word"
            sink.add(f"runner_on_{kind}", host, said)
            counts[kind] += 1
            result["changed"] = result.get("changed", False) or '"changed":true' in ended.out

        def commands() -> Iterator[tuple[str, Command]]:
            for host in variables["ansible_play_hosts"]:
                try:
                    yield host, Command(self._argv(variables["hostvars"][host]), folder / host)
                except ValueError as error:
                    answer(host, Ended(1, "", str(error)))

        run(commands(), int(self._task.args["width"]), limit, answer)
        sink.close()
        return {**result, "msg": json.dumps(counts)}

    def _argv(self, found: Any) -> Sequence[str | bytes]:
        """The command line for one host; ValueError says why it cannot be carried here."""
        command = f"{shlex.quote(str(found['ansible_python_interpreter']))} -I -S -c {shlex.quote(_READ)}"
        name = str(found.get("ansible_connection", "ssh"))
        if name == "local":
            return shlex.split(command)
        if name != "ssh":
            raise ValueError(f"its connection {name!r} is not carried, use ssh or local")
        if found.get("ansible_password") or found.get("ansible_become_password"):
            raise ValueError("a password would have to be typed for it, use a key")
        connection = self._way_to(found)
        if found.get("ansible_become"):
            method = str(found.get("ansible_become_method", "sudo"))
            become = become_loader.get(method)
            become.set_options(var_options=_own(found, "become", method))
            command = become.build_become_command(command, connection._shell)
        argv: Sequence[str | bytes] = connection._build_command(
            connection.get_option("ssh_executable"), "ssh", connection.host, command
        )
        return argv

    def _way_to(self, found: Any) -> Any:
        """A connection plugin with this host's options. Hosts that differ by name and address alone share one: reading
        the options takes longer than everything else that is done for a host."""
        if not self._ready:
            connection_loader.get("ssh", self._play_context)  # which options it has is known once it was loaded
        own = _own(found, "connection", "ssh")
        where = {word: own.pop(word) for word in _WHERE if word in own}
        key = repr(sorted(own.items()))
        if key not in self._ready:
            connection = connection_loader.get("ssh", self._play_context)
            connection.set_options(var_options=own)
            self._ready[key] = connection
        connection = self._ready[key]
        connection.set_option("host", next(where[word] for word in _WHERE if word in where))
        connection.host = connection.get_option("host")
        return connection


def _own(found: Any, kind: str, name: str) -> dict[str, Any]:
    """The variables of a host that the plugin knows."""
    return {word: found[word] for word in constants.config.get_plugin_vars(kind, name) if word in found}


def _kind(ended: Ended) -> str:
    if ended.code == LOST and not ended.out:
        return "unreachable"
    return "ok" if ended.code == 0 else "failed"
