"""The real machine behind the doctor's questions. Looks only; trials run in namespaces of their own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from jiyue.engines import EngineError, Setting, resolve
from jiyue.engines.build import check_go, go_environment
from jiyue.engines.download import reachable
from lab.ports import holder

_SECONDS = 20
_UNSHARE = ("unshare", "--net", "--mount", "--pid", "--uts", "--fork", "--kill-child", "--mount-proc")


class ThisMachine:
    """Answers from the kernel, /proc and the file systems."""

    def user(self) -> int:
        """The effective user id."""
        return os.geteuid()

    def python(self) -> tuple[int, int]:
        """Major and minor version of the running Python."""
        return sys.version_info[0], sys.version_info[1]

    def free_bytes(self, folder: Path) -> int:
        """Bytes free on the file system of the nearest folder that exists."""
        return shutil.disk_usage(_nearest(folder)).free

    def memory_bytes(self) -> int:
        """MemTotal, or the control group's limit if that is lower."""
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
            try:
                total = min(total, int(Path(limit).read_text(encoding="ascii")))
            except (OSError, ValueError):
                continue
        return total

    def port_holder(self, port: int) -> str | None:
        """Tries to bind; when that fails, /proc tells which process listens, as far as it may be read."""
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                probe.listen(1)
                return None
            except PermissionError:
                return None  # a low port without root: the finding about root says so
            except OSError:
                return holder(port) or "another process"

    def has_file(self, path: str) -> bool:
        """Whether the file is there, also as the same program elsewhere on PATH."""
        return Path(path).exists() or ("bin/" in path and shutil.which(Path(path).name) is not None)

    def feature_trouble(self, script: str) -> str | None:
        """Runs the script in fresh namespaces, which end with it."""
        path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
        env = {"PATH": path, "LC_ALL": "C"}
        try:
            done = subprocess.run(
                [*_UNSHARE, "sh", "-c", script],
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                env=env,
                check=False,
                errors="replace",
            )
        except FileNotFoundError:
            return "the program unshare is missing"
        except subprocess.TimeoutExpired:
            return f"no answer in {_SECONDS} s"
        if done.returncode == 0:
            return None
        said = done.stderr.strip().splitlines()
        return said[0] if said else f"exit code {done.returncode}"

    def write_trouble(self, folder: Path) -> str | None:
        """Really makes and removes a file (root ignores modes, a read-only file system does not)."""
        try:
            handle, name = tempfile.mkstemp(prefix=".jiyue-doctor-", dir=_nearest(folder))
            os.close(handle)
            Path(name).unlink()
        except OSError as error:
            return error.strerror or str(error)
        return None

    def missing_engines(self, tools: Path) -> tuple[str, ...]:
        """Names of the engines that are not ready in this tools folder."""
        return resolve(Setting(tools=tools)).missing

    def absent_engines(self, tools: Path) -> tuple[str, ...]:
        """Names of the optional engines that are not ready in this tools folder."""
        return resolve(Setting(tools=tools)).absent

    def engine_trouble(self) -> str | None:
        """Go first (no network asked), then the one quick connect to the download site."""
        try:
            check_go(go_environment(os.environ, Path(tempfile.gettempdir())))
            return None
        except EngineError as error:
            return None if reachable() else f"{error.place} {error.cause}, and there is no internet"


def _nearest(folder: Path) -> Path:
    folder = folder.absolute()
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder
