"""Acceptance runs only when it is told what to expect: `jiyue accept run` passes `--accept-env FILE`.

A plain `pytest` collects nothing here. What cannot be measured fails as `unknown` (未检测); nothing skips.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from jiyue.accept.requirements import BY_ID
from jiyue.accept.transcript import NotMeasured, Transcript
from jiyue.probe.evidence import Evidence
from tests.acceptance.cluster import Cluster
from tests.acceptance.facts import Facts
from tests.acceptance.live import Live
from tests.acceptance.vantage import Vantages

OPTION = "--accept-env"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("acceptance")
    group.addoption(OPTION, default="", help="JSON file of what is expected and how to reach it")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "requirement(id, ...): the requirements that a test proves")
    config.addinivalue_line("markers", "role(name): only devices of that role")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    told = config.getoption("accept_env", "") if hasattr(config.option, "accept_env") else ""
    return None if told else True


def _plan(config: pytest.Config) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(config.getoption("accept_env")).read_text(encoding="utf-8"))
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test per platform, device, site, zone or function, as the test's arguments ask."""
    platforms = _plan(metafunc.config)["platforms"]
    names = set(metafunc.fixturenames)
    inner = {"device": "devices", "site": "sites", "function": "functions", "zone_name": "zones"}
    for argument, key in inner.items():
        if argument in names:
            pairs = [(platform, item) for platform in platforms for item in platform[key]]
            role = metafunc.definition.get_closest_marker("role")
            if role:
                pairs = [(platform, item) for platform, item in pairs if item["role"] == role.args[0]]
            ids = [f"{platform['name']}-{item if isinstance(item, str) else _name(item)}" for platform, item in pairs]
            metafunc.parametrize(("platform", argument), pairs, ids=ids)
            return
    if "platform" in names:
        metafunc.parametrize("platform", platforms, ids=[platform["name"] for platform in platforms])


def _name(item: dict[str, Any]) -> str:
    return str(item.get("name") or item["id"])


@pytest.fixture(scope="session")
def plan(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The whole plan file."""
    return _plan(request.config)


@pytest.fixture(scope="session")
def transcript(plan: dict[str, Any]) -> Transcript:
    """Where raw answers go, or come from when an acceptance is played back."""
    return Transcript(Path(plan["transcript"]), Evidence(Path(plan["evidence"])), bool(plan["replay"]))


@pytest.fixture(scope="session")
def facts(plan: dict[str, Any], transcript: Transcript) -> Iterator[Facts]:
    """What every device says about itself, read once, side by side."""
    yield Facts(plan, transcript)


@pytest.fixture(scope="session")
def vantages(plan: dict[str, Any], transcript: Transcript) -> Vantages:
    """What the vantage points see, read once."""
    return Vantages(plan, transcript)


@pytest.fixture(scope="session")
def cluster(plan: dict[str, Any], transcript: Transcript) -> Cluster:
    """The objects of the cluster, read once."""
    kubeconfig = Path(plan["kubeconfig"]) if plan["kubeconfig"] else None
    return Cluster(kubeconfig, plan["context"], transcript)


@pytest.fixture(scope="session")
def live(plan: dict[str, Any], transcript: Transcript) -> Live:
    """Checks of `ipv6.verify` for what only our own probes can prove, measured once."""
    return Live(plan, transcript)


@pytest.fixture(scope="session", autouse=True)
def _begun(request: pytest.FixtureRequest) -> None:
    """The slow sources start together before the first test, which then waits for the slowest instead of for each."""
    for name in ("live", "vantages"):
        request.getfixturevalue(name)


@pytest.fixture(autouse=True)
def requirement(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> None:
    """Every test names what it proves; the JUnit record says so and whose result it is."""
    marker = request.node.get_closest_marker("requirement")
    assert marker and marker.args, f"{request.node.name} proves no requirement"
    for id in marker.args:
        record_property("requirement", BY_ID[id].id)
    platform = request.node.callspec.params.get("platform") if hasattr(request.node, "callspec") else None
    record_property("platform", platform["name"] if platform else "shared")


class Record:
    """Measured values and evidence of one test."""

    def __init__(self, put: Callable[[str, object], None]) -> None:
        self._put = put

    def measured(self, text: object) -> None:
        """What was seen, in a few words."""
        self._put("measured", str(text)[:500])

    def evidence(self, name: str) -> None:
        """The name of the stored raw answer."""
        if name:
            self._put("evidence", name)

    def unknown(self, why: str) -> NoReturn:
        """Not measured: never green, never a skip."""
        self._put("verdict", "unknown")
        pytest.fail(f"not measured: {why}", pytrace=False)


@pytest.fixture
def record(record_property: Callable[[str, object], None]) -> Record:
    """The test's record."""
    return Record(record_property)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """An unreachable host is `unknown`, not a broken test."""
    try:
        return (yield)
    except NotMeasured as error:
        why = str(error)
    item.user_properties.append(("verdict", "unknown"))
    pytest.fail(f"not measured: {why}", pytrace=False)
