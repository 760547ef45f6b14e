"""The scripts of a host, read by a real shell."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from lab.hostinit import ENTER, address_batch, init_script, route_batch, sysctl_script
from lab.spec import RouteSpec, ServiceSpec
from lab.ssh import SSHD

from .specs import pair

SERVICES = (
    SSHD,
    ServiceSpec("quote", ("printf", "%s", "it's $HOME; `x`"), mode="once"),
    ServiceSpec("dmz-web", ("nginx",), ready="tcp:443", netns="dmz", user="www-data", timeout=2),
)


@pytest.mark.parametrize("script", [ENTER, init_script(pair().host("right"), SERVICES), sysctl_script(pair().hosts[0])])
def test_the_shell_can_read_it(script: str) -> None:
    done = subprocess.run(["/bin/sh", "-n"], input=script, text=True, capture_output=True, check=False)
    assert done.stderr == ""


def test_words_of_a_service_stay_words() -> None:
    assert """printf %s 'it'"'"'s $HOME; `x`' </dev/null""" in init_script(pair().host("right"), SERVICES)


def test_a_service_gets_its_namespace_user_and_port() -> None:
    script = init_script(pair().host("right"), SERVICES)
    start = "ip netns exec dmz setpriv --reuid=www-data --regid=www-data --init-groups nginx"
    assert f"( {start} </dev/null" in script
    assert 'await dmz-web tcp 01BB "dmz" 40' in script


def test_services_start_in_their_order() -> None:
    script = init_script(pair().host("right"), SERVICES)
    places = [script.index(f"event svc {service.name} starting") for service in SERVICES]
    assert places == sorted(places)


def test_addresses_go_where_their_interface_lives() -> None:
    right = pair().host("right")
    assert address_batch(right, None).splitlines() == [
        "link set dev mgmt0 up",
        "addr add 192.168.240.3/20 dev mgmt0",
        "link set dev eth0 up",
        "addr add 10.0.0.2/30 dev eth0",
        "addr add 3fff:10::2/64 dev eth0 nodad",
    ]
    assert address_batch(right, "dmz").splitlines() == ["link set dev eth0 up", "addr add 10.1.0.1/24 dev eth0"]


def test_routes_are_repeatable_and_of_their_family() -> None:
    routes = (
        RouteSpec("default via 10.0.0.1"),
        RouteSpec("default via 3fff:10::1"),
        RouteSpec("default via 10.1.0.9", "dmz"),
    )
    right = replace(pair().host("right"), routes=routes)
    assert route_batch(right, None) == "route replace default via 10.0.0.1\nroute replace default via 3fff:10::1\n"
    assert route_batch(right, "dmz") == "route replace default via 10.1.0.9\n"


def test_forwarding_and_families_follow_the_host() -> None:
    script = sysctl_script(replace(pair().hosts[0], disable6=True))
    assert "echo 1 > /proc/sys/net/ipv4/ip_forward" in script
    assert "echo 0 > /proc/sys/net/ipv6/conf/all/forwarding" in script
    assert "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6" in script


def test_readiness_reads_the_kernels_own_tables(tmp_path: Path) -> None:
    """The shell function finds a listening port and does not find a closed one."""
    import socket

    functions = init_script(pair().hosts[0], ()).partition("mkdir -p /run/lab")[0]
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        ask = f'{functions}\nis_ready tcp {port:04X} ""'
        assert subprocess.run(["/bin/sh", "-c", ask], check=False).returncode == 0
    assert subprocess.run(["/bin/sh", "-c", ask], check=False).returncode == 1
    there = f"{functions}\nis_ready file {tmp_path} ''"
    assert subprocess.run(["/bin/sh", "-c", there], check=False).returncode == 0
