"""A busy port is one clear error that names who has it."""

from __future__ import annotations

import os
import socket

from lab.ports import busy


def test_a_free_port_is_no_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert busy({"etcd": port}) == []


def test_a_busy_port_names_its_place_the_component_and_the_process() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        (error,) = busy({"kube-apiserver": port})
    assert error.place == f"127.0.0.1:{port}"
    assert error.cause.startswith("needed by kube-apiserver, but it is in use by ")
    assert f"(pid {os.getpid()})" in error.cause
    assert error.fix and error.exit_code == 4


def test_a_port_taken_on_every_address_is_busy_too() -> None:
    with socket.create_server(("0.0.0.0", 0)) as server:
        assert len(busy({"etcd": server.getsockname()[1]})) == 1
