"""The firewall's table on the device: replaced in one kernel transaction, read back from the kernel."""

from __future__ import annotations

from ipv6.agent.device import Device
from ipv6.agent.host import Refused, must, read, run, write
from ipv6.drivers.nftables.text import normalise, transaction

STORE = "/etc/jiyue/nftables.conf"


class Nftables(Device):
    """The table `inet jiyue`."""

    def read(self, object: str) -> str:
        done = run(["nft", "list", "table", *object.split()])
        return normalise(done.out) if done.code == 0 else ""

    def check(self, object: str, text: str, commands: str) -> None:
        done = run(["nft", "-c", "-f", "-"], commands)
        if done.code:
            raise Refused(f"nft -c: {done.err.strip().splitlines()[0][:300] if done.err.strip() else done.last}")

    def apply(self, object: str, commands: str) -> None:
        must(["nft", "-f", "-"], commands)

    def restore(self, object: str, text: str) -> None:
        self.apply(object, transaction(text))

    def persist(self, object: str, text: str) -> None:
        write(STORE, transaction(text), 0o600)

    def boot(self) -> None:
        text = read(STORE)
        if text is not None:
            must(["nft", "-f", "-"], text)

    def same(self, live: str, wanted: str) -> bool:
        """Equal as text, or equal once this host's own nft has listed both (another version may spell differently)."""
        return live == wanted or (bool(live) and bool(wanted) and _listed(live) == _listed(wanted))


def _listed(text: str) -> str:
    """How nft here lists `text`, loaded into a network namespace of its own that ends with the command."""
    done = run(["unshare", "--net", "sh", "-c", "nft -f - && nft list table inet jiyue"], text)
    return normalise(done.out) if done.code == 0 else text


DEVICE = Nftables()
