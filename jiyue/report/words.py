"""Both languages side by side: the page carries Chinese and English and shows one of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from pydantic import ConfigDict

from jiyue import i18n

STRICT = ConfigDict(extra="forbid")
"""For the values of the page when they are read back from JSON: an unknown key is an error."""

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
    "default-routes": ("默认路由", "Default routes"),
    "delays": ("时延与速度", "Delays and speed"),
    "delegation-ipv6": ("域名授权体系", "Delegation over IPv6"),
    "dnssec-valid": ("DNSSEC", "DNSSEC valid"),
    "dual-stack-race": ("双栈择优", "Dual-stack race"),
    "extension-headers": ("扩展报头策略", "Extension headers"),
    "extranet-routes": ("外网路由", "Extranet routes"),
    "firewall-parity": ("防火墙规则成对", "Firewall parity"),
    "home-complete": ("首页完整", "Home page complete"),
    "home-success": ("首页成功率", "Home page success rate"),
    "host-addresses": ("主机地址", "Host addresses"),
    "icmpv6-policy": ("ICMPv6 策略", "ICMPv6 policy"),
    "links-level-2": ("二级内链", "Links of level 2"),
    "links-level-3": ("三级内链", "Links of level 3"),
    "listeners": ("监听地址", "Listeners"),
    "ns-over-ipv6": ("权威服务器", "Name servers over IPv6"),
    "path-mtu": ("路径 MTU", "Path MTU"),
    "ra-policy": ("路由通告策略", "Router advertisements"),
    "redirects": ("跳转目标", "Redirects"),
    "reverse-ptr": ("反向解析", "Reverse names"),
    "same-site": ("内容一致", "Same site"),
    "shared-answers": ("公共部分应答", "Shared part answers"),
    "tcp-ports": ("端口一致", "TCP ports"),
    "tls-valid": ("证书有效", "TLS valid"),
    "v4-unharmed": ("IPv4 未受损", "IPv4 unharmed"),
    "zone-allow": ("区域放行", "Zone allow"),
    "zone-deny": ("区域阻断", "Zone deny"),
    "zone-mtu": ("区域 MTU", "Zone MTU"),
}
LAYERS: dict[str, tuple[str, str]] = {
    "delegation": ("授权", "delegation"),
    "record": ("记录", "record"),
    "route": ("路由", "route"),
    "filter": ("过滤", "filter"),
    "service": ("服务", "service"),
    "page": ("页面", "page"),
    "performance": ("性能", "performance"),
    "name": ("域名", "names"),
    "network": ("网络", "network"),
    "transport": ("传输", "transport"),
    "http": ("网页", "web"),
    "zone": ("区域", "zones"),
    "ipv4": ("IPv4", "IPv4"),
}
OWNERS: dict[str, tuple[str, str]] = {
    "network": ("网络管理", "network team"),
    "dns": ("域名管理", "DNS team"),
    "platform": ("平台运维", "platform team"),
    "site": ("网站主办", "site owner"),
}
STANDINGS: dict[str, tuple[str, str]] = {
    "suspect": ("疑似", "suspect"),
    "regression": ("退化", "regression"),
    "recovered": ("已恢复", "recovered"),
    "failing": ("一直未通过", "failing"),
    "new": ("首次未通过", "red at first sight"),
}
"""Standings that are worth a word; the others say nothing beyond the verdict."""
STANDARDS: dict[str, str] = {
    "national-monitoring": "National monitoring (8)",
    "site-scoring": "Website scoring (7)",
    "degradation": "Degradation against IPv4",
    "internet-nl": "Internet.nl",
    "nist-funnel": "NIST funnel",
    "path-quality": "Quality of the path",
}
INDICATORS: dict[str, str] = {
    "nm-aaaa": "AAAA record",
    "nm-home": "Home page reachable over IPv6",
    "nm-delegation": "Delegation over IPv6",
    "nm-dns-delay": "Delay of names",
    "nm-tcp-delay": "TCP delay",
    "nm-first-byte": "Delay of the first byte",
    "nm-home-delay": "Delay of the home page",
    "nm-speed": "Download speed",
    "ws-aaaa": "AAAA resolves",
    "ws-home": "Home page reachable over IPv6",
    "ws-success": "Success rate of the home page",
    "ws-delegation": "Whole delegation over IPv6",
    "ws-same": "Same home page over both families",
    "ws-links2": "Rate of internal links, level 2",
    "ws-links3": "Rate of internal links, level 3",
    "dg-tcp": "TCP delay against IPv4",
    "dg-success": "Success rate against IPv4",
    "dg-home": "Home page delay against IPv4",
    "nl-ns-aaaa": "Two name servers with IPv6",
    "nl-ns-reach": "Name servers reachable over IPv6",
    "nl-web-aaaa": "Site has an IPv6 address",
    "nl-web-reach": "Ports reachable over IPv6, same as IPv4",
    "nl-web-same": "Same site over both families",
    "ni-dns-aaaa": "Name servers have AAAA",
    "ni-dns-answers": "Name servers answer over IPv6",
    "ni-web-aaaa": "Site has AAAA",
    "ni-web-reach": "Site reachable over IPv6",
    "ni-web-answers": "Site answers over IPv6",
    "pq-mtu": "Large packets arrive, or Packet Too Big does",
    "pq-race": "Dual-stack clients take IPv6 without falling back",
    "pq-reverse": "Addresses resolve back to the site",
}
"""English titles of indicators; the Chinese ones are the data's own."""
STATES: dict[str, tuple[str, str]] = {
    "full": ("满分", "full"),
    "part": ("部分得分", "part"),
    "lost": ("失分", "lost"),
    "unmeasured": ("未检测", "not measured"),
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

    __pydantic_config__ = STRICT

    zh: str
    en: str


def text(zh: str, en: str) -> Text:
    """Both languages of our own words."""
    return Text(zh, en)


@lru_cache(maxsize=8192)
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


def layer(name: str) -> Text:
    """A layer's name."""
    return Text(*LAYERS.get(name, (name, name)))


def owner(name: str) -> Text:
    """Who makes it green."""
    return Text(*OWNERS.get(name, (name, name)))


def indicator(id: str, title: str) -> Text:
    """An indicator's title; its Chinese one where we have no other."""
    return Text(title, INDICATORS.get(id, title))


def standard(id: str, title: str) -> Text:
    """The title of a set of indicators."""
    return Text(title, STANDARDS.get(id, title))


def verdict(word: str) -> tuple[str, Text]:
    """Mark and name of a verdict; anything unknown is not measured."""
    mark, zh, en = VERDICTS.get(word, VERDICTS["unknown"])
    return mark, Text(zh, en)


def known(word: str) -> str:
    """The verdict word; whatever we do not know is not measured, so never green."""
    return word if word in VERDICTS else "unknown"


def stack(state: str) -> tuple[str, Text]:
    """Verdict word and name of a stack's state."""
    zh, en, word = STACKS.get(state, (state, state, "unknown"))
    return word, Text(zh, en)


EMPTY = Text("", "")
FIGURES: dict[str, tuple[str, str]] = {
    "platforms": ("平台", "platforms"),
    "platforms-accepted": ("已验收平台", "platforms accepted"),
    "sites": ("网站", "sites"),
    "sites-ready": ("就绪网站", "sites ready"),
    "checks-passed": ("通过的检查", "checks passed"),
    "checks-failed": ("未通过的检查", "checks failed"),
    "checks-unknown": ("未检测的检查", "checks not measured"),
    "funnel-registered": ("漏斗：已登记", "funnel: registered"),
    "funnel-aaaa": ("漏斗：有 AAAA", "funnel: AAAA"),
    "funnel-reachable": ("漏斗：IPv6 可达", "funnel: reachable over IPv6"),
    "funnel-same": ("漏斗：内容一致", "funnel: same content"),
    "funnel-accepted": ("漏斗：已验收", "funnel: accepted"),
    "score-national-monitoring": ("国家监测得分", "score: national monitoring"),
    "score-site-scoring": ("网站评分", "score: website scoring"),
    "score-degradation": ("劣化比得分", "score: degradation"),
    "score-internet-nl": ("Internet.nl 得分", "score: Internet.nl"),
    "score-path-quality": ("路径质量得分", "score: quality of the path"),
    "score-nist-funnel": ("NIST 漏斗得分", "score: NIST funnel"),
    "tests": ("验收测试", "acceptance tests"),
    "tests-red": ("未通过的验收测试", "acceptance tests not passed"),
    "tests-pass": ("通过的测试", "tests passed"),
    "tests-fail": ("未通过的测试", "tests failed"),
    "tests-unknown": ("未检测的测试", "tests not measured"),
}


def figure(name: str) -> Text:
    """The name of a figure of a run."""
    return Text(*FIGURES.get(name, (name, name)))
