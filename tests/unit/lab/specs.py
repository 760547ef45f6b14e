"""Specs small enough to read, for the unit tests."""

from __future__ import annotations

from lab.spec import ControlPlaneSpec, HostSpec, InterfaceSpec, LabSpec, LinkSpec, NodeSpec

PLANE = ControlPlaneSpec(
    service_cidrs=("10.96.0.0/16", "3fff:10:f000::/112"),
    nodes=(NodeSpec("node-1", ("10.97.0.0/18", "3fff:10:f001::/64"), ("10.98.0.1", "3fff:10:f002::1")),),
)


def pair() -> LabSpec:
    """Two hosts on one link, the second with a named namespace on a lan."""
    left = HostSpec(
        "left", "192.168.240.2/20", forward4=True, interfaces=(InterfaceSpec("eth0", "wire", ("10.0.0.1/30",)),)
    )
    right = HostSpec(
        "right",
        "192.168.240.3/20",
        interfaces=(
            InterfaceSpec("eth0", "wire", ("10.0.0.2/30", "3fff:10::2/64")),
            InterfaceSpec("eth0", "hall", ("10.1.0.1/24",), netns="dmz"),
        ),
    )
    return LabSpec("pair", (left, right), (LinkSpec("wire"), LinkSpec("hall", "lan", mtu=1400)), PLANE)
