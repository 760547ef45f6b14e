"""Runs probes on their vantage hosts: one SSH call per host, the prober pushed once and known by its hash."""

from __future__ import annotations

import base64
import binascii
import json
import subprocess
import zlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from inventory.errors import EnvironmentFailed
from ipv6.verify.model import Answer, Probe
from jiyue.probe.evidence import Evidence
from jiyue.probe.package import package
from jiyue.probe.ssh import Reply, ssh

FOLDER = "/var/lib/jiyue"
MISSING = 97
PARALLEL = 8


class Runner:
    """Probes to answers. `ca` is the trust anchor (PEM text) for TLS; `python` and
    `folder` are the interpreter and the prober's place on the hosts."""

    def __init__(
        self,
        ssh_config: Path,
        evidence: Path | None = None,
        ca: str = "",
        python: str = "/usr/bin/python3",
        folder: str = FOLDER,
    ) -> None:
        self._config = ssh_config
        self._evidence = Evidence(evidence) if evidence else None
        self._ca = ca
        self._python = python
        self._folder = folder

    def run(self, vantage: str, probes: Sequence[Probe], netns: str | None = None) -> list[Answer]:
        """Answers in the order of `probes`, all from one host; `netns` overrides the probes' own."""
        chosen = probes if netns is None else [replace(probe, netns=netns) for probe in probes]
        request = {"ca": self._ca, "jobs": [probe.data() for probe in chosen]}
        reply = self._call(vantage, json.dumps(request).encode(), _patience(chosen))
        if reply.problem or reply.code != 0:
            why = reply.problem or f"the prober ended with {reply.code}: {reply.err[-200:]}"
            return [Answer(problem=why) for _ in probes]
        return self._read(reply.out, len(probes))

    def run_all(self, probes: Iterable[Probe]) -> dict[Probe, Answer]:
        """Answers to probes of any vantage, each asked once; hosts are asked side by side."""
        by_host: dict[str, dict[Probe, None]] = {}
        answers: dict[Probe, Answer] = {}
        for probe in probes:
            if probe.vantage:
                by_host.setdefault(probe.vantage, {})[probe] = None
            else:
                answers[probe] = Answer(problem="no vantage point speaks for it")
        with ThreadPoolExecutor(PARALLEL) as pool:
            futures = {host: pool.submit(self.run, host, tuple(asked)) for host, asked in by_host.items()}
            for host, asked in by_host.items():
                answers.update(zip(asked, futures[host].result(), strict=True))
        return answers

    def start(self, host: str, request: Mapping[str, object]) -> subprocess.Popen[bytes]:
        """Start the prober on a host and leave it running; its lines come out of the process's standard output.

        EnvironmentFailed when the host cannot be reached. It ends when the process given back is ended.
        """
        ready = self._call(host, b'{"jobs": []}', 20.0)
        if ready.problem or ready.code != 0:
            raise EnvironmentFailed(host, ready.problem or f"the prober ended with {ready.code}", "bring it up")
        path = f"{self._folder}/prober-{package().digest}.pyz"
        argv = ["ssh", "-F", str(self._config), "-o", "BatchMode=yes", "-T", "--", host]
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            [*argv, f"exec {self._python} -I {path}"], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps({"ca": self._ca, **request}).encode())
        process.stdin.close()
        return process

    def command(self, host: str, command: str, timeout: float = 20.0) -> Reply:
        """One command on one host, for reads that are not probes (`sshd -T`)."""
        return ssh(self._config, host, command, timeout=timeout)

    def _call(self, host: str, request: bytes, timeout: float) -> Reply:
        packed = package()
        path = f"{self._folder}/prober-{packed.digest}.pyz"
        check = f"echo '{packed.digest}  {path}' | sha256sum -c --status 2>/dev/null"
        run = f"{check} || exit {MISSING}; exec {self._python} -I {path}"
        reply = ssh(self._config, host, run, request, timeout)
        if reply.code != MISSING:
            return reply
        # Two controllers may push at once: each writes a file of its own, and only other versions are removed.
        push = (
            f"umask 077; mkdir -p {self._folder} && cat > {path}.$$ && mv {path}.$$ {path} && {check} && "
            f"for f in {self._folder}/prober-*.pyz; do [ $f = {path} ] || rm -f $f; done"
        )
        pushed = ssh(self._config, host, push, packed.content, 60.0)
        if pushed.problem or pushed.code != 0:
            return replace(pushed, problem=pushed.problem or f"the prober cannot be stored: {pushed.err[-200:]}")
        return ssh(self._config, host, run, request, timeout)

    def _read(self, out: bytes, count: int) -> list[Answer]:
        evidence = self._evidence.put(out) if self._evidence else ""
        answers = [Answer(problem="the prober gave no answer", evidence=evidence)] * count
        bodies: dict[str, bytes] = {}
        found: dict[int, Mapping[str, object]] = {}
        for raw in out.splitlines():
            try:
                line = json.loads(raw)
            except ValueError:
                continue
            if not isinstance(line, dict):
                continue
            if "blob" in line:
                bodies[str(line["blob"])] = _body(str(line.get("zlib", "")))
            elif isinstance(line.get("job"), int) and 0 <= line["job"] < count:
                found[line["job"]] = line
        if self._evidence:
            for body in bodies.values():
                self._evidence.put(body)
        for place, line in found.items():
            given = line.get("samples")
            samples = (
                [_with_text(item, bodies) for item in given if isinstance(item, dict)]
                if isinstance(given, list)
                else []
            )
            answers[place] = Answer(tuple(samples), str(line.get("problem", "")), evidence)
        return answers


def _patience(probes: Sequence[Probe]) -> float:
    """Seconds after which a host counts as gone: the slowest probe's samples, queued behind its neighbours."""
    slowest = max((probe.timeout * probe.samples for probe in probes), default=1.0)
    return 20.0 + slowest * (1 + len(probes) / 32)


def _with_text(sample: dict[str, object], bodies: Mapping[str, bytes]) -> dict[str, object]:
    body = bodies.get(str(sample.get("sha256", "")))
    return sample if body is None else {**sample, "text": body.decode("utf-8", "replace")}


def _body(packed: str) -> bytes:
    """An unpacked body, at most 1 MB: a hostile host must not fill our memory."""
    try:
        return zlib.decompressobj().decompress(base64.b64decode(packed, validate=True), 1_000_000)
    except (zlib.error, binascii.Error, ValueError):
        return b""
