"""A context that reaches another city's cluster is refused, whatever it is called."""

from __future__ import annotations

import pytest

from infra.identity import Claim, check, claims, cluster_uid
from infra.live import Snapshot
from inventory.errors import EnvironmentFailed, GateError
from tests.unit.infra.test_live import KINDS, FakeCluster, cluster

MINE = Claim("hunan", "field", "changsha")


def test_the_first_up_and_every_later_one_on_the_own_cluster() -> None:
    """No claim yet, then the own one, beside those that share the context."""
    check(MINE, ["changsha"], (), "1", "", "stack changsha")
    check(MINE, ["changsha"], (MINE,), "1", "1", "stack changsha")
    other = Claim("hunan", "field", "zhuzhou")
    check(MINE, ["changsha", "zhuzhou"], (MINE, other), "1", "1", "stack changsha")


@pytest.mark.parametrize(
    ("found", "uid", "words"),
    [
        ((), "2", "another cluster .UID 2. than its last up .1."),
        ((Claim("hunan", "field", "zhuzhou"),), "1", "claimed by zhuzhou"),
        ((Claim("hunan", "lab", "changsha"),), "1", r"claimed by changsha \(hunan, lab\)"),
        ((Claim("jiangxi", "field", "changsha"),), "1", "claimed by changsha"),
        ((Claim("?", "?", "?"),), "1", "claimed by"),
    ],
)
def test_another_cluster_is_refused(found: tuple[Claim, ...], uid: str, words: str) -> None:
    """Exit code 3, with both identities in the message."""
    with pytest.raises(GateError, match=words):
        check(MINE, ["changsha"], found, uid, "1", "stack changsha")


def test_the_claim_of_a_stack_is_read_back() -> None:
    """What the stack declares is what the next run finds."""
    assert claims(Snapshot(cluster(), KINDS)) == (Claim("hunan", "lab", "changsha"),)


def test_a_cluster_without_an_identity_is_an_error() -> None:
    """Never taken for the right one."""
    with pytest.raises(EnvironmentFailed, match="kube-system"):
        cluster_uid(Snapshot(FakeCluster({}), KINDS), "stack changsha")
