"""Where a run happens: the checkout, the environment and everything a run writes below `var/`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from inventory.errors import InputError

ENVIRONMENT_NAME = re.compile(r"^[a-z][a-z0-9-]{0,30}$")


@dataclass(frozen=True, slots=True)
class Workspace:
    """Paths of one environment; nothing is read or made here."""

    root: Path
    environment: str = "lab"
    province: str = "hunan"

    def __post_init__(self) -> None:
        if not ENVIRONMENT_NAME.match(self.environment):
            raise InputError("--env", f"{self.environment!r} is not an environment name", "use lower-case letters")
        if not (self.inventory / "env" / f"{self.environment}.yaml").is_file():
            known = sorted(path.stem for path in (self.inventory / "env").glob("*.yaml"))
            raise InputError(
                "--env", f"environment {self.environment} does not exist", f"choose one of {', '.join(known)}"
            )

    @property
    def inventory(self) -> Path:
        """The province's data."""
        return self.root / "inventory" / self.province

    @property
    def var(self) -> Path:
        """Everything runs of this environment write."""
        return self.root / "var" / self.environment

    @property
    def lab(self) -> Path:
        """State of the embedded lab."""
        return self.var / "lab"

    @property
    def ssh_config(self) -> Path:
        """SSH configuration that reaches the environment's hosts."""
        return self.lab / "ssh_config"

    @property
    def store(self) -> Path:
        """The embedded store."""
        return self.var / "jiyue.db"

    @property
    def approved(self) -> Path:
        """Approved values per platform, read by the stacks."""
        return self.var / "approved"

    @property
    def keys(self) -> Path:
        """The environment's own key pair (lab only)."""
        return self.var / "keys"

    @property
    def evidence(self) -> Path:
        """Raw answers, named by their sha256."""
        return self.var / "evidence"

    @property
    def report(self) -> Path:
        """The one-page report."""
        return self.root / "var" / "report" / "index.html"
