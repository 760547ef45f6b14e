"""What the sites say: a home page of a few kilobytes with columns, links and its own style sheet and emblem.

Every fact on a page comes from the inventory; the rest says that it is a page of the lab.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from ipv6.plan.intent import VirtualSite

from .spec import FileSpec

ROOT = "/srv/sites"

COLUMNS = (
    ("zwgk", "政务公开", "主动公开机构职能、政策文件、规划计划、财政预决算和重点领域信息。"),
    ("zwfw", "政务服务", "按事项、对象和主题提供办事指南、表格下载和网上预约。"),
    ("hdjl", "互动交流", "受理咨询、建议和投诉，公开答复情况和办理时限。"),
    ("jdhy", "解读回应", "对重要政策作出解读，回应社会关切的问题。"),
)
NEWS = (
    "{owner}召开政府网站集约化建设工作会议",
    "{title}完成与统一信息资源库的对接",
    "{title}开展互联网协议第六版改造前的检查",
    "关于进一步做好{title}内容保障工作的通知",
    "{title}栏目调整公告",
    "{owner}公开本年度网站工作年度报表",
    "{title}适老化与无障碍服务说明",
    "关于{title}数据安全和个人信息保护的说明",
)
STYLE = """\
:root { --red: #b8232f; --ink: #222; --line: #ddd; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); font: 16px/1.7 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; }
header { display: flex; align-items: center; gap: 1rem; padding: 1rem 5%; border-bottom: 4px solid var(--red); }
header img { width: 64px; height: 64px; }
h1 { margin: 0; color: var(--red); font-size: 1.6rem; }
nav { display: flex; gap: 2rem; padding: .6rem 5%; background: var(--red); }
nav a { color: #fff; text-decoration: none; }
main { display: grid; grid-template-columns: 2fr 1fr; gap: 2rem; padding: 1.5rem 5%; }
section { border: 1px solid var(--line); padding: 0 1rem 1rem; }
h2 { font-size: 1.1rem; border-left: 4px solid var(--red); padding-left: .5rem; }
li { border-bottom: 1px dashed var(--line); padding: .2rem 0; }
footer { padding: 1rem 5%; border-top: 1px solid var(--line); color: #666; font-size: .9rem; }
@media (max-width: 40rem) { main { grid-template-columns: 1fr; } nav { flex-wrap: wrap; gap: .8rem; } }
"""
EMBLEM = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" role="img" aria-label="{mark}">
<rect width="64" height="64" rx="8" fill="#b8232f"/>
<path d="M8 46 L24 22 L34 36 L42 26 L56 46 Z" fill="#fff"/>
<circle cx="46" cy="16" r="6" fill="#ffd75e"/>
<title>{mark}</title>
</svg>
"""


def site_files(site: VirtualSite, neighbours: Iterable[VirtualSite]) -> tuple[FileSpec, ...]:
    """Home page, one page per column, style sheet and emblem of one site; `neighbours` are linked at the bottom."""
    root = f"{ROOT}/{site.name}"
    others = [other for other in neighbours if other.name != site.name]
    pages = [FileSpec(f"{root}/index.html", _home(site, others))]
    for slug, name, text in COLUMNS:
        body = f'<section><h2>{name}</h2><p>{escape(site.owner)}{text}</p><p><a href="/">返回首页</a></p></section>'
        pages.append(FileSpec(f"{root}/{slug}/index.html", _page(site, name, body, others)))
    return (
        *pages,
        FileSpec(f"{root}/style.css", STYLE),
        FileSpec(f"{root}/emblem.svg", EMBLEM.format(mark=escape(site.title))),
        FileSpec(f"{root}/robots.txt", "User-agent: *\nDisallow:\n"),
    )


def _home(site: VirtualSite, others: list[VirtualSite]) -> str:
    words = {"owner": escape(site.owner), "title": escape(site.title)}
    slugs = [slug for slug, _, _ in COLUMNS]
    news = "\n".join(
        f'<li><a href="/{slugs[index % len(slugs)]}/">{text.format(**words)}</a></li>'
        for index, text in enumerate(NEWS)
    )
    columns = "\n".join(
        f'<section><h2><a href="/{slug}/">{name}</a></h2><p>{text}</p></section>' for slug, name, text in COLUMNS
    )
    body = f"<section><h2>要闻动态</h2><ul>\n{news}\n</ul></section>\n<div>\n{columns}\n</div>"
    return _page(site, "首页", body, others)


def _page(site: VirtualSite, heading: str, body: str, others: list[VirtualSite]) -> str:
    title = escape(site.title)
    menu = "\n".join(f'<a href="/{slug}/">{name}</a>' for slug, name, _ in COLUMNS)
    links = " ".join(f'<a href="https://{other.name}/">{escape(other.title)}</a>' for other in others)
    return f"""\
<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="SiteName" content="{title}">
<meta name="SiteDomain" content="{site.name}">
<meta name="ColumnName" content="{heading}">
<title>{heading} - {title}</title>
<link rel="icon" href="/emblem.svg" type="image/svg+xml">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header><img src="/emblem.svg" alt="" width="64" height="64"><h1>{title}</h1></header>
<nav><a href="/">首页</a>
{menu}</nav>
<main>
{body}
</main>
<footer>
<p>主办单位：{escape(site.owner)}</p>
<p>相关网站：{links}</p>
<p>本页面仅在实验环境内提供，用于双栈改造的演练和测量。</p>
</footer>
</body>
</html>
"""
