"""Opens an Ansible Vault file: `ansible-vault` decrypts it into this process's memory, nothing plain is written."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from inventory.errors import EnvironmentFailed, InputError, Problems

FILE, PASSWORD, PASSWORD_FILE = "JIYUE_VAULT", "JIYUE_VAULT_PASSWORD", "JIYUE_VAULT_PASSWORD_FILE"
MAX_BYTES = 1 << 20
MARK = b"$ANSIBLE_VAULT;"
SECONDS = 60
_DEVICE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_SAY = '#!/bin/sh\nprintf %s "$JIYUE_VAULT_PASSWORD"\n'
"""What ansible-vault runs for the password; it holds none itself."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the vault holds; its text is never shown.

    `passwords` by device, "" for every device without one of its own; `keys` are private SSH keys in OpenSSH's form.
    """

    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)
    keys: tuple[str, ...] = field(default=(), repr=False)


def load(default: Path, environment: Mapping[str, str]) -> Secrets:
    """The secrets of JIYUE_VAULT, else of `default` when there is such a file, else none.

    InputError for a file that is not encrypted or holds something else; EnvironmentFailed when it cannot be opened.
    """
    named = environment.get(FILE, "")
    path = Path(named) if named else default
    if not named and not path.exists():
        return Secrets()
    place = str(path)
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise EnvironmentFailed(place, f"the vault cannot be read: {error.strerror}", f"see {FILE}") from error
    if not raw.startswith(MARK):
        raise InputError(place, "it is not encrypted", f"run: ansible-vault encrypt {path.name}")
    if len(raw) > MAX_BYTES:
        raise InputError(place, f"it has more than {MAX_BYTES} bytes", "a vault holds passwords and keys only")
    return parse(_decrypted(raw, place, environment), place)


def _decrypted(raw: bytes, place: str, environment: Mapping[str, str]) -> bytes:
    """The plain bytes; ansible-vault reads the file's own and gives them back on its standard output."""
    given = environment.get(PASSWORD_FILE, "")
    if not given and PASSWORD not in environment:
        raise EnvironmentFailed(place, "its password is not given", f"set {PASSWORD_FILE} or {PASSWORD}")
    with tempfile.TemporaryDirectory(prefix="jiyue-vault-") as folder:
        copy, script, settings = Path(folder, "vault"), Path(folder, "password"), Path(folder, "ansible.cfg")
        copy.write_bytes(raw)
        script.write_text(_SAY, encoding="ascii")
        script.chmod(0o700)
        settings.touch()  # the user's own settings take no part
        tool = Path(sys.executable).with_name("ansible-vault")
        argv = [
            str(tool),
            "decrypt",
            "--output=-",
            "--vault-password-file",
            str(Path(given or script).absolute()),
            str(copy),
        ]
        own = {key: environment[key] for key in ("PATH", PASSWORD) if key in environment}
        try:
            done = subprocess.run(
                argv, env={**own, "HOME": folder, "ANSIBLE_CONFIG": str(settings), "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EnvironmentFailed(place, f"ansible-vault: {type(error).__name__}", "see that it runs") from None
    if done.returncode:
        said = [line for line in done.stderr.decode(errors="replace").splitlines() if "ERROR" in line]
        cause = said[0].partition("]: ")[2] or said[0] if said else f"ansible-vault ended with {done.returncode}"
        raise EnvironmentFailed(place, cause.replace(str(copy), path_name(place))[:300], f"see {PASSWORD_FILE}")
    return done.stdout


def path_name(place: str) -> str:
    """The file's name alone."""
    return Path(place).name


def parse(plain: bytes, place: str) -> Secrets:
    """The values of a decrypted file; no message ever repeats one of them. Problems for everything that is wrong."""
    try:
        data = yaml.safe_load(plain)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{place}:{mark.line + 1}" if mark else place
        raise InputError(where, "what it holds is no YAML", f"run: ansible-vault edit {path_name(place)}") from None
    found: list[InputError] = []
    if not isinstance(data, dict):
        raise InputError(place, "what it holds is no mapping", "write passwords: and ssh_keys:")
    for key in data:
        if key not in ("passwords", "ssh_keys"):
            found.append(InputError(place, f"unknown key {_shown(key)}", "known are passwords and ssh_keys"))
    passwords = _passwords(data.get("passwords") or {}, place, found)
    keys = _keys(data.get("ssh_keys") or [], place, found)
    if found:
        raise Problems(found)
    return Secrets(passwords, keys)


def _shown(key: Any) -> str:
    """A key as a name; anything that is not one may be a secret in the wrong place."""
    return key if isinstance(key, str) and re.fullmatch(r"[a-z_]{1,24}", key) else "(not shown)"


def _passwords(raw: Any, place: str, found: list[InputError]) -> dict[str, str]:
    if not isinstance(raw, dict):
        found.append(InputError(place, "passwords is no mapping", "write one line for each device: NAME: PASSWORD"))
        return {}
    for device, word in raw.items():
        if not isinstance(device, str) or not _DEVICE.fullmatch(device):
            found.append(InputError(place, "passwords names something that is no device", "write a device's name"))
        elif not isinstance(word, str) or not word or any(ord(sign) < 32 for sign in word):
            found.append(InputError(place, f"the password of {device} is no line of text", "put it in quotes"))
    return {("" if device == "default" else device): word for device, word in raw.items()}


def _keys(raw: Any, place: str, found: list[InputError]) -> tuple[str, ...]:
    if not isinstance(raw, list):
        found.append(InputError(place, "ssh_keys is no list", "write a list of private keys, each as a block"))
        return ()
    for number, one in enumerate(raw, 1):
        if not isinstance(one, str) or not one.startswith("-----BEGIN OPENSSH PRIVATE KEY-----"):
            cause = f"number {number} of ssh_keys is no private key in OpenSSH's form"
            found.append(InputError(place, cause, "put the text of the key there as a block"))
    return tuple(one if one.endswith("\n") else f"{one}\n" for one in raw if isinstance(one, str))
