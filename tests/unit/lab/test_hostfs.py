"""Where a host's file is written, and what its accounts look like."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.hostfs import locked_shadow, place, system_mounts

BASE = Path("/b")
MOUNTINFO = """\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
23 22 0:5 / /proc rw - proc proc rw
24 22 254:1 / /var rw,relatime - ext4 /dev/vdb rw
25 24 254:2 / /var/lib rw,relatime - ext4 /dev/vdc rw
26 22 0:9 / /run rw - tmpfs tmpfs rw
27 22 254:4 / /etc/a\\040b rw - ext4 /dev/vdd rw
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/etc/x", "/b/upper/etc/x"),
        ("/run/x/y", "/b/run/x/y"),
        ("/tmp/x", "/b/tmp/x"),
        ("/root/x", "/b/root/x"),
        ("/rooted/x", "/b/upper/rooted/x"),
        ("/var/log/x", "/b/extra/var/upper/log/x"),
        ("/var/lib/x", "/b/extra/var/lib/upper/x"),
        ("/various", "/b/upper/various"),
    ],
)
def test_a_file_goes_into_the_layer_that_shows_it(path: str, expected: str) -> None:
    assert Path(expected) == place(BASE, path, ("/var", "/var/lib"))


def test_separate_parts_of_the_system_are_found_parents_first() -> None:
    assert system_mounts(MOUNTINFO) == ("/var", "/var/lib")


def test_no_password_hash_gets_into_a_host() -> None:
    shadow = "root:$y$hash:20228:0:99999:7:::\ngit:!:20228::::::\nbroken\n"
    assert locked_shadow(shadow) == "root:*:20228:0:99999:7:::\ngit:*:20228::::::\n"
