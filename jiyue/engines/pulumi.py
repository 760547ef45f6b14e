"""What the Pulumi engine needs: a home of its own with everything in place, and its environment."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from jiyue.engines.model import EngineError, EnginePaths
from jiyue.engines.recipes import PROVIDER

K8S_QPS = 200
"""Requests a second that one provider process may send; the low default makes a platform take minutes."""

K8S_BURST = 400

_HOST_FILES = ("pulumi-language-python", "pulumi-language-python-exec")


def pulumi_home(var_dir: Path, paths: EnginePaths | None = None) -> Path:
    """Prepare `<var_dir>/pulumi-home` and return it: `bin/` with the command and the language host, `plugins/`.

    The engine wants its language host beside itself and the provider in its plugin folder, and warns otherwise.
    The files are links into the cache, no copies (unless var is on another file system).
    `pulumi.automation.PulumiCommand(root=...)` accepts the returned folder.
    """
    if paths is None:
        from jiyue.engines.install import require

        paths = require()
    home = var_dir.absolute() / "pulumi-home"
    plugin = home / "plugins" / f"resource-kubernetes-v{PROVIDER}" / "pulumi-resource-kubernetes"
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        _place(paths.provider_kubernetes, plugin)
        _place(paths.pulumi, home / "bin" / "pulumi")
        for name in _HOST_FILES:
            _place(paths.language_python_dir / name, home / "bin" / name)
    except OSError as error:
        cause = f"the home of the Pulumi engine cannot be made ({error.strerror})"
        raise EngineError(str(home), cause, "make the var folder writable, and run: jiyue engine install") from error
    return home


def pulumi_env(
    paths: EnginePaths, home: Path, venv_bin: Path | None = None, base: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Everything the engine needs in its environment, as overrides to merge over the caller's own.

    PATH order: the virtual environment (the language host takes its `python` from there), the home's `bin`,
    the engines as installed, then the rest of `base` (default: this process).
    """
    base = os.environ if base is None else base
    venv_bin = Path(sys.executable).parent if venv_bin is None else venv_bin
    front = [str(venv_bin), str(home / "bin"), str(paths.pulumi.parent), str(paths.language_python_dir)]
    rest = [part for part in base.get("PATH", os.defpath).split(os.pathsep) if part and part not in front]
    return {
        "PATH": os.pathsep.join([*dict.fromkeys(front), *rest]),
        "PULUMI_HOME": str(home),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_K8S_CLIENT_QPS": str(K8S_QPS),
        "PULUMI_K8S_CLIENT_BURST": str(K8S_BURST),
    }


def _place(origin: Path, target: Path) -> None:
    """Make `target` the same file as `origin`: a hard link, or a copy where that cannot be; never half of one."""
    origin = origin.resolve(strict=True)
    if target.exists():
        here, there = target.stat(), origin.stat()
        if (here.st_size, here.st_mtime_ns) == (there.st_size, there.st_mtime_ns):
            return
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}-{os.getpid()}-{threading.get_ident()}")
    fresh.unlink(missing_ok=True)
    try:
        try:
            fresh.hardlink_to(origin)
        except OSError:
            shutil.copy2(origin, fresh)
        fresh.replace(target)
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
