"""The device's own word on how it was reached: over its management port, through real SSH and Ansible."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ipv6.apply import payload
from ipv6.apply.observe import Via, observe
from ipv6.apply.transport import AnsibleTransport
from lab.runtime import down, up
from tests.lab import small

pytestmark = pytest.mark.lab
PLAYBOOKS = Path(__file__).resolve().parents[2] / "playbooks"


@pytest.fixture
def transport(tmp_path: Path) -> Iterator[AnsibleTransport]:
    """Two of the small lab's hosts."""
    up(small.spec(), tmp_path / "state")
    yield AnsibleTransport(tmp_path / "state" / "ssh_config", tmp_path / "runs", PLAYBOOKS)
    down(tmp_path / "state")


def test_reached_over_the_management_port(transport: AnsibleTransport) -> None:
    found = observe(transport, [payload.Wanted("web"), payload.Wanted("r1")])
    assert not found.failed
    assert found.via == {"web": Via("192.168.240.21", "mgmt0"), "r1": Via("192.168.240.11", "mgmt0")}
