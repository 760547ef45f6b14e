"""The files of one Ansible run and the environment it sees: nothing of the user's own Ansible takes part."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from ipv6.apply.events import VARIABLE
from ipv6.session.main import PASSWORD, variable

_KEEP = ("PATH", "LANG", "LC_ALL", "TZ", "SSH_AUTH_SOCK", "TMPDIR")
REMOTE_PYTHON = "/usr/bin/python3"
_MARGIN = 30
PLUGINS = Path(__file__).resolve().parent / "plugins"
_CONFIG = """\
[defaults]
forks = {forks}
gathering = explicit
action_plugins = {plugins}/action
interpreter_python = {python}
roles_path = {roles}
local_tmp = {directory}/tmp
home = {directory}/home
timeout = {connect}
retry_files_enabled = False
deprecation_warnings = False
display_skipped_hosts = False
host_key_checking = True
collections_scan_sys_path = False
internal_poll_interval = 0.01

[inventory]
enable_plugins = yaml

[ssh_connection]
pipelining = True
retries = 1
ssh_args =
"""


@dataclass(frozen=True, slots=True)
class RunFiles:
    """Where one run keeps its files; removed after it."""

    directory: Path
    inventory: Path
    config: Path
    events: Path


@dataclass(frozen=True, slots=True)
class Reach:
    """How devices are reached: ssh's own limit and that of the whole run in seconds, how many at a time."""

    ssh_config: Path
    user: str
    width: int
    connect: int
    limit: int


def write_run(
    directory: Path, programs: Mapping[str, str], playbooks: Path, reach: Reach, here: Collection[str] = ()
) -> RunFiles:
    """Write inventory, ansible.cfg and one program per host (0600); those in `here` run on this machine."""
    for name in ("programs", "tmp", "home"):
        (directory / name).mkdir(mode=0o700)
    for host, text in programs.items():
        _write(directory / "programs" / host, text)
    variables = {
        "ansible_user": reach.user,
        "ansible_connection": "ssh",
        "ansible_python_interpreter": REMOTE_PYTHON,
        "ansible_ssh_common_args": f"-F {shlex.quote(str(reach.ssh_config.resolve()))}",
        "device_programs": str(directory / "programs"),
        "device_width": reach.width,
        # A little before the run as a whole is ended, so that the hosts that did answer stay known.
        "device_limit": reach.limit - _MARGIN if reach.limit > 2 * _MARGIN else reach.limit,
    }
    local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory = {
        "all": {"hosts": {host: local if host in here else {} for host in sorted(programs)}, "vars": variables}
    }
    files = RunFiles(directory, directory / "hosts.yml", directory / "ansible.cfg", directory / "events")
    _write(files.inventory, yaml.safe_dump(inventory, sort_keys=True, allow_unicode=True))
    roles = playbooks.resolve() / "roles"
    text = _CONFIG.format(
        forks=1, python=REMOTE_PYTHON, roles=roles, directory=directory, connect=reach.connect, plugins=PLUGINS
    )
    _write(files.config, text)
    return files


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    handle = os.open(path.with_name(f".{path.name}"), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    path.with_name(f".{path.name}").replace(path)


def passwords(devices: Iterable[str], vault: Mapping[str, str], outer: Mapping[str, str]) -> dict[str, str]:
    """Each device's password under the name that its session looks for; the environment goes before the vault.

    `vault` is by device, "" for all others. Nobody gets the password of a device that is not among these.
    """
    found = {}
    for device in devices:
        name = variable(device)
        words = (outer.get(name), outer.get(PASSWORD), vault.get(device), vault.get(""))
        if word := next((word for word in words if word), ""):
            found[name] = word
    return found


def clean_environment(wanted: Mapping[str, str], outer: Mapping[str, str], files: RunFiles) -> dict[str, str]:
    """`wanted` (what the runner asks for) without what it only inherited from `outer`, which is the user's own."""
    own = {key: value for key, value in wanted.items() if outer.get(key) != value}
    kept = {key: outer[key] for key in outer if key in _KEEP}
    beside = str(Path(sys.executable).parent)
    return {
        **kept,
        **own,
        "PATH": os.pathsep.join((beside, kept.get("PATH", "/usr/bin:/bin"))),
        "HOME": str(files.directory / "home"),
        "ANSIBLE_CONFIG": str(files.config),
        "ANSIBLE_HOST_KEY_CHECKING": "True",
        # The runner's own display writes a file per event; ours appends to one.
        "ANSIBLE_CALLBACK_PLUGINS": str(PLUGINS / "callback"),
        "ANSIBLE_STDOUT_CALLBACK": "jiyue_events",
        VARIABLE: str(files.events),
        "PYTHONPATH": str(PLUGINS.parents[2]),
        "PYTHONUTF8": "1",
        "LC_ALL": "C.UTF-8",
    }
