"""Requests to hosts over the environment's SSH: the first one brings the program along, nothing stays behind."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from inspect import getsource
from pathlib import Path
from typing import Any

from inventory.errors import EnvironmentFailed
from jiyue.moving.sessions import Sessions
from jiyue.probe.ssh import Reply, ssh

MODULES = (
    "jiyue.library.paths",
    "ipv6.agent.shapes",
    "ipv6.agent.host",
    "ipv6.agent.sockets",
    *(f"jiyue.moving.agent.{name}" for name in ("tree", "blobs", "mend", "serve", "web", "main")),
)
_BOOT = """\
import json, sys, types
told = json.loads(sys.stdin.buffer.readline())
for name, text in told["modules"]:
    made = sys.modules[name] = types.ModuleType(name)
    above, _, last = name.rpartition(".")
    setattr(sys.modules.setdefault(above, types.ModuleType(above)), last, made)
    exec(compile(text, name, "exec"), made.__dict__)
while told:
    sys.modules["jiyue.moving.agent.main"].main(told)
    told = json.loads(sys.stdin.buffer.readline() or "null")
"""
COMMAND = f"exec python3 -I -c {shlex.quote(_BOOT)}"


@lru_cache(maxsize=1)
def _modules() -> tuple[tuple[str, str], ...]:
    return tuple((name, getsource(import_module(name))) for name in MODULES)


def request(verb: str, words: dict[str, Any], *, first: bool = True) -> bytes:
    """The request's line; `first` of its program, which has to be brought along."""
    told = {"modules": _modules()} if first else {}
    return json.dumps({**told, "verb": verb, "words": words}).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Hands:
    """The ways to the hosts of one environment; with `sessions` a program waits there for the next request."""

    config: Path
    sessions: Sessions | None = None

    @contextmanager
    def kept(self) -> Iterator[Hands]:
        """The same ways, kept open until the block ends."""
        with Sessions(self._argv) as sessions:
            yield Hands(self.config, sessions)

    def ask(self, host: str, verb: str, patience: float = 120.0, **words: Any) -> Any:
        """What the host answers; EnvironmentFailed when it cannot be reached or the request failed there."""
        line = request(verb, words)
        if self.sessions is None:
            reply = ssh(self.config, host, COMMAND, line, patience)
        elif not self.config.is_file():
            reply = Reply(255, b"", "", f"no SSH configuration at {self.config.name}: the environment is not up")
        else:
            reply = self.sessions.ask(host, line, request(verb, words, first=False), patience)
        if reply.problem or reply.code:
            why = reply.problem or (reply.err.splitlines() or [f"it ended with {reply.code}"])[-1]
            raise EnvironmentFailed(host, f"{verb}: {why}", "see that it is up and has python3, then run it again")
        answer = json.loads(reply.out)
        if isinstance(answer, dict) and "error" in answer:
            raise EnvironmentFailed(host, f"{verb}: {answer['error']}", "put that right on the host, then run it again")
        return answer

    def carry(
        self, source: str, root: str, target: str, library: str, wanted: Sequence[tuple[str, int, str]]
    ) -> dict[str, Any]:
        """Bring files (path, size, sha256) from a folder of one host into the library of another, as a stream."""
        pipe = subprocess.PIPE
        give = subprocess.Popen(self._argv(source), stdin=pipe, stdout=pipe, stderr=pipe)
        take = subprocess.Popen(self._argv(target), stdin=pipe, stdout=pipe, stderr=pipe)
        assert give.stdin and give.stdout and take.stdin and take.stdout
        try:
            give.stdin.write(request("send", {"root": root, "paths": [path for path, _, _ in wanted]}))
            give.stdin.close()
            try:
                take.stdin.write(request("receive", {"library": library, "wanted": [list(one) for one in wanted]}))
                while chunk := give.stdout.read(1 << 20):
                    take.stdin.write(chunk)
                take.stdin.close()
            except BrokenPipeError:  # it has said why before; nobody takes the rest
                give.kill()
            out = take.stdout.read()
            codes = (give.wait(30), take.wait(30))
        finally:
            with suppress(BrokenPipeError):  # what was not flushed yet has no reader any more
                take.stdin.close()
            for process in (give, take):
                if process.poll() is None:
                    process.kill()
                    process.wait()
                for end in (process.stdout, process.stderr):
                    if end:
                        end.close()
        answer = json.loads(out) if out.strip() else {"error": f"the copy broke off (ssh ended with {codes})"}
        if "error" in answer:
            raise EnvironmentFailed(f"{source} to {target}", answer["error"], "see that both are up, then run it again")
        return dict(answer)

    def _argv(self, host: str) -> list[str]:
        return ["ssh", "-F", str(self.config), "-o", "BatchMode=yes", "-T", "--", host, COMMAND]
