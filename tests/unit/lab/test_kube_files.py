"""The control plane's command lines and keys."""

from __future__ import annotations

import base64
import json
import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from inventory.errors import EnvironmentFailed
from lab.control_plane import check
from lab.kube_api import node_object
from lab.kube_files import commands, start_script, write_keys

from .specs import PLANE

BINARIES = SimpleNamespace(
    etcd=Path("/x/etcd"),
    kube_apiserver=Path("/x/kube-apiserver"),
    kube_controller_manager=Path("/x/kube-controller-manager"),
    kube_scheduler=Path("/x/kube-scheduler"),
    kwok=Path("/x/kwok"),
    kwok_stages=Path("/x/stages"),
    gateway_crds=Path("/x/crds"),
)
COMMANDS = commands(PLANE, BINARIES, [Path("/x/stages/a.yaml")], Path("/base"))


@pytest.mark.parametrize("name", COMMANDS)
def test_everything_listens_on_loopback(name: str) -> None:
    listening = [
        word for word in COMMANDS[name] if "listen" in word or "bind-address" in word or "server-address" in word
    ]
    assert listening
    assert all("127.0.0.1" in word for word in listening)


def test_the_service_range_has_both_families() -> None:
    assert "--service-cluster-ip-range=10.96.0.0/16,3fff:10:f000::/112" in COMMANDS["kube-apiserver"]


def test_no_secret_stands_on_a_command_line() -> None:
    assert not [word for argv in COMMANDS.values() for word in argv if "PRIVATE" in word or "token" in word]


def test_the_shell_can_read_the_start_script() -> None:
    script = start_script(COMMANDS, Path("/base dir"), Path("/log dir"))
    done = subprocess.run(["/bin/sh", "-n"], input=script, text=True, capture_output=True, check=False)
    assert done.stderr == ""
    assert script.startswith("read -r _ || exit 0\n")


def test_keys_and_kubeconfigs_are_private_and_complete(tmp_path: Path) -> None:
    admin = write_keys(tmp_path / "pki", "https://127.0.0.1:1", "x.svc", datetime.now(UTC))
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "pki").iterdir()}
    config = json.loads((tmp_path / "pki" / "admin.kubeconfig").read_text())
    assert config["clusters"][0]["cluster"]["server"] == "https://127.0.0.1:1"
    held = base64.b64decode(config["users"][0]["user"]["client-certificate-data"]).decode()
    assert held == admin.certificate
    named = {word.partition("=")[2] for argv in COMMANDS.values() for word in argv if "/base/pki/" in word}
    missing = [name for name in named if not (tmp_path / "pki" / Path(name).name).is_file()]
    assert missing == []


def test_a_node_has_a_pod_range_of_each_family() -> None:
    node = node_object(PLANE.nodes[0])
    assert node["spec"]["podCIDRs"] == ["10.97.0.0/18", "3fff:10:f001::/64"]
    assert node["status"]["addresses"][0] == {"type": "InternalIP", "address": "10.98.0.1"}


def test_missing_programs_are_all_named_before_anything_starts() -> None:
    with pytest.raises(EnvironmentFailed) as caught:
        check(PLANE, BINARIES)
    places = [line.place for line in caught.value.lines]
    assert {"lab: etcd", "lab: kube-apiserver", "lab: kwok", "lab: Gateway API"} <= set(places)
    assert all("jiyue engine install" in line.fix for line in caught.value.lines if line.place.startswith("lab:"))
