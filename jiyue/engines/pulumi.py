"""What the Pulumi engine needs: a home of its own with the provider in place, and its environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from jiyue.engines.model import EngineError, EnginePaths
from jiyue.engines.recipes import PROVIDER

K8S_QPS = 200
"""Requests a second that one provider process may send; the low default makes a platform take minutes."""

K8S_BURST = 400


def pulumi_home(var_dir: Path, paths: EnginePaths | None = None) -> Path:
    """Prepare `<var_dir>/pulumi-home` with the Kubernetes plugin laid out as the engine expects; returns it.

    The plugin is a symbolic link into the cache: no second copy, and no "plugin came from PATH" warning.
    """
    if paths is None:
        from jiyue.engines.install import require

        paths = require()
    home = var_dir.absolute() / "pulumi-home"
    folder = home / "plugins" / f"resource-kubernetes-v{PROVIDER}"
    link = folder / "pulumi-resource-kubernetes"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        home.chmod(0o700)
        if not (link.is_symlink() and link.readlink() == paths.provider_kubernetes):
            fresh = folder / f".new-{os.getpid()}"
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(paths.provider_kubernetes)
            fresh.replace(link)
    except OSError as error:
        cause = f"the home of the Pulumi engine cannot be made ({error.strerror})"
        raise EngineError(str(home), cause, "make the var folder writable") from error
    return home


def pulumi_env(
    paths: EnginePaths, home: Path, venv_bin: Path | None = None, base: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Everything the engine needs in its environment, as overrides to merge over the caller's own.

    PATH order: the virtual environment (the language host takes its `python` from there), the Pulumi command,
    the language host, then the rest of `base` (default: this process).
    """
    base = os.environ if base is None else base
    venv_bin = Path(sys.executable).parent if venv_bin is None else venv_bin
    front = [str(venv_bin), str(paths.pulumi.parent), str(paths.language_python_dir)]
    rest = [part for part in base.get("PATH", os.defpath).split(os.pathsep) if part and part not in front]
    return {
        "PATH": os.pathsep.join([*dict.fromkeys(front), *rest]),
        "PULUMI_HOME": str(home),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_K8S_CLIENT_QPS": str(K8S_QPS),
        "PULUMI_K8S_CLIENT_BURST": str(K8S_BURST),
    }
