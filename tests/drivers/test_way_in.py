"""Over which of its addresses a vendor's router is asked, read from its own tables; doubt is no proof."""

from __future__ import annotations

from pathlib import Path

import pytest

from ipv6.drivers.vendor import OBJECT
from ipv6.session import via
from lab.standin import comware, vrp
from tests.drivers import vendor_cases as cases
from tests.drivers.standin import StandIn
from tests.drivers.test_sessions import texts

ASKED = {"client": "10.0.0.7", "source": "40000", "address": "192.168.245.117", "port": "22"}
USERS = {name: module.USERS.format(**ASKED) for name, module in (("vrp", vrp), ("comware", comware))}
TABLES = {name: module.CONNECTIONS.format(**ASKED) for name, module in (("vrp", vrp), ("comware", comware))}


@pytest.mark.parametrize("kind", ["vrp", "comware"])
def test_the_way_in_is_the_callers_own_connection(kind: str) -> None:
    """Another engineer works in band at the same time: that is not our way."""
    assert via.caller(USERS[kind]) == "10.0.0.7"
    assert via.local(TABLES[kind], "10.0.0.7") == "192.168.245.117"
    assert via.local(TABLES[kind], "10.9.9.9").startswith("10.254.")


@pytest.mark.parametrize("kind", ["vrp", "comware"])
@pytest.mark.parametrize("doubt", [
    lambda users: users.replace("+", " "),
    lambda users: users.replace("  33 ", "+ 33 ").replace("  10 ", "+ 10 "),
    lambda users: users.replace("10.0.0.7", "console"),
    lambda users: "",
])  # fmt: skip
def test_a_caller_that_is_not_named_once_is_not_known(kind: str, doubt: object) -> None:
    assert callable(doubt) and via.caller(doubt(USERS[kind])) == ""


@pytest.mark.parametrize("kind", ["vrp", "comware"])
def test_two_addresses_or_none_are_no_proof(kind: str) -> None:
    other = TABLES[kind] + TABLES[kind].replace("192.168.245.117", "10.254.1.19")
    assert via.local(other, "10.0.0.7") == "" == via.local(TABLES[kind], "10.0.0.8") == via.local(TABLES[kind], "")
    assert via.local(TABLES[kind].replace("ESTABLISHED", "TIME_WAIT"), "10.0.0.7") == ""


def test_the_port_is_the_one_that_is_configured_so() -> None:
    shown = (
        "#\ninterface MEth0/0/0\n ip address 192.168.245.117 255.255.240.0\n#\ninterface GE0/1/0\n ip address 10.0.0.1 "
    )
    assert via.port(f"{shown}255.0.0.0\n#\nreturn", "192.168.245.117") == "MEth0/0/0"
    assert via.port(f"{shown}255.0.0.0\n#\nreturn", "10.0.0.1") == "GE0/1/0"
    assert via.port(shown, "192.168.245.11") == "" == via.port(shown, "") == via.port("", "10.0.0.1")


@pytest.mark.parametrize("driver", cases.DRIVERS)
def test_a_router_that_does_not_say_it_is_read_all_the_same(tmp_path: Path, driver: str) -> None:
    """The address is there, no port holds it; the gate for the management path stays closed then."""
    with StandIn(tmp_path, driver, texts(driver)[0]) as device:
        wanted = {"op": "observe", "sections": [{"driver": driver, "object": OBJECT}]}
        answer = device.send(wanted)
        assert (answer["state"], answer["via"]) == ("observed", {"address": "127.0.0.1", "port": ""})
        assert device.send({**wanted, "identity": "SN-OTHER"})["state"] == "refused"
