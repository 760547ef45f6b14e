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
        "approved",
        "通知三(六) 审核后实施",
        "正在运行的改造方案经审核批准，编制人与审核人不同",
        "The scheme that runs was approved, by somebody else than who wrote it",
    ),
    Requirement(
        "assessed",
        "通知三(七) 迁移前安全评估",
        "各网站迁移前均通过安全评估",
        "Every site passed its safety assessment before it moved",
    ),
    Requirement(
        "audit-log",
        "GB/T 22239-2019 8.1.4.3 c)",
        "审核与变更的记录链完整，未被删改",
        "The chained record of reviews and changes is whole",
    ),
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
        "boundary-state",
        "GB/T 22239-2019 8.1.3.2 d)",
        "边界按会话状态放行，无效报文丢弃",
        "The boundary knows connections and drops what belongs to none",
    ),
    Requirement(
        "boundary-live",
        "GB/T 22239-2019 8.1.3.2",
        "跨区域违规访问经IPv4与IPv6均被阻断，合规访问可达",
        "Forbidden flows between zones are blocked over both families, allowed ones pass",
    ),
    Requirement(
        "cluster-zones",
        "GB/T 22239-2019 8.1.2.1 c)、d)",
        "安全区各有受限命名空间，配额与限额齐备",
        "Each zone is a restricted namespace of its own with quota and limits",
    ),
    Requirement(
        "cluster-duties",
        "GB/T 22239-2019 8.1.5.1、8.1.5.2、8.1.5.3",
        "系统、审计、安全三权分立，授权不出本平台",
        "Operations, audit and security are separate duties that end at the platform",
    ),
    Requirement(
        "cluster-disruption",
        "通知五(三) 运维管理",
        "多副本功能有中断预算，单副本功能不被预算卡住",
        "Disruption budgets keep a replica and block no maintenance",
    ),
    Requirement(
        "host-clock",
        "GB/T 22239-2019 8.1.4.3 b)",
        "各主机时钟一致，审计记录的时间可信",
        "Clocks agree, so that the times in audit records can be trusted",
    ),
    Requirement(
        "host-admin",
        "GB/T 22239-2019 8.1.4.1 b)、c)",
        "远程管理仅用密钥，限制尝试次数与登录时限，登录有记录",
        "Remote administration by key alone, tries and time limited, logins recorded",
    ),
    Requirement(
        "host-accounts",
        "GB/T 22239-2019 8.1.4.1 a)、8.1.4.2 c)",
        "无空口令、无长期不换的口令、无第二个超级用户",
        "No empty password, none that never changes, no second root",
    ),
    Requirement(
        "host-doors",
        "GB/T 22239-2019 8.1.4.4 b)",
        "未开放高危端口",
        "No risky port is open",
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
