"""Runs probes on their vantage hosts: one SSH call per host, the prober pushed once and known by its hash."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import replace
from pathlib import Path

from inventory.errors import EnvironmentFailed
from ipv6.verify.model import Answer, Probe
from jiyue.probe.evidence import Evidence
from jiyue.probe.journal import Journal
from jiyue.probe.package import package
from jiyue.probe.progress import Progress
from jiyue.probe.reading import Reading
from jiyue.probe.ssh import Alive, Reply, ssh, stream

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
        self._journal: Journal | None = None
        self._progress: Progress | None = None
        self._alive = Alive()
        self._turns: dict[str, threading.Lock] = {}

    def end(self) -> None:
        """Break off what is being asked and ask nothing more; callable from a signal handler."""
        self._alive.end()

    def forget(self, before: float) -> None:
        """Remove the raw answers that this runner stored and last saw before that time (epoch seconds)."""
        if self._evidence:
            self._evidence.drop(before)

    def during(self, journal: Journal | None = None, progress: Progress | None = None) -> Runner:
        """The same way to the hosts, for one run that keeps its answers and tells how far it is."""
        found = copy(self)
        found._journal, found._progress = journal, progress
        return found

    @property
    def progress(self) -> Progress | None:
        """Who is told how far the run is."""
        return self._progress

    def run(self, vantage: str, probes: Sequence[Probe], netns: str | None = None) -> list[Answer]:
        """Answers in the order of `probes`, all from one host; `netns` overrides the probes' own.

        What the host answered before it was lost counts; the others say why they have no answer. A host measures for
        one caller at a time: two would measure each other.
        """
        with self._turns.setdefault(vantage, threading.Lock()):
            return self._run(vantage, probes, netns)

    def _run(self, vantage: str, probes: Sequence[Probe], netns: str | None) -> list[Answer]:
        chosen = probes if netns is None else [replace(probe, netns=netns) for probe in probes]
        jobs = [probe.data() for probe in chosen]
        whole = json.dumps({"ca": self._ca, "jobs": jobs}).encode()
        kept = self._journal.call(vantage, package().digest.encode() + whole) if self._journal else None
        reading = Reading(len(probes))
        lines = list(kept.lines) if kept else []
        for line in lines:
            reading.feed(line)
        known = reading.answered
        if self._progress:
            self._progress.asked(vantage, len(probes), len(known))

        def heard(line: bytes) -> None:
            lines.append(line)
            if kept:
                kept.write(line)
            if reading.feed(line) and self._progress:
                self._progress.heard(vantage)

        why = "the prober gave no answer"
        try:
            if len(known) < len(probes):
                request = whole if not known else json.dumps({"ca": self._ca, "jobs": jobs, "skip": known}).encode()
                reply = self._call(vantage, request, _patience(chosen), heard)
                if reply.problem or reply.code != 0:
                    why = reply.problem or f"the prober ended with {reply.code}: {reply.err[-200:]}"
        finally:
            if kept:
                kept.close()
        return reading.answers(Answer(problem=why, evidence=self._keep(lines, reading)))

    def _keep(self, lines: Sequence[bytes], reading: Reading) -> str:
        """Store the raw answer, and each body by itself, which the raw answer holds too; the answer's sha256."""
        if not self._evidence or not lines:
            return ""
        for body in reading.bodies():
            self._evidence.put(body, durable=False)
        return self._evidence.put(b"".join(lines))

    def run_all(self, probes: Iterable[Probe]) -> dict[Probe, Answer]:
        """Answers to probes of any vantage, each asked once; hosts are asked side by side. KeyboardInterrupt after
        `end`: what was broken off is no answer."""
        by_host: dict[str, dict[Probe, None]] = {}
        answers: dict[Probe, Answer] = {}
        for probe in probes:
            if probe.vantage:
                by_host.setdefault(probe.vantage, {})[probe] = None
            else:
                answers[probe] = Answer(problem="no vantage point speaks for it")
        if self._alive.over:
            raise KeyboardInterrupt
        with ThreadPoolExecutor(PARALLEL) as pool:
            futures = {host: pool.submit(self.run, host, tuple(asked)) for host, asked in by_host.items()}
            try:
                for host, asked in by_host.items():
                    answers.update(zip(asked, futures[host].result(), strict=True))
                    if self._alive.over:
                        raise KeyboardInterrupt
            except BaseException:  # what is under way must not be waited for
                pool.shutdown(wait=False, cancel_futures=True)
                self._alive.kill()
                raise
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

    def _call(
        self, vantage: str, request: bytes, timeout: float, heard: Callable[[bytes], None] = lambda line: None
    ) -> Reply:
        packed = package()
        path = f"{self._folder}/prober-{packed.digest}.pyz"
        check = f"echo '{packed.digest}  {path}' | sha256sum -c --status 2>/dev/null"
        run = f"{check} || exit {MISSING}; exec {self._python} -I {path}"
        reply = stream(self._config, vantage, run, request, timeout, heard, self._alive)
        if reply.code != MISSING:
            return reply
        # Two controllers may push at once: each writes a file of its own, and only other versions are removed.
        push = (
            f"umask 077; mkdir -p {self._folder} && cat > {path}.$$ && mv {path}.$$ {path} && {check} && "
            f"for f in {self._folder}/prober-*.pyz; do [ $f = {path} ] || rm -f $f; done"
        )
        pushed = ssh(self._config, vantage, push, packed.content, 60.0)
        if pushed.problem or pushed.code != 0:
            return replace(pushed, problem=pushed.problem or f"the prober cannot be stored: {pushed.err[-200:]}")
        return stream(self._config, vantage, run, request, timeout, heard, self._alive)


def _patience(probes: Sequence[Probe]) -> float:
    """Seconds after which a host counts as gone: the slowest probe's samples, queued behind its neighbours; scanners
    wait for each other."""
    times = [probe.timeout * probe.samples for probe in probes if probe.kind != "scan"]
    scans = sum(probe.timeout * probe.samples for probe in probes if probe.kind == "scan")
    return 20.0 + max(times, default=1.0) * (1 + len(times) / 32) + scans
