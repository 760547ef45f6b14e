"""Which column of an office form holds what: a Chinese header's head noun stands last, so the last keyword wins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ipv6.brownfield.text import key

_WORDS = {
    "other": """网关 gateway 下一跳 dns mac mac地址 物理地址 数量 个数 总数 类型 版本 序号 编号 电话 联系人
        联系方式 邮箱 开放端口 服务端口 端口号 位置 机房 型号 厂商 品牌 级别 等级 办公地址 联系地址 单位地址
        通信地址 安装地址 详细地址 地址类型标识符 子网空间标识符 接口标识符 利用率 操作系统 children utilization id""",
    "mask": "掩码 前缀长度 netmask mask prefixlength prefixlen",
    "start": """起始地址 开始地址 首地址 起始ip 开始ip 起始ip地址 开始ip地址 地址段起始 起始 startaddress startip""",
    "end": """结束地址 终止地址 末地址 截止地址 结束ip 终止ip 结束ip地址 终止ip地址 地址段结束 结束 endaddress endip""",
    "address": "ip 地址 ipv4 ipv6 ip地址 网段 地址段 子网 前缀 prefix address network subnet",
    "device": "设备 设备名 设备名称 主机名 网元 网元名称 hostname device sysname",
    "interface": "接口 端口 接口名称 端口名称 interface ifname",
    "vlan": "vlan vlanid vlan号",
    "vrf": "vpn vrf vpn实例 实例 vpninstance",
    "region": """地域标识符 行政区划 行政区划代码 区划代码 地区 区县 市州 所属区域 区域 地域 所属地区 所属市州 县市区
        region site""",
    "name": "单位 使用单位 部门 系统 系统名称 业务系统 应用 网站 网站名称 域名 名称 业务 name dnsname",
    "description": "用途 备注 说明 描述 使用情况 description comments remark",
    "since": "日期 时间 启用 开通 date",
    "status": "状态 是否使用 使用状态 status",
}
_KEYWORDS = sorted(
    ((word, role) for role, words in _WORDS.items() for word in words.split()), key=lambda pair: -len(pair[0])
)
_BOTH = re.compile(r"(?:地址|网段|子网|ip|ipv[46]|address|prefix)[/\\及和与,+|-]")
"""One column for both: IP地址/掩码."""
_BRACKETS = re.compile(r"[((\[【<].*?[))\]】>]")
_LOOKS = re.compile(r"\d{1,3}\.\d{1,3}\.\d{1,3}|[0-9a-f]{1,4}:[0-9a-f:]*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds; `family` is 0 where the header does not say."""

    number: int
    role: str
    family: int = 0


def column(number: int, parts: Sequence[str]) -> Column | None:
    """The meaning of a header, its merged rows given from the top; None for one that says nothing we know."""
    whole = "".join(key(part) for part in parts)
    family = 6 if "v6" in whole else 4 if "v4" in whole else 0
    plain = _BRACKETS.sub("", whole) or whole
    best, at = None, (-1, 0)
    for word, role in _KEYWORDS:
        where = plain.rfind(word)
        if where >= 0 and (where + len(word), len(word)) > at and _whole(plain, word, where):
            best, at = role, (where + len(word), len(word))
    if best == "mask" and _BOTH.search(plain):
        best = "address"
    return Column(number, best, family) if best else None


def _whole(text: str, word: str, where: int) -> bool:
    """Latin keywords count as whole words only: `ip` is not in `description`."""
    if not word.isascii():
        return True
    before, after = text[where - 1 : where], text[where + len(word) : where + len(word) + 1]
    return not (before.isascii() and before.isalpha()) and not (after.isascii() and after.isalpha())


def looks_like_address(text: str) -> bool:
    """Whether a text has the shape of an address, right or wrong."""
    return bool(_LOOKS.search(text))


def usable(columns: Sequence[Column]) -> bool:
    """Whether these columns make a header: something holds addresses, and another thing is known too."""
    roles = [one.role for one in columns]
    addresses = "address" in roles or ("start" in roles and "end" in roles)
    return addresses and (len(roles) >= 2 or len(columns) == 1)
