"""What an old site holds: pages of some years ago, a style sheet, a picture, a document with a Chinese name."""

from __future__ import annotations

from html import escape

from inventory.legacy import OldSite

from .spec import FileSpec

COLUMNS = {"zwdt": "政务动态", "tzgg": "通知公告", "bsfw": "办事服务"}
ARTICLES = 4
STYLE = "body { width: 960px; margin: 0 auto; font: 14px/1.8 SimSun, serif; }\na { color: #039; }\n"
PICTURE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 30"><rect width="120" height="30" fill="#039"/></svg>
"""


def old_files(root: str, site: OldSite) -> tuple[FileSpec, ...]:
    """The files of one old site below `root`."""
    title = escape(site.title)
    lists = "".join(f'<p><a href="/{slug}/">{name}</a></p>\n' for slug, name in COLUMNS.items())
    files = [
        FileSpec(
            f"{root}/index.html", _page(title, "首页", f"{lists}<p><a href='/files/办事指南.txt'>办事指南</a></p>")
        ),
        FileSpec(f"{root}/css/style.css", STYLE),
        FileSpec(f"{root}/images/logo.svg", PICTURE),
        FileSpec(f"{root}/files/办事指南.txt", f"{site.title}办事指南。本页面仅在实验环境内提供。\n"),
    ]
    for slug, name in COLUMNS.items():
        items = "".join(f'<li><a href="t{n}.html">{name}第{n}条</a></li>\n' for n in range(1, ARTICLES + 1))
        files.append(FileSpec(f"{root}/{slug}/index.html", _page(title, name, f"<ul>{items}</ul>")))
        for n in range(1, ARTICLES + 1):
            text = f"<p>{escape(site.owner)}{name}第{n}条的正文。</p>\n<p><a href='./'>返回{name}</a></p>"
            files.append(FileSpec(f"{root}/{slug}/t{n}.html", _page(title, f"{name}第{n}条", text)))
    return tuple(files)


def _page(title: str, heading: str, body: str) -> str:
    return f"""\
<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{heading} - {title}</title>
<link rel="stylesheet" href="/css/style.css"></head>
<body><p><img src="/images/logo.svg" alt=""><a href="/">{title}</a></p>
<h1>{heading}</h1>
{body}
<p>主办单位：{title}　本页面仅在实验环境内提供。</p></body></html>
"""
