"""The real answers: sockets, folders and namespaces of the machine that runs the tests."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from jiyue.doctor.machine import ThisMachine
from jiyue.doctor.model import FEATURES, NODE_FEATURES
from lab.groups import ROOT

ALL = {**FEATURES, **NODE_FEATURES}


@pytest.mark.parametrize(
    ("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")]
)
def test_busy_port_names_its_process(family: socket.AddressFamily, address: str) -> None:
    with socket.socket(family) as server:
        server.bind((address, 0))
        server.listen()
        port = server.getsockname()[1]
        name = Path("/proc/self/comm").read_text().strip()
        assert ThisMachine().port_holder(port) == f"{name} (pid {os.getpid()})"
    assert ThisMachine().port_holder(port) is None


def test_port_of_a_closed_connection_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            accepted, _ = server.accept()
            accepted.close()  # closed by the server first: its side stays in TIME_WAIT
    assert ThisMachine().port_holder(port) is None


def test_writing_is_tried_in_the_nearest_folder_and_leaves_nothing(tmp_path: Path) -> None:
    assert ThisMachine().write_trouble(tmp_path / "not" / "yet") is None
    assert list(tmp_path.iterdir()) == []
    assert ThisMachine().write_trouble(Path("/sys/kernel")) is not None


def test_free_space_and_memory_are_plausible(tmp_path: Path) -> None:
    assert ThisMachine().free_bytes(tmp_path / "not" / "yet") > 0
    total = int(Path("/proc/meminfo").read_text().split()[1]) * 1024
    assert 0 < ThisMachine().memory_bytes() <= total * 1.1


def test_program_is_found_elsewhere_on_the_path_too() -> None:
    assert ThisMachine().has_file("/nowhere/bin/sh")
    assert not ThisMachine().has_file("/nowhere/bin/jiyue-no-such-program")
    assert not ThisMachine().has_file("/nowhere/sh")


def test_everything_is_missing_from_an_empty_tools_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PULUMI_HOME", raising=False)
    assert "kubernetes" in ThisMachine().missing_engines(tmp_path)
    assert "kube-router" in ThisMachine().absent_engines(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.lab
@pytest.mark.parametrize("name", ALL)
def test_kernel_feature_works_here_and_stays_in_its_namespace(name: str) -> None:
    before = sorted(os.listdir("/sys/class/net"))  # noqa: PTH208
    assert ThisMachine().feature_trouble(ALL[name][0]) is None
    assert sorted(ROOT.glob("*/*trial")) == []
    assert sorted(os.listdir("/sys/class/net")) == before  # noqa: PTH208


@pytest.mark.lab
def test_first_words_of_a_failed_trial_are_the_reason() -> None:
    assert ThisMachine().feature_trouble("echo because >&2; echo more >&2; exit 3") == "because"
    assert ThisMachine().feature_trouble("exit 3") == "exit code 3"
