"""Both languages side by side: the page carries Chinese and English and shows one of them."""

from __future__ import annotations

from dataclasses import dataclass

from jiyue import i18n

STAGES: tuple[tuple[str, str, str], ...] = (
    ("inventoried", "已登记", "inventoried"),
    ("planned", "已规划", "planned"),
    ("proposed", "已编制", "proposed"),
    ("submitted", "已报审", "submitted"),
    ("approved", "已批准", "approved"),
    ("assessed", "已评估", "assessed"),
    ("applied", "已实施", "applied"),
    ("verified", "已验证", "verified"),
    ("accepted", "已验收", "accepted"),
)
"""The lifecycle in order; `rejected` stands outside it."""

REJECTED = ("rejected", "已退回", "rejected")

CHECKS: dict[str, tuple[str, str]] = {
    "aaaa-published": ("AAAA 记录", "AAAA published"),
    "delegation-ipv6": ("域名授权体系", "Delegation over IPv6"),
    "dnssec-valid": ("DNSSEC", "DNSSEC valid"),
    "home-complete": ("首页完整", "Home page complete"),
    "ns-over-ipv6": ("权威服务器", "Name servers over IPv6"),
    "same-site": ("内容一致", "Same site"),
    "tcp-ports": ("端口一致", "TCP ports"),
    "tls-valid": ("证书有效", "TLS valid"),
    "v4-unharmed": ("IPv4 未受损", "IPv4 unharmed"),
    "zone-allow": ("区域放行", "Zone allow"),
    "zone-deny": ("区域阻断", "Zone deny"),
    "shared-answers": ("公共部分应答", "Shared part answers"),
}
VERDICTS: dict[str, tuple[str, str, str]] = {
    "pass": ("✓", "通过", "pass"),
    "fail": ("✗", "未通过", "fail"),
    "unknown": ("?", "未检测", "not measured"),
}
STACKS: dict[str, tuple[str, str, str]] = {
    "updated": ("已部署", "deployed", "pass"),
    "unchanged": ("已部署", "deployed", "pass"),
    "previewed": ("仅预览", "previewed only", "unknown"),
    "drifted": ("已偏离", "drifted", "fail"),
    "destroyed": ("已拆除", "destroyed", "unknown"),
    "failed": ("失败", "failed", "fail"),
    "absent": ("未部署", "absent", "unknown"),
}
"""States of a stack with the verdict they mean."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages."""

    zh: str
    en: str


def text(zh: str, en: str) -> Text:
    """Both languages of our own words."""
    return Text(zh, en)


def reason(english: str) -> Text:
    """A reason that pure code wrote in English; Chinese by the catalogue where it knows the sentence."""
    before = i18n.language()
    try:
        i18n.set_language("zh")
        return Text(i18n.translate(english), english)
    finally:
        i18n.set_language(before)


def of_check(name: str, english: str) -> Text:
    """A reason with the name of the check that gave it."""
    said = reason(english)
    return Text(f"{check(name).zh}：{said.zh}", f"{check(name).en}: {said.en}")


def stage(name: str) -> Text:
    """A stage's name."""
    found = {key: Text(zh, en) for key, zh, en in (*STAGES, REJECTED)}
    return found.get(name, Text(name, name))


def check(name: str) -> Text:
    """A check's name; its id where we have no word."""
    return Text(*CHECKS.get(name, (name, name)))


def verdict(word: str) -> tuple[str, Text]:
    """Mark and name of a verdict; anything unknown is not measured."""
    mark, zh, en = VERDICTS.get(word, VERDICTS["unknown"])
    return mark, Text(zh, en)


def stack(state: str) -> tuple[str, Text]:
    """Verdict word and name of a stack's state."""
    zh, en, word = STACKS.get(state, (state, state, "unknown"))
    return word, Text(zh, en)
