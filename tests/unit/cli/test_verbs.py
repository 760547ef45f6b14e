"""Every verb: common options, help in both languages with an example, JSON schema, usage errors."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jiyue.docs_gen import schema_names
from jiyue.i18n_click import CLICK_MESSAGES
from tests.unit.cli.calls import run

ROOT = Path(__file__).resolve().parents[3]
TREE = """
import json, sys, typer
from jiyue.i18n import set_language
from jiyue.i18n_click import localise_help
set_language(sys.argv[1])
localise_help()
from jiyue.cli.app import build

def leaf(command):
    params = [(list(p.opts), getattr(p, "help", "") or "") for p in command.params]
    return {"help": command.help or "", "epilog": command.epilog or "", "params": params}

tree = typer.main.get_command(build())
verbs, groups = {}, {}

def walk(name, command):
    inner = getattr(command, "commands", None)
    if inner is None:
        verbs[name] = leaf(command)
        return
    for verb, one in inner.items():
        walk(f"{name} {verb}", one)

for name, command in tree.commands.items():
    groups[name] = command.help or ""
    walk(name, command)
print(json.dumps({"verbs": verbs, "groups": groups, "modules": sorted(sys.modules)}))
"""
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def trees() -> dict[str, dict[str, Any]]:
    """The command tree as each language shows it, from a process each."""
    found = {}
    for language in ("zh", "en"):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
        command = [sys.executable, "-c", TREE, language]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
        found[language] = json.loads(done.stdout)
    return found


def test_the_groups_of_the_design_are_there(trees: dict[str, dict[str, Any]]) -> None:
    """The verbs this issue makes stand, by the design, section 5."""
    wanted = {
        "demo", "status", "doctor", "verify", "accept run", "report build", "inventory check",
        "engine install", "engine status", "lab up", "lab down", "lab status", "lab exec",
        "lab fault inject", "lab fault clear",
        "ipv6 plan", "ipv6 show", "ipv6 propose", "ipv6 submit", "ipv6 apply", "ipv6 rollback", "ipv6 status",
        "review list", "review show", "review approve", "review reject", "site list", "site assess", "site findings",
        "stack up", "stack preview", "stack drift", "stack destroy",
    }  # fmt: skip
    assert wanted <= set(trees["en"]["verbs"])
    assert set(trees["en"]["verbs"]) == set(trees["zh"]["verbs"])


def test_common_options(trees: dict[str, dict[str, Any]]) -> None:
    """`--json`, `--lang` and `--env` everywhere."""
    for name, verb in trees["en"]["verbs"].items():
        options = {option for options, _help in verb["params"] for option in options}
        assert {"--json", "--lang", "--env"} <= options, name


def test_help_in_both_languages(trees: dict[str, dict[str, Any]]) -> None:
    """Every text is Chinese in the one and has no Chinese in the other; options without words say only names."""
    for name, verb in trees["zh"]["verbs"].items():
        assert CHINESE.search(verb["help"]), name
        for options, text in verb["params"]:
            assert CHINESE.search(text) or not re.search(r"[a-z]+ [a-z]+ [a-z]+", text), (name, options, text)
    for name, text in trees["zh"]["groups"].items():
        assert CHINESE.search(text), name
    for name, verb in trees["en"]["verbs"].items():
        assert verb["help"], name
        assert not CHINESE.search(verb["help"] + "".join(text for _options, text in verb["params"])), name


def test_every_verb_shows_an_example_of_itself(trees: dict[str, dict[str, Any]]) -> None:
    """The example is a call of this very verb, with options it has, under a translated heading."""
    for language, heading in (("en", "Examples:"), ("zh", "示例：")):
        for name, verb in trees[language]["verbs"].items():
            lines = [line.strip() for line in verb["epilog"].splitlines() if line.strip()]
            assert lines, name
            assert lines[0] == heading, name
            known = {option for options, _help in verb["params"] for option in options}
            for line in lines[1:]:
                assert f"jiyue {name}" in line, (name, line)
                words = line.partition(" -- ")[0].split()
                assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known, (name, line)


def test_every_verb_has_a_json_schema(trees: dict[str, dict[str, Any]]) -> None:
    """Every verb prints JSON under a name of its own; `lab exec` passes on what the host says."""
    names = {f"{group} {verb}".strip(): found for (group, verb), found in schema_names(ROOT).items()}
    without = {name for name in trees["en"]["verbs"] if not names.get(name)}
    assert without <= {"lab exec"}
    used = [one for found in names.values() for one in found]
    assert len(used) == len(set(used))


def test_help_is_made_without_heavy_libraries(trees: dict[str, dict[str, Any]]) -> None:
    """Pulumi and Ansible take seconds to import; only a verb that needs them pays."""
    loaded = set(trees["en"]["modules"])
    assert not loaded & {"pulumi", "pulumi_kubernetes", "ansible", "ansible_runner", "pytest", "testinfra", "babel"}


@pytest.mark.parametrize(
    ("words", "zh", "en"),
    [
        ("foo", "jiyue: 没有命令 'foo'；见：jiyue --help", "jiyue: No such command 'foo'; see: jiyue --help"),
        ("doctr", "jiyue: 没有命令 'doctr'（是否要用 'doctor'）；见：jiyue --help", None),
        ("lab foo", "jiyue lab: 没有命令 'foo'；见：jiyue lab --help", None),
        ("status --bad", "jiyue status: 没有选项 --bad；见：jiyue status --help", None),
        (
            "status x",
            "jiyue status: 多余的参数（x）；见：jiyue status --help",
            "jiyue status: Got unexpected extra argument(s) (x); see: jiyue status --help",
        ),
        ("review show", "jiyue review show: 缺少参数 'platform'；见：jiyue review show --help", None),
        ("status --env", "jiyue: 选项 '--env' 需要取值；见：jiyue --help", None),
        ("status --lang fr", "jiyue status: --lang 的取值无效：可选：zh, en；见：jiyue status --help", None),
        ("stack up", "jiyue stack up: 取值无效：请指定平台，或使用 --all；见：jiyue stack up --help", None),
        ("site assess", "jiyue site assess: 取值无效：请指定网站，或使用 --all；见：jiyue site assess --help", None),
    ],
)
def test_usage_errors(words: str, zh: str, en: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong words end with 2 and one line on stderr: place, cause, fix."""
    done = run(words.split(), monkeypatch)
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines() == [zh]
    if en:
        assert run(words.split(), monkeypatch, JIYUE_LANG="en").err.splitlines() == [en]


@pytest.mark.parametrize("words", ["", "lab", "review"])
def test_no_verb_shows_the_help(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a verb the help is the answer, with exit code 2."""
    done = run(words.split(), monkeypatch)
    assert done.code == 2
    assert "选项" in done.out + done.err


def test_words_of_the_library_are_known() -> None:
    """Typer says nothing that the catalogue does not know; a new version may."""
    import typer.core
    import typer.rich_utils

    said: set[str] = set()
    for module in (typer.core, typer.rich_utils):
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        said |= set(re.findall(r'\b_\("([^"]+)"\)', source))
    shapes = {re.sub(r"\{[^}]*\}", "{}", text) for text in CLICK_MESSAGES}
    quiet = {"Aborted!", "(dynamic)", "env var: {var}", "Try [blue]'{command_path} {help_option}'[/] for help."}
    assert {text for text in said - quiet if re.sub(r"\{[^}]*\}", "{}", text) not in shapes} == set()
