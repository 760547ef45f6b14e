"""What someone sees after `make demo`; ordered from the run itself to taking the lab down."""

from __future__ import annotations

import json
import re
import subprocess
import time

import pytest

from tests.e2e.helpers import ROOT, as_json, jiyue, new, on_host
from tests.e2e.province import Province

pytestmark = pytest.mark.lab


def test_fifteen_platforms_are_accepted(province: Province) -> None:
    """`status --json` has every documented field, all sites ready and nothing red."""
    rows = as_json("status")["platforms"]
    assert len(rows) == 15
    fields = {
        "name",
        "code",
        "stage",
        "stack",
        "sites_total",
        "sites_ready",
        "deferred",
        "digest",
        "approved_by",
        "reasons",
    }
    for row in rows:
        assert fields <= set(row)
        assert row["stage"] == "accepted", row
        assert row["sites_total"] == row["sites_ready"] >= 4, row
        assert row["reasons"] == [], row
        assert re.fullmatch(r"[0-9a-f]{64}", row["digest"])
        assert "lab-reviewer" in row["approved_by"]
    assert sum(row["deferred"] for row in rows) == 122


def test_the_second_run_changes_nothing(province: Province) -> None:
    """A demo on a finished province says that there is nothing to do."""
    digests = [row["digest"] for row in as_json("status")["platforms"]]
    result = jiyue("demo", "--json")
    assert json.loads(result.stdout)["changed"] == []
    assert [row["digest"] for row in as_json("status")["platforms"]] == digests


def test_every_site_answers_the_ipv6_only_host(province: Province) -> None:
    """dig and curl on the IPv6-only host, independent of our own probes: validated AAAA, HTTP 200 over IPv6."""
    sites = [site["name"] for site in as_json("site", "list")["sites"]]
    assert len(sites) >= 60
    script = "\n".join(
        f"echo {name} $(dig +dnssec +noall +comments AAAA {name} | grep -c 'flags:.* ad') "
        f"$(dig +short AAAA {name} | head -1) "
        f"$(curl -6 -sS -o /dev/null -w '%{{http_code}}:%{{remote_ip}}' https://{name}/)"
        for name in sites
    )
    lines = [line.split() for line in on_host("vantage-v6", "sh", "-c", script).strip().splitlines()]
    assert len(lines) == len(sites)
    for name, validated, address, answer in lines:
        assert validated == "1", f"{name}: no AD flag"
        assert answer == f"200:{address}", f"{name}: {answer}, AAAA {address}"
        assert address.startswith("3fff:ff1:"), name


def test_the_ipv6_only_host_has_no_ipv4(province: Province) -> None:
    """A vantage point with IPv4 would prove nothing."""
    assert on_host("vantage-v6", "ip", "-4", "route", "show", "default") == ""
    refused = jiyue(
        "lab", "exec", "vantage-v6", "--", "curl", "-4", "-m", "3", "https://www.hunan.gov.cn/", check=False
    )
    assert refused.returncode != 0


def test_ipv4_users_still_get_every_site(province: Province) -> None:
    """The rollout did no harm: every site answers the IPv4-only host."""
    sites = [site["name"] for site in as_json("site", "list")["sites"]]
    script = "\n".join(f"curl -4 -sS -o /dev/null -w '%{{http_code}}\\n' https://{name}/" for name in sites)
    assert on_host("vantage-v4", "sh", "-c", script).split() == ["200"] * len(sites)


def test_blocked_means_blocked_over_ipv6(province: Province) -> None:
    """From the DMZ the database port of the data zone is closed over IPv6, while the allowed one to app is open."""
    data = as_json("ipv6", "show", "3fff:10:100:3000::10")["claims"][-1]
    assert data["key"] == "iface/zone-changsha/data"
    closed = "exec 3<>/dev/tcp/3fff:10:100:3000::10/5432"
    opened = "exec 3<>/dev/tcp/3fff:10:100:2000::10/8080"
    assert (
        jiyue("lab", "exec", "site-changsha", "--", "timeout", "3", "bash", "-c", opened, check=False).returncode == 0
    )
    assert (
        jiyue("lab", "exec", "site-changsha", "--", "timeout", "3", "bash", "-c", closed, check=False).returncode != 0
    )


def test_plain_pulumi_preview_works(province: Province) -> None:
    """`pulumi preview` in the checkout agrees with the stack and leaves the checkout clean."""
    before = subprocess.run(
        ["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    script = 'eval "$(.venv/bin/jiyue stack env changsha)" && pulumi preview --non-interactive --color never'
    result = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    assert re.search(r"\d+ unchanged", result.stdout), result.stdout[-2000:]
    assert not re.search(r"\d+ to (create|update|delete|replace)", result.stdout), result.stdout[-2000:]
    after = subprocess.run(
        ["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert before == after


@pytest.mark.last
def test_down_leaves_nothing(province: Province) -> None:
    """No namespace, process, mount or interface of the lab remains on the machine."""
    jiyue("lab", "down")
    end = time.monotonic() + 20
    while (left := new(province.before)) and time.monotonic() < end:
        time.sleep(0.5)
    assert left == {}
