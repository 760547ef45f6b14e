"""Who does the work: each as the command a user would type, with files and shared connections of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tests.bench.light.fleet import Fleet, shared
from tests.bench.light.meter import Cost

PEERS = Path(__file__).resolve().parents[1] / "peers"
ROOT = Path(__file__).resolve().parents[3]
WIDTH = 20


@dataclass(frozen=True, slots=True)
class Contestant:
    """A command in a folder of its own; `environment` is added to a clean one."""

    name: str
    argv: Sequence[str]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> Cost:
        """Do it once, measured; SystemExit with its last words when it fails."""
        result, log = self.folder / "cost.json", self.folder / "log"
        beside = str(Path(sys.executable).parent)
        clean = {"PATH": f"{beside}:{os.environ['PATH']}", "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}
        meter = [sys.executable, "-m", "tests.bench.light.meter", str(result), *self.argv]
        with log.open("w", encoding="utf-8") as stream:
            code = subprocess.run(
                meter,
                cwd=ROOT,
                env={**clean, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                check=False,
            ).returncode
        if code:
            raise SystemExit(f"{self.name} ended {code}:\n{log.read_text(encoding='utf-8', errors='replace')[-3000:]}")
        return Cost(**json.loads(result.read_text(encoding="utf-8")))


def _folder(fleet: Fleet, name: str) -> Path:
    folder = fleet.directory / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


def ours(fleet: Fleet, what: str) -> Contestant:
    """The transport and the agent; `what` is `change` or `nothing`."""
    folder = _folder(fleet, f"ours-{what}")
    config = shared(fleet.config, folder / "c")
    routers = sum(one.router for one in fleet.hosts)
    module = "tests.bench.light.ours"
    rest = [what, str(config), str(folder / "work"), str(len(fleet.hosts)), str(routers)]
    return Contestant(f"ours {what}", (sys.executable, "-m", module, *rest), folder)


def ansible(fleet: Fleet, tuning: str, *options: str) -> Contestant:
    """The playbook with the settings of `peers/ansible/<tuning>.cfg`."""
    folder = _folder(fleet, f"ansible-{tuning}{'-check' if options else ''}")
    every = {"ansible_ssh_common_args": f"-F {fleet.config}", "ansible_user": "root", "dual": True}
    names = {one.name: dict(one.variables) for one in fleet.hosts}
    inventory = {"all": {"hosts": names, "vars": every}}
    (folder / "hosts.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
    argv = ("ansible-playbook", "-i", str(folder / "hosts.yml"), *options, str(PEERS / "ansible" / "site.yml"))
    return Contestant(f"ansible {tuning}", argv, folder, {"ANSIBLE_CONFIG": str(PEERS / "ansible" / f"{tuning}.cfg")})


def pyinfra(fleet: Fleet) -> Contestant:
    """pyinfra, as many hosts at a time."""
    folder = _folder(fleet, "pyinfra")
    lab = fleet.directory / "lab"
    ssh = {
        "ssh_user": "root",
        "ssh_key": str(lab / "ssh" / "controller"),
        "ssh_known_hosts_file": str(lab / "ssh" / "known_hosts"),
        "ssh_strict_host_key_checking": "yes",
    }
    rows = [
        (one.name, {"ssh_hostname": fleet.addresses[one.name], **ssh, **one.variables, "dual": True})
        for one in fleet.hosts
    ]
    (folder / "inventory.py").write_text(f"hosts = {rows!r}\n", encoding="utf-8")
    argv = ("pyinfra", "-y", "--parallel", str(WIDTH), str(folder / "inventory.py"))
    return Contestant("pyinfra", (*argv, str(PEERS / "pyinfra" / "deploy.py")), folder)


def bare(fleet: Fleet) -> Contestant:
    """Connect and run nothing, once per host: what any of them has to pay."""
    folder = _folder(fleet, "bare")
    (folder / "names").write_text("".join(f"{one.name}\n" for one in fleet.hosts), encoding="utf-8")
    script = f"xargs -P{WIDTH} -I@ ssh -n -F {fleet.config} @ true <{folder}/names"
    return Contestant("bare", ("sh", "-c", script), folder)
