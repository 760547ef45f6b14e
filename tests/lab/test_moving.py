"""Moves on a lab of their own: real nginx, real name servers, real disks that are too small."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from inventory.errors import GateError
from jiyue.moving import edge, flow
from jiyue.moving.model import BACK, MOVED, PHASES, RETIRED, UNMOVED
from jiyue.workflow.tampering import check
from tests.lab.moving import MOVE, NEW4, ROOT, Ground, up

pytestmark = pytest.mark.lab
TREE = f"/var/www/{MOVE.site}"
START = 1.5
"""Seconds until the program has loaded what it needs, about."""


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with up(tmp_path_factory.mktemp("moving")) as found:
        yield found


@pytest.fixture(autouse=True)
def unmoved(ground: Ground) -> Iterator[None]:
    """Whatever a test left, the next one finds the site where it was."""
    yield
    flow.go_back(ground.mover(), MOVE)
    ground.on("new", f"rm -rf /srv/library /srv/releases /srv/sites /srv/tiny/* {edge.FOLDER}")
    ground.forget()


def addresses(ground: Ground) -> set[str]:
    script = f"import socket;print(*{{a[4][0] for a in socket.getaddrinfo({MOVE.site!r},443)}})"
    return set(ground.client(f'python3 -c "{script}"').split())


def test_a_site_moves_is_kept_as_it_is_goes_back_and_retires_its_old_host(ground: Ground) -> None:
    done = flow.migrate(ground.mover(), MOVE)
    assert done.state == MOVED and done.done == PHASES and done.facts["files"] == 19
    assert addresses(ground) == {MOVE.address4, MOVE.address6}
    assert flow.migrate(ground.mover(), MOVE) == done  # again: nothing to do
    serve = ground.client(f"curl -s -o /dev/null -w '%{{http_code}}' -6 https://{MOVE.site}/zwdt")
    assert serve == "301"
    assert ground.client(f"curl -s -o /dev/null -w '%{{http_code}}' -X TRACE https://{MOVE.site}/") == "405"

    retired = flow.retire(ground.mover(), MOVE)
    assert retired.state == RETIRED
    asked = ground.client(f"curl -s -o /dev/null -w '%{{redirect_url}}' -H 'Host: {MOVE.site}' http://{MOVE.old4}/a")
    assert asked == f"https://{MOVE.site}/a"

    back = flow.go_back(ground.mover(), MOVE)
    assert back.state == BACK and addresses(ground) == {MOVE.old4}
    assert ground.client(f"curl -s -o /dev/null -w '%{{http_code}}' https://{MOVE.site}/") == "200"


def test_a_defaced_page_is_noticed_put_back_and_kept_as_evidence(ground: Ground) -> None:
    flow.migrate(ground.mover(), MOVE)
    tree = str(ground.shelf.progress(MOVE.site).facts["tree"])
    ground.on("new", f"cd {tree} && echo owned > index.html && rm css/style.css && ln -s /etc/shadow zwdt/s.html")
    ground.on("new", f"cd {tree} && echo shell > zwdt/x.php")
    hands = ground.mover().hands
    seen = check(hands, ground.shelf, MOVE, restore=False)
    assert not seen.ok and seen.found.changed == ("index.html",) and seen.found.missing == ("css/style.css",)
    assert seen.found.added == ("zwdt/x.php", "zwdt/s.html (it is a link to '/etc/shadow')")
    mended = check(hands, ground.shelf, MOVE, restore=True)
    assert mended.ok and mended.mended, mended
    assert "owned" in ground.on("new", f"cat {mended.evidence}/*")
    lines = [json.loads(line) for line in ground.on("new", f"cat {mended.evidence}/evidence.json").splitlines()]
    assert {one.get("link") for one in lines} == {None, "/etc/shadow"}
    assert check(hands, ground.shelf, MOVE, restore=False).found.whole


USUAL = 3.0
"""Seconds that a move takes here, about; only to choose moments within it."""


@pytest.mark.parametrize("seed", range(10))
def test_whoever_is_killed_the_next_run_goes_on(ground: Ground, seed: int) -> None:
    """SIGKILL for the program and its SSH at any moment; the name always leads to a host that serves."""
    dice = random.Random(seed)
    mover = subprocess.Popen([sys.executable, "-m", "tests.lab.moving", str(ground.folder)], cwd=ROOT,
                             start_new_session=True)  # fmt: skip
    with contextlib.suppress(subprocess.TimeoutExpired):
        mover.wait(START + dice.uniform(0, USUAL))
    assert mover.poll() in (None, 0)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(mover.pid, signal.SIGKILL)
    mover.wait()
    assert ground.client(f"curl -s -o /dev/null -w '%{{http_code}}' https://{MOVE.site}/") == "200"
    assert flow.migrate(ground.mover(), MOVE).state == MOVED
    assert addresses(ground) == {MOVE.address4, MOVE.address6}
    assert ground.on("new", "ls /srv/library/waiting") == "", "somebody's half of a file is left"


@pytest.mark.parametrize("phase", ["copy", "lower", "switch"])
def test_after_every_phase_the_next_run_goes_on_from_there(ground: Ground, phase: str) -> None:
    def stop(at: str) -> None:
        if at == phase:
            raise KeyboardInterrupt

    told: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        flow.migrate(ground.mover(after=stop), MOVE)
    assert flow.migrate(ground.mover(after=told.append), MOVE).state == MOVED
    assert tuple(told) == PHASES[PHASES.index(phase) + 1 :]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        ("ln -s /etc/shadow s.html", "s.html: it is a link to '/etc/shadow'"),
        ("touch $'a\\nb.html'", "control character"),
        ("touch $'\\xff.html'", "not UTF-8"),
        ("touch 'a\\b.html'", "backslash"),
        ("mkfifo pipe", "neither a file nor a folder"),
    ],
)
def test_what_no_site_may_have_is_refused_by_name(ground: Ground, make: str, said: str) -> None:
    ground.on("old", f"mkdir {TREE}/odd && cd {TREE}/odd && bash -c {shlex.quote(make)}")
    try:
        with pytest.raises(GateError) as caught:
            flow.migrate(ground.mover(), MOVE)
    finally:
        ground.on("old", f"rm -r {TREE}/odd")
    assert said in str(caught.value) and caught.value.exit_code == 3
    assert ground.shelf.progress(MOVE.site).state == UNMOVED
    assert ground.on("new", "ls /srv") == "tiny\n"


def test_content_that_changes_while_it_is_copied_is_copied_again_or_refused(ground: Ground) -> None:
    turns = iter(range(100))

    def edit(seconds: float) -> None:
        ground.on("old", f"echo {next(turns)} > {TREE}/zwdt/live.html")

    edit(0)
    mover = ground.mover(sleep=edit, rounds=3)
    try:
        ground.on(
            "old", f"(for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.2; done > {TREE}/zwdt/live.html) >/dev/null 2>&1 &"
        )
        with pytest.raises(GateError) as caught:
            flow.migrate(mover, MOVE)
        assert "zwdt/live.html" in str(caught.value)
        ground.on("old", "sleep 1.5")
        assert flow.migrate(ground.mover(), MOVE).state == MOVED
    finally:
        ground.on("old", f"rm {TREE}/zwdt/live.html")


def test_a_full_disk_stops_it_and_nothing_is_left(ground: Ground) -> None:
    small = replace(MOVE, library="/srv/tiny/library", releases="/srv/tiny/releases")
    ground.on("old", f"head -c 200000 /dev/urandom > {TREE}/big.bin")
    before = ground.on("old", f"find {TREE} -type f | xargs sha256sum | sort")
    try:
        with pytest.raises(GateError) as caught:
            flow.migrate(ground.mover(), small)
    finally:
        same = ground.on("old", f"find {TREE} -type f | xargs sha256sum | sort") == before
        ground.on("old", f"rm {TREE}/big.bin")
    assert "its disk is full" in str(caught.value) and same
    assert ground.on("new", "find /srv/tiny -type f") == ""
    assert addresses(ground) == {MOVE.old4}


def test_a_disk_that_fills_up_in_the_middle_of_a_file_keeps_nothing(ground: Ground) -> None:
    """The file has grown since it was looked at, so the room seemed to suffice."""
    ground.on("old", f"head -c 200000 /dev/urandom > {TREE}/grown.bin")
    try:
        digest = ground.on("old", f"sha256sum {TREE}/grown.bin").split()[0]
        found = ground.mover().hands.carry("old", TREE, "new", "/srv/tiny/library", [("grown.bin", 1, digest)])
    finally:
        ground.on("old", f"rm {TREE}/grown.bin")
    assert found == {"full": "No space left on device"}
    assert ground.on("new", "find /srv/tiny -type f") == ""


def test_a_new_host_that_answers_otherwise_is_never_switched_to(ground: Ground) -> None:
    move = replace(MOVE, address6="3fff:ff0:ffff::99")  # nobody is there
    with pytest.raises(GateError) as caught:
        flow.migrate(ground.mover(), move)
    assert "nginx" in str(caught.value) or "IPv6" in str(caught.value)
    assert addresses(ground) == {MOVE.old4} and NEW4 not in addresses(ground)
