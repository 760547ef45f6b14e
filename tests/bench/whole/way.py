"""An sshd on loopback that stands for every vantage and every site host, and the configuration that reaches it."""

from __future__ import annotations

import subprocess
from pathlib import Path

PORT = 22


def sshd(folder: Path) -> tuple[subprocess.Popen[bytes], Path]:
    """Start it; the process and the client's configuration."""
    folder.mkdir(mode=0o700)
    for name in ("host", "client"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(command, check=True)
    (folder / "authorized_keys").write_bytes((folder / "client.pub").read_bytes())
    host = (folder / "host.pub").read_text(encoding="ascii")
    (folder / "known_hosts").write_text(f"127.0.0.1 {host}", encoding="ascii")
    (folder / "sshd_config").write_text(
        f"""ListenAddress 127.0.0.1:{PORT}
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PidFile none
KexAlgorithms curve25519-sha256
MaxStartups 100:30:200
""",
        encoding="ascii",
    )
    config = folder / "ssh_config"
    config.write_text(
        f"""Host *
    HostName 127.0.0.1
    Port {PORT}
    User root
    IdentityFile {folder}/client
    IdentitiesOnly yes
    IdentityAgent none
    UserKnownHostsFile {folder}/known_hosts
    GlobalKnownHostsFile /dev/null
    StrictHostKeyChecking yes
    BatchMode yes
    LogLevel ERROR
""",
        encoding="ascii",
    )
    Path("/run/sshd").mkdir(exist_ok=True)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["/usr/sbin/sshd", "-D", "-e", "-f", str(folder / "sshd_config")], stdout=log, stderr=log
        )
    return process, config
