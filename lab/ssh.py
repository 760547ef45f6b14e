"""The two ends of SSH in a lab as text: how the controller gets in, and what sshd on a host allows."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .keys import KeyPair
from .spec import FileSpec, HostSpec, LabSpec, ServiceSpec

_ETC = "/run/lab/ssh"


@dataclass(frozen=True, slots=True)
class SshPaths:
    """Where the controller's side lives; `control` is short because a socket path ends at 108 bytes."""

    config: Path
    identity: Path
    known_hosts: Path
    control: Path


def mgmt_address(host: HostSpec) -> str:
    """The management address without its prefix length."""
    return host.mgmt4.partition("/")[0]


def client_config(spec: LabSpec, paths: SshPaths, supervisor_pid: int) -> str:
    """An ssh_config for every host of the lab.

    The proxy runs inside the lab's network and process namespaces, so it (and with it the shared connection) ends when
    the lab ends. Nothing of the user's own SSH configuration or agent is used.
    """
    lines = ["# Written by the lab; valid until it goes down.", ""]
    for host in spec.hosts:
        lines += [f"Host {host.name}", f"    HostName {mgmt_address(host)}"]
    proxy = f"nsenter --target {supervisor_pid} --net --pid nc -N %h %p"
    lines += [
        "",
        "Host *",
        "    User root",
        f"    IdentityFile {_quoted(paths.identity)}",
        "    IdentitiesOnly yes",
        "    IdentityAgent none",
        f"    UserKnownHostsFile {_quoted(paths.known_hosts)}",
        "    GlobalKnownHostsFile /dev/null",
        "    StrictHostKeyChecking yes",
        "    UpdateHostKeys no",
        "    BatchMode yes",
        "    PasswordAuthentication no",
        "    ConnectTimeout 10",
        "    ServerAliveInterval 5",
        "    ServerAliveCountMax 3",
        "    ControlMaster auto",
        "    ControlPersist 120",
        f"    ControlPath {_quoted(paths.control)}/%C",
        "    LogLevel ERROR",
        f"    ProxyCommand {proxy}",
        "",
    ]
    return "\n".join(lines)


def _quoted(path: Path) -> str:
    text = str(path).replace("%", "%%")
    return f'"{text}"' if shlex.quote(text) != text else text


def known_hosts(spec: LabSpec, keys: Mapping[str, KeyPair]) -> str:
    """One line per host, by management address."""
    lines = (f"{mgmt_address(host)} {keys[host.name].public}\n" for host in spec.hosts)
    return "".join(lines)


def server_files(host: HostSpec, key: KeyPair, controller: str) -> tuple[FileSpec, ...]:
    """What sshd on `host` needs: its key, the controller's public key and a configuration."""
    config = [
        f"ListenAddress {mgmt_address(host)}:22",
        f"HostKey {_ETC}/host_ed25519",
        f"AuthorizedKeysFile {_ETC}/authorized_keys",
        "PermitRootLogin prohibit-password",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "UsePAM no",
        "UseDNS no",
        "X11Forwarding no",
        *_forwarding(host),
        "PrintMotd no",
        # sntrup761, the default, takes ten times the processor time of X25519 on both sides; nothing here is secret.
        "KexAlgorithms curve25519-sha256,curve25519-sha256@libssh.org",
        "MaxStartups 100:30:200",
        "MaxSessions 100",
        "PidFile /run/sshd.pid",
        "Subsystem sftp internal-sftp",
        "",
    ]
    return (
        FileSpec(f"{_ETC}/", mode=0o700),
        FileSpec(f"{_ETC}/host_ed25519", key.private, 0o600),
        FileSpec(f"{_ETC}/authorized_keys", f"{controller}\n", 0o600),
        FileSpec(f"{_ETC}/sshd_config", "\n".join(config)),
    )


def _forwarding(host: HostSpec) -> tuple[str, ...]:
    """A name server takes record sets at its own loopback port 53; nothing else is reached through SSH."""
    if any(service.name == "knotd" for service in host.services):
        return ("AllowTcpForwarding local", "PermitOpen 127.0.0.1:53")
    return ("AllowTcpForwarding no",)


SSHD = ServiceSpec("sshd", ("/usr/sbin/sshd", "-D", "-e", "-f", f"{_ETC}/sshd_config"), ready="tcp:22")
