"""The vault: opened once, said by name only, never by value; and the agent that holds its keys."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from inventory.errors import EnvironmentFailed, InputError, JiyueError
from ipv6.apply.controller import passwords
from jiyue.secrets.agent import agent
from jiyue.secrets.vault import FILE, MARK, PASSWORD, PASSWORD_FILE, Secrets, load, parse

WORD, CANARY = "open sesame", "canary-5a1e-secret"
Lock = Callable[[str], Path]


@pytest.fixture
def lock(tmp_path: Path) -> Lock:
    """Encrypts a text with Ansible's own command; the password's file lies beside it."""

    def encrypt(text: str) -> Path:
        path, word = tmp_path / "field.vault", tmp_path / "word"
        path.write_text(text, encoding="utf-8")
        word.write_text(WORD, encoding="utf-8")
        tool = Path(sys.executable).with_name("ansible-vault")
        argv = [str(tool), "encrypt", "--vault-password-file", str(word), str(path)]
        # Ansible takes no standard input that does not block, which a test's worker has.
        subprocess.run(argv, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        return path

    return encrypt


def test_a_vault_is_opened_by_a_password_of_either_kind(lock: Lock) -> None:
    path = lock(f"passwords:\n  default: {CANARY}\n  pe-one: '17'\n")
    wanted = {"": CANARY, "pe-one": "17"}
    assert path.read_bytes().startswith(MARK)
    for given in ({PASSWORD: WORD}, {PASSWORD_FILE: str(path.with_name("word"))}):
        found = load(path, {"PATH": os.environ["PATH"], **given})
        assert found.passwords == wanted
        assert CANARY not in repr(found)


def test_a_wrong_password_and_none_are_refused_without_a_value(lock: Lock) -> None:
    path = lock(f"passwords: {{default: {CANARY}}}\n")
    for given, cause in (({PASSWORD: "no-such-word"}, "Decryption failed"), ({}, "its password is not given")):
        with pytest.raises(EnvironmentFailed) as caught:
            load(path, {"PATH": os.environ["PATH"], **given})
        assert cause.lower() in str(caught.value).lower()
        assert "no-such-word" not in str(caught.value) and str(path) in str(caught.value)


def test_no_vault_is_no_secret_and_a_named_one_must_be_there(tmp_path: Path) -> None:
    assert load(tmp_path / "none", {}) == Secrets()
    with pytest.raises(EnvironmentFailed, match="the vault cannot be read"):
        load(tmp_path / "none", {FILE: str(tmp_path / "gone")})


def test_a_plain_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "field.vault"
    path.write_text(f"passwords: {{default: {CANARY}}}\n")
    with pytest.raises(InputError, match=r"it is not encrypted; run: ansible-vault encrypt field\.vault"):
        load(path, {})


@pytest.mark.parametrize(
    ("text", "causes"),
    [
        (f"- {CANARY}", ["what it holds is no mapping"]),
        (f"passwords: {{a: {CANARY}", ["what it holds is no YAML"]),
        (f"{CANARY}: 1\npassword: 2", ["unknown key (not shown)", "unknown key password"]),
        (f"passwords:\n  pe one: {CANARY}\n  pe-two: 17", ["names something that is no device", "password of pe-two"]),
        (f"passwords: {CANARY}\nssh_keys: {CANARY}", ["passwords is no mapping", "ssh_keys is no list"]),
        (f"ssh_keys: [{CANARY}]", ["number 1 of ssh_keys is no private key"]),
        (f'passwords: {{pe-two: "{CANARY}\\n"}}', ["password of pe-two is no line of text"]),
    ],
)
def test_everything_wrong_is_said_at_once_and_no_value(text: str, causes: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        parse(text.encode(), "field.vault")
    assert all(cause in str(caught.value) for cause in causes)
    assert CANARY not in str(caught.value)


def test_each_session_gets_its_own_password_and_no_other() -> None:
    vault, outer = {"": "all", "pe-one": "one", "pe-two": "two"}, {"JIYUE_DEVICE_PASSWORD_PE_TWO": "outer", "HOME": "/"}
    assert passwords(["pe-one", "pe-two", "pe-three"], vault, outer) == {
        "JIYUE_DEVICE_PASSWORD_PE_ONE": "one",
        "JIYUE_DEVICE_PASSWORD_PE_TWO": "outer",
        "JIYUE_DEVICE_PASSWORD_PE_THREE": "all",
    }
    assert passwords([], vault, outer) == {}


def test_the_agent_takes_keys_from_memory_and_ends(tmp_path: Path) -> None:
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "one", "-f", str(tmp_path / "key")], check=True
    )
    with agent([(tmp_path / "key").read_text()]) as socket:
        listed = subprocess.run(
            ["ssh-add", "-L"], env={**os.environ, "SSH_AUTH_SOCK": socket}, capture_output=True, text=True, check=True
        )
        assert listed.stdout.split()[1] == (tmp_path / "key.pub").read_text().split()[1]
    assert not Path(socket).exists()


def test_the_agent_refuses_a_damaged_key_without_showing_it() -> None:
    with pytest.raises(JiyueError, match="number 1 of ssh_keys is not taken") as caught, agent([f"{CANARY}\n"]):
        pass
    assert CANARY not in str(caught.value)
