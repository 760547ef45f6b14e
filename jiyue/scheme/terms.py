"""Words for the codes of the facts, in the language in force; a code without a word is shown as it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from jiyue.i18n import _, language, translate

CHINA = timezone(timedelta(hours=8))
NUMERALS = "零一二三四五六七八九十"


def role(code: str) -> str:
    """What a device does."""
    words = {
        "core": _("core router"),
        "pe": _("city edge router"),
        "county-pe": _("county edge router"),
        "firewall": _("zone firewall"),
        "site-host": _("site host"),
        "zone-host": _("zone host"),
        "dns": _("name server"),
        "resolver": _("resolver"),
        "ops": _("operations host"),
    }
    return words.get(code, code)


def plane(code: str) -> str:
    """A plane of the extranet."""
    words = {
        "public": _("public network area"),
        "private": _("private network area"),
        "internet": _("internet access area"),
    }
    return words.get(code, code)


def use(code: str) -> str:
    """What a value of the use field or a claim stands for, where it is a word of ours."""
    words = {"services": _("cluster services"), "infrastructure": _("infrastructure")}
    return words.get(code, plane(code))


def kind(code: str) -> str:
    """What kind of thing has an address."""
    words = {
        "zone": _("zone network"),
        "link": _("point-to-point link"),
        "services": _("cluster services"),
        "loopback": _("loopback"),
        "edge": _("edge of the cluster"),
        "port": _("interface"),
        "site": _("website"),
        "organisation": _("organisation"),
    }
    return words.get(code, code)


def end(code: str) -> str:
    """A zone's id, or one of the two outsides in words."""
    words = {"internet": _("internet"), "extranet": _("extranet")}
    return words.get(code, code)


def state(code: str) -> str:
    """Whether a rule has its twin."""
    words = {
        "twin": _("both families"),
        "ipv4-only": _("IPv4 only"),
        "ipv6-only": _("IPv6 only"),
        "none": _("no prefix"),
        "kept": _("kept"),
        "exceeded": _("exceeded"),
    }
    return words.get(code, code)


def action(code: str) -> str:
    """What is done to a record set."""
    words = {"create": _("add"), "update": _("change"), "delete": _("remove"), "keep": _("keep")}
    return words.get(code, code)


def phase(code: str) -> str:
    """A phase of a step."""
    words = {"devices": _("devices"), "records": _("name records")}
    return words.get(code, code)


def wave(code: str) -> str:
    """A wave of the rollout."""
    words = {
        "shared": _("shared part"),
        "province": _("province"),
        "canary": _("canary"),
        "first": _("first wave"),
        "second": _("second wave"),
        "third": _("third wave"),
    }
    return words.get(code, code)


def guard(code: str) -> str:
    """What a safety limit is about."""
    words = {
        "share": _("share of devices changed in one wave"),
        "ipv4-path": _("last IPv4 path"),
        "management-path": _("management path"),
        "dns-create": _("new record sets in a zone"),
        "dns-delete": _("share of a zone's record sets removed"),
        "dns-withdraw": _("record sets that may be taken back at once"),
    }
    return words.get(code, code)


def party(code: str) -> str:
    """Who makes a check green."""
    words = {
        "network": _("network engineers"),
        "dns": _("name service"),
        "site": _("site owner"),
        "platform": _("platform operations"),
    }
    return words.get(code, code)


def vantage(code: str) -> str:
    """From where a check looks."""
    words = {
        "v4": _("IPv4-only"),
        "v6": _("IPv6-only"),
        "dual": _("dual stack"),
        "zones": _("inside each zone"),
    }
    return words.get(code, code)


def many(items: tuple[str, ...], word: Callable[[str], str] = str) -> str:
    """A list in one cell."""
    return listing().join(word(item) for item in items)


def listing() -> str:
    """What stands between the items of a list."""
    return "、" if language() == "zh" else ", "


def day(moment: str) -> str:
    """A date as an official document writes it (GB/T 9704-2012, 7.3.5.4), in China's time; empty for an empty one."""
    if not moment:
        return ""
    local = datetime.fromisoformat(moment.replace("Z", "+00:00")).astimezone(CHINA)
    return f"{local.year}年{local.month}月{local.day}日" if language() == "zh" else local.date().isoformat()


def numeral(number: int) -> str:
    """1 to 99 in Chinese numerals."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{NUMERALS[tens]}十"
    return head + (NUMERALS[ones] if ones or not tens else "")


def chapter(number: int, text: str) -> str:
    """A first-level heading (GB/T 9704-2012, 7.3.3: 一、)."""
    return f"{numeral(number)}、{text}" if language() == "zh" else f"{number}. {text}"


def section(number: int, of: int, text: str) -> str:
    """A second-level heading (（一）)."""
    return f"（{numeral(number)}）{text}" if language() == "zh" else f"{of}.{number} {text}"


def told(text: str) -> str:
    """A sentence of pure code in the language in force."""
    return translate(text)
