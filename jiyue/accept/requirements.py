"""What is accepted: each requirement with its clause; a test names the ones it proves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement; `clause` is where it is written, `title` says it in Chinese, `title_en` in English."""

    id: str
    clause: str
    title: str
    title_en: str


REQUIREMENTS: tuple[Requirement, ...] = (
    Requirement(
        "extranet-addresses",
        "通知三(六)",
        "电子政务外网设备按计划具备全局IPv6地址",
        "Devices of the extranet carry their planned global IPv6 addresses",
    ),
    Requirement(
        "extranet-routing",
        "通知三(六)",
        "电子政务外网IPv6路由（OSPFv3、BGP）正常，IPv4路由不受影响",
        "OSPFv3 and BGP carry IPv6, and IPv4 routing stands beside it",
    ),
    Requirement(
        "platform-ipv6",
        "通知三(六)",
        "集约化平台全面支持IPv6：各网站经IPv6可达，与IPv4一致",
        "Every hosted site is served over IPv6, the same as over IPv4",
    ),
    Requirement(
        "name-delegation",
        "YD/T 3118-2016 域名授权体系",
        "从根到各站点域名的授权体系可仅用IPv6走通",
        "The delegation from the root to every zone can be walked over IPv6 alone",
    ),
    Requirement(
        "name-security",
        "通知三(七) 域名解析安全防护、集中解析",
        "集中解析：权威服务器经IPv6应答，DNSSEC校验通过",
        "Central name servers answer over IPv6 and DNSSEC validates",
    ),
    Requirement(
        "functions",
        "通知三(三)",
        "平台十六项功能支撑就绪",
        "All functions of the platform are ready",
    ),
    Requirement(
        "library",
        "通知三(二)",
        "统一信息资源库就绪",
        "The information library is ready",
    ),
    Requirement(
        "cluster-dual-stack",
        "通知三(六)",
        "平台内部服务为双栈，地址取自已批准的规划",
        "Services of the platform are dual stack inside the approved ranges",
    ),
    Requirement(
        "boundary",
        "GB/T 22239-2019 8.1.3.1、8.1.3.2",
        "区域边界默认拒绝，两个协议族规则成对",
        "Zone boundaries deny by default and their rules come in pairs",
    ),
    Requirement(
        "boundary-live",
        "GB/T 22239-2019 8.1.3.2",
        "跨区域违规访问经IPv4与IPv6均被阻断，合规访问可达",
        "Forbidden flows between zones are blocked over both families, allowed ones pass",
    ),
    Requirement(
        "scope",
        "设计 决策12",
        "本环境未持有的设备逐一列出，不计入通过",
        "Devices this environment does not hold are listed and never counted as passed",
    ),
)
"""The catalogue, in the order of the report."""

BY_ID = {requirement.id: requirement for requirement in REQUIREMENTS}
