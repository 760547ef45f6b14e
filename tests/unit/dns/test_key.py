"""The TSIG key: found, checked, never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory.errors import EnvironmentFailed, InputError, JiyueError
from jiyue.dns.key import VARIABLE, load_key

SECRET = "Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5"


def test_from_a_private_file_and_never_in_a_text(tmp_path: Path) -> None:
    path = tmp_path / "update.secret"
    path.write_text(f"{SECRET}\n")
    path.chmod(0o600)
    key = load_key(path, {})
    assert (key.name, key.secret, key.algorithm) == ("jiyue-update", SECRET, "hmac-sha256")
    assert SECRET not in f"{key!r} {key}"


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    key = load_key(tmp_path / "none", {VARIABLE: f"hmac-sha512:other:{SECRET}"})
    assert (key.name, key.algorithm) == ("other", "hmac-sha512")


def test_a_file_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "update.secret"
    path.write_text(SECRET)
    path.chmod(0o640)
    with pytest.raises(EnvironmentFailed, match="others may read the key"):
        load_key(path, {})
    with pytest.raises(EnvironmentFailed, match="the key for publishing names"):
        load_key(tmp_path / "none", {})


@pytest.mark.parametrize(
    "given",
    [SECRET, f"hmac-md5:jiyue-update:{SECRET}", f"hmac-sha256:a b:{SECRET}", "hmac-sha256:k:!!canary!!",
     "hmac-sha256:k:Y2FuYXJ5", f"hmac-sha256::{SECRET}"],
)  # fmt: skip
def test_what_is_no_key_is_refused_without_repeating_it(given: str) -> None:
    with pytest.raises(InputError) as caught:
        load_key(Path("none"), {VARIABLE: given})
    assert isinstance(caught.value, JiyueError)
    assert SECRET not in str(caught.value) and "canary" not in str(caught.value)
