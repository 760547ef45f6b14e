"""Every rule with cases from files: tests/rules/<rule-id>/{allow_,deny_}<case>.yaml, one test each."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from inventory import rules
from inventory.source import examine
from tests.rules.province import patched

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("*/*.yaml"))
RULES = {rule.id: rule for rule in rules.discover()}
DRIVERS = frozenset({"frr", "h3c_comware", "huawei_vrp", "linux", "nftables", "nginx", "knot", "unbound"})


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_case(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An allowed case gives no reason of its rule, a denied one exactly the expected lines."""
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    root = patched(tmp_path, case)
    monkeypatch.chdir(tmp_path)
    found = examine(root, case.get("env", "lab"), DRIVERS, (RULES[path.parent.name],))
    assert found.inventory is not None, "the case must be readable; forms belong to tests/errors"
    told = [str(problem) for problem in (*found.problems, *found.notes)]
    verdict = path.stem.partition("_")[0]
    assert verdict in ("allow", "deny")
    assert told == case.get("expect", [])
    assert bool(told) == (verdict == "deny")


@pytest.mark.parametrize("rule", sorted(RULES))
def test_rule_has_both_cases(rule: str) -> None:
    """A rule without a denied case might never fire, one without an allowed case might always."""
    verdicts = {path.stem.partition("_")[0] for path in CASES if path.parent.name == rule}
    assert verdicts == {"allow", "deny"}


def test_no_cases_of_unknown_rules() -> None:
    """A folder that no rule owns would test nothing."""
    assert {path.parent.name for path in CASES} <= set(RULES)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_rule_is_named_after_its_module(rule: str) -> None:
    """One module per rule, found by its name."""
    assert RULES[rule].check.__module__ == f"inventory.rules.{rule.replace('-', '_')}"
