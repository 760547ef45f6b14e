"""SSH on both ends, as OpenSSH itself reads it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from lab.keys import host_keys, new_pair
from lab.ssh import SshPaths, client_config, known_hosts, server_files

from .specs import pair


def _paths(tmp_path: Path) -> SshPaths:
    return SshPaths(tmp_path / "ssh_config", tmp_path / "a key", tmp_path / "known_hosts", Path("/run/jiyue-12345678"))


def test_openssh_reads_the_client_config(tmp_path: Path) -> None:
    paths = _paths(tmp_path)
    paths.config.write_text(client_config(pair(), paths, 4711))
    done = subprocess.run(["ssh", "-G", "-F", str(paths.config), "right"], capture_output=True, text=True, check=True)
    options = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert options["hostname"] == "192.168.240.3"
    assert options["user"] == "root"
    assert options["identityfile"] == str(tmp_path / "a key")
    assert options["stricthostkeychecking"] == "true"
    assert options["passwordauthentication"] == "no"
    assert options["proxycommand"] == "nsenter --target 4711 --net --pid nc -N %h %p"
    # The socket gets a random suffix of 17 while it is made; 107 bytes is what the kernel takes.
    assert len(options["controlpath"]) + 17 <= 107


def test_known_hosts_hold_every_hosts_own_key() -> None:
    keys = host_keys(["left", "right"])
    lines = known_hosts(pair(), keys).splitlines()
    assert lines == [f"192.168.240.2 {keys['left'].public}", f"192.168.240.3 {keys['right'].public}"]
    assert keys["left"].public != keys["right"].public


def test_ssh_keygen_agrees_that_the_two_halves_belong_together(tmp_path: Path) -> None:
    key = new_pair("x")
    (tmp_path / "key").touch(mode=0o600)
    (tmp_path / "key").write_text(key.private)
    done = subprocess.run(["ssh-keygen", "-y", "-f", str(tmp_path / "key")], capture_output=True, text=True, check=True)
    assert key.public.split()[:2] == done.stdout.split()[:2]
    assert key.private not in repr(key)


def test_sshd_listens_on_the_management_address_only_and_takes_keys_only() -> None:
    files = {
        file.path.rsplit("/", 1)[1]: file for file in server_files(pair().hosts[0], new_pair("h"), "ssh-ed25519 A c")
    }
    config = files["sshd_config"].text.splitlines()
    assert [line for line in config if line.startswith("ListenAddress")] == ["ListenAddress 192.168.240.2:22"]
    assert {"PasswordAuthentication no", "KbdInteractiveAuthentication no", "UsePAM no"} <= set(config)
    assert files["host_ed25519"].mode == files["authorized_keys"].mode == 0o600
