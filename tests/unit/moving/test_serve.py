"""An nginx of its own on loopback: a new configuration counts as taken when nobody serves the old one any more."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ipv6.agent.sockets import listening
from jiyue.moving.agent import serve


@pytest.fixture
def nginx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A running one's configuration, which includes site.conf beside it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    pid, conf = tmp_path / "pid", tmp_path / "nginx.conf"
    conf.write_text(
        f"pid {pid};\nerror_log stderr;\nevents {{}}\nhttp {{ access_log off;"
        f" server {{ listen 127.0.0.1:{port}; include {tmp_path}/site.conf; }} }}\n"
    )
    (tmp_path / "site.conf").write_text('return 200 "before";\n')
    subprocess.run(["nginx", "-c", conf, "-p", tmp_path, "-e", "stderr"], check=True)
    monkeypatch.setattr(serve, "PID", str(pid))
    master = int(pid.read_text())
    while not serve._children(master):
        time.sleep(0.02)
    yield conf
    os.kill(master, signal.SIGTERM)
    while pid.exists():
        time.sleep(0.02)


def test_a_worker_that_still_takes_requests_is_waited_for(nginx: Path) -> None:
    """It would serve a moved site with the certificate of another."""
    (worker,) = serve._children(int(Path(serve.PID).read_text()))
    (nginx.parent / "site.conf").write_text('return 200 "after";\n')
    os.kill(int(worker), signal.SIGSTOP)
    with ThreadPoolExecutor() as pool:
        try:
            done = pool.submit(serve.reload)
            time.sleep(0.5)
            assert not done.done()
        finally:
            os.kill(int(worker), signal.SIGCONT)
        done.result()
    assert worker not in {
        child for child in serve._children(int(Path(serve.PID).read_text())) if listening("tcp", child)
    }


def test_what_nginx_does_not_take_is_put_back(nginx: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own check may be content with what it then cannot do."""
    monkeypatch.setattr(serve, "_WAIT", 0.3)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, "", ""))
    site = nginx.parent / "site.conf"
    done = serve.put([[str(site), "no such directive;\n", 0o644]])
    assert done == {"refused": f"{serve.PID}: nginx still serves what it read before"}
    assert site.read_text() == 'return 200 "before";\n'
