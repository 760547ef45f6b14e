"""What an API server's answers lead to, whatever carried them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from infra import cluster
from infra.live import Absent
from inventory.errors import EnvironmentFailed


class Server(cluster.ApiServer):
    """One that gives these answers one after another."""

    def __init__(self, *statuses: int) -> None:
        self._place, self.asked, self._answers = "kubeconfig (x)", 0, iter(statuses)

    def _once(self, method: str, path: str, body: str | None) -> tuple[int, bytes]:
        self.asked += 1
        return next(self._answers), b'{"items": []}'


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Time that passes by waiting only."""
    now = [0.0]
    steps = SimpleNamespace(monotonic=lambda: now[0], sleep=lambda seconds: now.__setitem__(0, now[0] + seconds))
    monkeypatch.setattr(cluster, "time", steps)
    return now


@pytest.mark.parametrize("busy", [503, 429])
def test_a_server_that_is_busy_is_asked_again(busy: int) -> None:
    """Just started it says that it is ready while the kinds of its definitions still answer 503."""
    server = Server(busy, busy, busy, 200)
    assert server.get("/apis/gateway.networking.k8s.io/v1/gateways") == {"items": []}
    assert server.asked == 4


def test_a_server_that_stays_busy_is_an_error_in_the_end(clock: list[float]) -> None:
    server = Server(*[503] * 100)
    with pytest.raises(EnvironmentFailed, match="/x answers 503"):
        server.get("/x")
    assert clock[0] == pytest.approx(cluster.PATIENCE, abs=2 * cluster.PAUSE)


@pytest.mark.parametrize(("status", "error"), [(404, Absent), (401, EnvironmentFailed), (500, EnvironmentFailed)])
def test_other_answers_are_final(status: int, error: type[Exception]) -> None:
    server = Server(status, 200)
    with pytest.raises(error, match=f"/x answers {status}"):
        server.get("/x")
    assert server.asked == 1


def test_a_write_is_sent_once() -> None:
    server = Server(503, 200)
    with pytest.raises(EnvironmentFailed, match="503"):
        server.own("/x", [])
    assert server.asked == 1
