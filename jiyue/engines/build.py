"""The build steps: genuine upstream code from pinned Go modules, held to `go.sum` (route 3)."""

from __future__ import annotations

import ctypes
import functools
import json
import os
import re
import shutil
import signal
import subprocess
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jiyue.engines.model import BuildContext, EngineError

GO_NEEDED = (1, 21)
"""The oldest `go` that can fetch the toolchain these modules name (Go 1.26) by itself."""

GO_FOLDERS = ("/usr/local/go/bin", "/usr/lib/go/bin")
"""Where Go's own installer and distributions put it; a root shell often lacks them on PATH."""

_LINES_KEPT = 12


@dataclass(frozen=True)
class GoBuild:
    """`go build` of one package of the module into `bin/<binary>`."""

    binary: str
    package: str
    ldflags: str = "-s -w"

    def run(self, context: BuildContext) -> None:
        """Build; the total of packages is asked first so that the fraction means something."""
        listed = go(context, ["list", "-deps", self.package], f"fetch modules of {self.binary}")
        total = max(1, len(listed))
        target = context.out / "bin" / self.binary
        target.parent.mkdir(parents=True, exist_ok=True)
        flags = ["-trimpath", "-buildvcs=false", "-v", "-ldflags", self.ldflags, "-o", str(target)]
        go(context, ["build", *flags, self.package], f"build {self.binary}", total=total)


@dataclass(frozen=True)
class FetchModule:
    """Fetch a module of which nothing is built, so that it is held to go.sum: a look into the module cache is not."""

    module: str

    def run(self, context: BuildContext) -> None:
        """Fetch; raises EngineError, also for a module in the cache that is not the pinned one."""
        go(context, ["mod", "download", self.module], f"fetch {self.module}")


@dataclass(frozen=True)
class CopyFromModule:
    """Copy one file of a module (already held to go.sum by the build or by FetchModule) into the entry."""

    module: str
    source: str
    target: str
    mode: int = 0o644

    def run(self, context: BuildContext) -> None:
        """Copy the file; raises EngineError when the module lacks it."""
        path = module_folder(context, self.module) / self.source
        target = context.out / self.target
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            target.write_bytes(path.read_bytes())
        except OSError as error:
            raise EngineError(str(path), f"cannot be copied ({error.strerror})", "clean the Go module cache") from error
        target.chmod(self.mode)


@dataclass(frozen=True)
class EmbedSchema:
    """Make the two files that the Kubernetes provider embeds: schema with version, and Terraform mapping."""

    module: str
    folder: str
    version: str
    into: str

    def run(self, context: BuildContext) -> None:
        """Write `schema-embed.json` and `terraform-mapping-embed.json` into the copy of the module folder."""
        context.report("generate", None, "schema of the Kubernetes provider")
        origin = module_folder(context, self.module) / self.folder
        target = context.source / self.into
        schema = json.loads((origin / "schema.json").read_bytes())
        schema["version"] = self.version
        mapping = json.loads((origin / "terraform-mapping.json").read_bytes())
        for name, value in (("schema-embed.json", schema), ("terraform-mapping-embed.json", mapping)):
            text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
            (target / name).write_text(text, encoding="utf-8")


def module_folder(context: BuildContext, module: str) -> Path:
    """Where the Go module cache holds the pinned version of a module (fetched and checked when absent)."""
    lines = go(context, ["list", "-m", "-f", "{{.Dir}}", module], f"find {module}")
    if not lines or not lines[-1].strip():
        go(context, ["mod", "download", module], f"fetch {module}")
        lines = go(context, ["list", "-m", "-f", "{{.Dir}}", module], f"find {module}")
    return Path(lines[-1].strip())


def go_version(env: Mapping[str, str]) -> tuple[int, int] | None:
    """The version of the `go` on PATH as (major, minor), or None when there is none that runs."""
    program = shutil.which("go", path=env.get("PATH"))
    if program is None:
        return None
    try:
        text = subprocess.run([program, "version"], capture_output=True, text=True, check=True, env=dict(env)).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    match = re.search(r"go(\d+)\.(\d+)", text)
    return (int(match[1]), int(match[2])) if match else None


def check_go(env: Mapping[str, str]) -> None:
    """Raise EngineError unless a `go` that can build the pinned modules is on PATH."""
    found = go_version(env)
    if found is None:
        raise EngineError("go", "is not on PATH", "install Go 1.21 or newer (https://go.dev/dl), or use another route")
    if found < GO_NEEDED:
        cause = f"is {found[0]}.{found[1]}, too old: the pinned modules need Go 1.26, which 1.21+ fetches"
        raise EngineError("go", cause, "install Go 1.21 or newer, for example golang from backports or go.dev/dl")


def go_environment(env: Mapping[str, str], tools: Path) -> dict[str, str]:
    """The environment of every `go` call: no outside flags or workspace, checks on, caches without HOME."""
    made = dict(env)
    made["PATH"] = os.pathsep.join([env.get("PATH", os.defpath), *GO_FOLDERS])
    made.update(GOFLAGS="-mod=readonly", GOWORK="off", CGO_ENABLED="0", LC_ALL="C")
    for name in ("GONOSUMCHECK", "GOINSECURE"):
        made.pop(name, None)
    if not made.get("HOME"):
        made.setdefault("GOCACHE", str(tools / "go-build"))
        made.setdefault("GOPATH", str(tools / "go"))
    return made


def go(context: BuildContext, arguments: Sequence[str], stage: str, *, total: int | None = None) -> list[str]:
    """Run `go` in the copy of the module; returns its output lines, raises EngineError with its last words.

    With `total`, every line on standard error that names a package moves the fraction.
    """
    context.report(stage, 0.0 if total else None, "")
    process = subprocess.Popen(
        ["go", *arguments],
        cwd=context.source,
        env=dict(context.env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if total is None else subprocess.DEVNULL,
        stderr=subprocess.PIPE if total is not None else subprocess.STDOUT,
        text=True,
        errors="replace",
        preexec_fn=functools.partial(_die_with, os.getpid()),
    )
    stream = process.stdout if total is None else process.stderr
    assert stream is not None
    lines: list[str] = []
    words: deque[str] = deque(maxlen=_LINES_KEPT)
    seen = 0
    try:
        for raw in stream:
            line = raw.rstrip()
            if line.startswith("go: downloading "):
                context.report(stage, seen / total if total else None, line.removeprefix("go: "))
                continue
            words.append(line)
            if total is None:
                lines.append(line)
            elif line and " " not in line:
                seen += 1
                context.report(stage, min(0.99, seen / total), line)
        code = process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
        stream.close()
    if code != 0:
        reason = " | ".join(word for word in words if word) or f"exit code {code}"
        raise EngineError(context.engine, f"{stage} failed: {reason}", _advice(reason))
    return lines


def _advice(reason: str) -> str:
    if re.search(r"dial tcp|no such host|proxyconnect|i/o timeout|connection refused|lookup disabled", reason):
        return "the Go module proxy is not reachable: set GOPROXY, or copy the tools folder of another machine"
    if "checksum mismatch" in reason or "SECURITY ERROR" in reason:
        return "the module differs from the pinned one: do not use this GOPROXY"
    if "no space left" in reason:
        return "free 16 GiB on the disk of the tools folder and of the Go caches"
    if "toolchain not available" in reason or "requires go >=" in reason:
        return "install Go 1.26, or let go fetch it (GOTOOLCHAIN=auto)"
    return "these are the words of go itself; a second run goes on where this one stopped"


def _die_with(parent: int) -> None:
    """Runs in the child before exec: a killed installer leaves no compiler behind (PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
