"""Reads the BGP view of VRP and Comware; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ipv6.drivers.spelling import port_name
from ipv6.precheck.model import Bgp, Peer
from ipv6.precheck.numbers import BadNumber, address, mask_length, span

Inner = Sequence[tuple[str, Sequence[str]]]
_TAKES = {"direct": "connected", "static": "static", "ospf": "ospf", "ospfv3": "ospf", "isis": "isis"}
_SILENT = ("description", "timer", "password", "keychain", "log-change", "ebgp-max-hop", "valid-ttl-hops")


class BgpReader:
    """Collects one BGP process line by line."""

    def __init__(self, kind: str, asn: int) -> None:
        # VRP exchanges IPv4 with every peer unless told otherwise; Comware with none until told.
        self.default4 = kind == "huawei_vrp"
        self.asn, self.router_id = asn, 0
        self.peers: dict[str, Peer] = {}
        self.networks: set[tuple[int, int, int, int]] = set()
        self.takes: set[tuple[int, str]] = set()
        self.unknown: list[str] = []
        self.left_out: list[str] = []

    def result(self) -> Bgp:
        """The process as a value."""
        return Bgp(
            self.asn, self.router_id, tuple(self.peers.values()), frozenset(self.networks), frozenset(self.takes)
        )

    def line(self, text: str, inner: Inner) -> None:
        """One line of the view with what is under it."""
        try:
            self._line(text, inner)
        except (BadNumber, ValueError, KeyError, IndexError):
            self.unknown.append(f"bgp {self.asn}: {text}")

    def _line(self, text: str, inner: Inner) -> None:
        match text.split():
            case ["router-id", number]:
                self.router_id = address(number)[1]
            case ["undo", "default", "ipv4-unicast"]:
                self.default4 = False
                self.peers = {name: replace(peer, active=frozenset()) for name, peer in self.peers.items()}
            case ["peer", name, "as-number", asn]:
                version, value = address(name)
                active = frozenset({4}) if self.default4 and version == 4 else frozenset[int]()
                self.peers[name] = Peer(version, value, int(asn), active=active)
            case ["peer", name, "connect-interface", *port]:
                self.peers[name] = replace(self.peers[name], source=port_name(" ".join(port)))
            case ["peer", _, word, *_] if word in _SILENT:
                pass
            case ["ipv4-family", "unicast"] | ["address-family", "ipv4", "unicast"]:
                self._family(4, text, inner)
            case ["ipv6-family", "unicast"] | ["address-family", "ipv6", "unicast"]:
                self._family(6, text, inner)
            case ["ipv4-family" | "ipv6-family", "vpn-instance", *_] | ["ip", "vpn-instance", _]:
                self.left_out.append(f"bgp {self.asn}: {text}")
            case ["ipv4-family" | "ipv6-family", "vpnv4" | "vpnv6", *_] | ["address-family", "vpnv4" | "vpnv6"]:
                self.left_out.append(f"bgp {self.asn}: {text}")
            case _:
                raise ValueError(text)

    def _family(self, version: int, where: str, inner: Inner) -> None:
        for text, _ in inner:
            try:
                self._inside(version, text)
            except (BadNumber, ValueError, KeyError, IndexError):
                self.unknown.append(f"bgp {self.asn}: {where}: {text}")

    def _inside(self, version: int, text: str) -> None:
        match text.split():
            case ["network", number, mask]:
                self._network(version, number, mask_length(mask))
            case ["network", number] if version == 4:
                self._network(version, number, 32)
            case ["import-route", what, *_]:
                self.takes.add((version, _TAKES[what]))
            case ["peer", name, "enable"]:
                self._set(name, active=self.peers[name].active | {version})
            case ["undo", "peer", name, "enable"]:
                self._set(name, active=self.peers[name].active - {version})
            case ["peer", name, "reflect-client"]:
                self._set(name, client=self.peers[name].client | {version})
            case ["peer", name, "next-hop-local"]:
                self._set(name, self_hop=self.peers[name].self_hop | {version})
            case ["peer", name, "ip-prefix" | "ipv6-prefix" | "prefix-list", listed, "import"]:
                self._set(name, imports=self.peers[name].imports | {(version, listed)})
            case ["peer", name, "ip-prefix" | "ipv6-prefix" | "prefix-list", listed, "export"]:
                self._set(name, exports=self.peers[name].exports | {(version, listed)})
            case ["undo", "synchronization"] | ["peer", _, "description" | "advertise-community", *_]:
                pass
            case _:
                raise ValueError(text)

    def _network(self, version: int, number: str, length: int) -> None:
        self.networks.add((version, *span(version, address(number)[1], length), length))

    def _set(self, name: str, **values: object) -> None:
        self.peers[name] = replace(self.peers[name], **values)  # type: ignore[arg-type]
