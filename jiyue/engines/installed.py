"""Route 1: what the machine has already, when its version is one we support."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class OnPath:
    """Programs on PATH; the first one's version must match, the others must lie beside it or on PATH."""

    programs: tuple[str, ...]
    arguments: tuple[str, ...]
    version: str

    def find(self, env: Mapping[str, str]) -> Mapping[str, Path] | None:
        """Name to path, or None when one is absent or the version is another."""
        found: dict[str, Path] = {}
        for name in self.programs:
            path = shutil.which(name, path=env.get("PATH"))
            if path is None:
                return None
            found[name] = Path(path).absolute()
        command = [str(found[self.programs[0]]), *self.arguments]
        quiet = {**env, "PULUMI_SKIP_UPDATE_CHECK": "true"}
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=20, env=quiet, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
        return found if re.search(self.version, done.stdout, re.MULTILINE) else None


@dataclass(frozen=True)
class ProviderInHome:
    """The Kubernetes provider as the engine's own plugin acquisition lays it out."""

    version: str

    def find(self, env: Mapping[str, str]) -> Mapping[str, Path] | None:
        """The plugin of exactly this version in PULUMI_HOME or `~/.pulumi`, or None."""
        home = Path(env.get("PULUMI_HOME") or f"{env.get('HOME') or '/root'}/.pulumi")
        name = "pulumi-resource-kubernetes"
        path = home / "plugins" / f"resource-kubernetes-v{self.version}" / name
        return {name: path.absolute()} if path.is_file() else None
