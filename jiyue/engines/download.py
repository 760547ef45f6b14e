"""Route 2: the official downloads, each held to the checksum that its publisher gives."""

from __future__ import annotations

import hashlib
import json
import platform
import re
import shutil
import socket
import subprocess
import tarfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from jiyue.engines.model import BuildContext, EngineError

PROBE_HOST = "get.pulumi.com"
PROBE_SECONDS = 3.0
_TIMEOUT = 60.0
_KWOK_STAGE_FILE = "stage-fast.yaml"


def reachable(host: str = PROBE_HOST, seconds: float = PROBE_SECONDS) -> bool:
    """One quick connect to the official site; False means an isolated machine, where nothing is tried."""
    try:
        with socket.create_connection((host, 443), timeout=seconds):
            return True
    except OSError:
        return False


def architecture() -> str:
    """This machine's architecture as release files name it; raises EngineError for one without releases."""
    names = {"x86_64": "amd64", "aarch64": "arm64"}
    machine = platform.machine()
    if machine not in names:
        raise EngineError(machine, "the projects publish no files for this architecture", "build from pinned sources")
    return names[machine]


def fetch(url: str) -> bytes:
    """The body behind an https address; raises EngineError."""
    if not url.startswith("https://"):
        raise EngineError(url, "is not an https address", "report this as a defect")
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT) as answer:
            body: bytes = answer.read()
            return body
    except (urllib.error.URLError, OSError) as error:
        raise EngineError(url, f"cannot be fetched ({error})", "use JIYUE_ENGINE_ROUTE=build") from error


def checked(url: str, sha256: str, target: Path, mode: int = 0o755) -> None:
    """Fetch into `target`, but only when the published sha256 holds."""
    body = fetch(url)
    actual = hashlib.sha256(body).hexdigest()
    if actual != sha256.lower():
        cause = f"its sha256 is {actual}, published is {sha256}"
        raise EngineError(url, cause, "do not use this file; try again later or build from pinned sources")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(body)
    target.chmod(mode)


def published_sum(listing: str, name: str) -> str:
    """The sha256 of `name` in a `SHA256SUMS` listing; raises EngineError when it is not listed."""
    match = re.search(rf"^([0-9a-f]{{64}})\s+\*?{re.escape(name)}$", listing, re.MULTILINE)
    if match is None:
        raise EngineError(name, "is not in the published list of sums", "build from pinned sources")
    return match[1]


@dataclass(frozen=True)
class KubernetesRelease:
    """Released Kubernetes binaries from dl.k8s.io with their `.sha256` files."""

    version: str
    programs: tuple[str, ...]

    def run(self, context: BuildContext) -> None:
        """Fetch each program."""
        for number, name in enumerate(self.programs):
            context.report(f"download {name}", number / len(self.programs), "")
            url = f"https://dl.k8s.io/v{self.version}/bin/linux/{architecture()}/{name}"
            checked(url, fetch(f"{url}.sha256").decode().split()[0], context.out / "bin" / name)


@dataclass(frozen=True)
class EtcdRelease:
    """The released etcd archive with the release's SHA256SUMS."""

    version: str

    def run(self, context: BuildContext) -> None:
        """Fetch the archive and take the server out of it."""
        base = f"https://github.com/etcd-io/etcd/releases/download/v{self.version}"
        folder = f"etcd-v{self.version}-linux-{architecture()}"
        archive = context.source / "etcd.tar.gz"
        context.report("download etcd", 0.0, "")
        sums = fetch(f"{base}/SHA256SUMS").decode()
        checked(f"{base}/{folder}.tar.gz", published_sum(sums, f"{folder}.tar.gz"), archive, 0o644)
        target = context.out / "bin" / "etcd"
        target.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive) as opened:
            member = opened.extractfile(f"{folder}/etcd")
            if member is None:
                raise EngineError(archive.name, "holds no etcd", "build from pinned sources")
            target.write_bytes(member.read())
        target.chmod(0o755)


@dataclass(frozen=True)
class KwokRelease:
    """The released kwok and its stages; the sums are the digests that the release page gives."""

    version: str

    def run(self, context: BuildContext) -> None:
        """Fetch the program and the stages."""
        context.report("download kwok", 0.0, "")
        page = f"https://api.github.com/repos/kubernetes-sigs/kwok/releases/tags/v{self.version}"
        assets = {asset["name"]: asset for asset in json.loads(fetch(page))["assets"]}
        program = f"kwok-linux-{architecture()}"
        for name, target in ((program, "bin/kwok"), (_KWOK_STAGE_FILE, f"stages/{_KWOK_STAGE_FILE}")):
            digest = str(assets.get(name, {}).get("digest") or "")
            if not digest.startswith("sha256:"):
                raise EngineError(page, f"publishes no sha256 for {name}", "build from pinned sources")
            checked(assets[name]["browser_download_url"], digest.removeprefix("sha256:"), context.out / target)


@dataclass(frozen=True)
class PinnedFiles:
    """Files below an address that names their version; nobody publishes their sums, so these are pinned here.

    `files` are (path below `base`, path in the entry, sha256).
    """

    base: str
    files: tuple[tuple[str, str, str], ...]

    def run(self, context: BuildContext) -> None:
        """Fetch each file."""
        for number, (name, target, sha256) in enumerate(self.files):
            context.report(f"download {name}", number / len(self.files), "")
            checked(f"{self.base}/{name}", sha256, context.out / target, 0o644)


@dataclass(frozen=True)
class PulumiInstaller:
    """The Automation API's own installer; `programs` are the ones of the archive that this engine takes."""

    version: str
    programs: tuple[str, ...]

    def run(self, context: BuildContext) -> None:
        """Let the library install into the temporary folder, then take what is asked for."""
        from pulumi.automation import PulumiCommand
        from semver import VersionInfo

        context.report("download pulumi", None, "official installer")
        root = context.source / "pulumi-release"
        try:
            PulumiCommand.install(root=str(root), version=VersionInfo.parse(self.version))
        except Exception as error:  # the library raises bare exceptions
            raise EngineError("pulumi", f"its installer failed ({error})", "use JIYUE_ENGINE_ROUTE=build") from error
        target = context.out / "bin"
        target.mkdir(parents=True, exist_ok=True)
        for name in self.programs:
            shutil.copy2(root / "bin" / name, target / name)


@dataclass(frozen=True)
class ProviderPlugin:
    """The engine's own plugin acquisition (it checks the publisher's sums itself)."""

    version: str

    def run(self, context: BuildContext) -> None:
        """Ask the Pulumi on PATH, or an entry of the cache, to fetch the plugin."""
        program = shutil.which("pulumi", path=context.env.get("PATH"))
        if program is None:
            raise EngineError("pulumi", "is needed to fetch its plugin and is not there", "install pulumi first")
        context.report("download provider", None, "official plugin")
        home = context.source / "home"
        command = [program, "plugin", "install", "resource", "kubernetes", f"v{self.version}"]
        env = {**context.env, "PULUMI_HOME": str(home), "PULUMI_SKIP_UPDATE_CHECK": "true"}
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=600)
        name = "pulumi-resource-kubernetes"
        origin = home / "plugins" / f"resource-kubernetes-v{self.version}" / name
        if done.returncode != 0 or not origin.is_file():
            cause = f"its plugin installer failed ({done.stderr.strip()[-200:]})"
            raise EngineError("pulumi", cause, "use JIYUE_ENGINE_ROUTE=build")
        target = context.out / "bin" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(origin, target)
