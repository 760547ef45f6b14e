"""The model against the real things: seeded cases on the kernel's nftables and on FRR's daemons. Needs root."""

from __future__ import annotations

import random

from tests.drivers.sandbox import Sandbox
from tests.unit.precheck import replay_frr, replay_nft
from tests.unit.precheck.mistakes import NFT
from tests.unit.precheck.world import Site, world

WORLD = world((Site(1, "frr"), Site(2, "frr")))


def test_the_kernel_passes_and_drops_what_the_model_says() -> None:
    rng = random.Random(7)
    with Sandbox("nft") as host:
        kernel = replay_nft.Kernel(host, WORLD, "fw1")
        for change in replay_nft.cases(rng, WORLD, "fw1", 7):
            kernel.load(change.text)
            sent = replay_nft.packets(rng, WORLD, "fw1", change, 60)
            real, told = kernel.send(sent), replay_nft.predicted(WORLD, "fw1", change.text, sent)
            assert [row for row in zip(sent, real, told, strict=True) if row[1] != row[2]] == [], change
        kernel.load(WORLD.after["fw1"][NFT])
        good = replay_nft.packets(rng, WORLD, "fw1", change, 200)
        assert any(kernel.send(good)), "no packet came through: the replay shows nothing"


def test_frr_routes_as_the_model_says() -> None:
    rng = random.Random(3)
    with Sandbox("frr") as host:
        routers = replay_frr.Routers(host, WORLD)
        assert routers.agree(60) == {}
        assert len(routers.real()) > 60
        # The neighbour stays one over link-local addresses, and tells the network that the core has no address in.
        for change in (replay_frr.without(WORLD, "core", " ipv6 address 3fff:10:100:1::2/127"),
                       *replay_frr.cases(rng, WORLD, 3)):  # fmt: skip
            assert replay_frr.replay(routers, change) == {}, change
