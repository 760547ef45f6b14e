"""External peers are asked over each family by itself: one that answers over IPv4 only is not reachable."""

from __future__ import annotations

import asyncio
import socket

from inventory.integrations import Integration
from jiyue.workflow.peers import reach_all


def peer(port: int) -> Integration:
    return Integration.model_validate(
        {
            "id": "identity",
            "title": "t",
            "owner": "o",
            "zone": "exchange",
            "address4": "127.0.0.1",
            "address6": "::1",
            "port": port,
            "clause": "c",
        }
    )


def test_each_family_by_itself() -> None:
    """A listener on 127.0.0.1 alone leaves ::1 with its reason; with both, both answer."""
    with socket.create_server(("127.0.0.1", 0)) as four:
        port = four.getsockname()[1]
        found = asyncio.run(reach_all([peer(port)], 2.0))
        assert [(one.address, one.ok) for one in found] == [("127.0.0.1", True), ("::1", False)]
        assert found[1].reason == "Connection refused"
        with socket.create_server(("::1", port), family=socket.AF_INET6):
            assert all(one.ok for one in asyncio.run(reach_all([peer(port)], 2.0)))
