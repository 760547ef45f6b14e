"""天窗 and dead links: a page of a site refers to what a client with IPv6 only cannot load."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from ..edit import change, restore
from ..model import STRICT, Hand, Kind
from ..sites import choose_site
from .half_listener import SiteName

ROOT = "/srv/sites"
How = Literal["literal", "no-aaaa", "lost", "inner", "style", "dead-links", "inner-links", "dead-links-3"]
_LOADED = {
    "literal": '<img src="http://198.18.255.10/banner.png" alt="">',
    "no-aaaa": '<script src="https://static.ipv4only.gov.cn/count.js"></script>',
    "lost": '<img src="/images/banner-lost.png" alt="">',
    "inner": '<iframe src="http://10.2.16.10/notice.html"></iframe>',
}
_LINKS = 8


@dataclass(frozen=True, slots=True)
class WrongPage:
    """`how`: the home page loads something from an IPv4 `literal`, from a name with `no-aaaa`, what is `lost` (404) or
    `inner`; its `style` sheet does; `dead-links` or `inner-links` stand on it; `dead-links-3` on a page below it.
    `site` without a name: by chance."""

    how: How = "literal"
    site: SiteName = ""
    __pydantic_config__ = STRICT

    @property
    def path(self) -> str:
        """The file that is changed."""
        name = {"style": "style.css", "dead-links-3": "zwgk/index.html"}.get(self.how, "index.html")
        return f"{ROOT}/{self.site}/{name}"


def settle(hand: Hand, params: WrongPage, chance: Random) -> WrongPage:
    return replace(params, site=choose_site(hand, params.site, chance))


def inject(hand: Hand, params: WrongPage, folder: str, seed: int) -> None:
    change(hand, params.path, folder, lambda text: _wrong(params.how, text), "place for it")


def clear(hand: Hand, params: WrongPage, folder: str) -> None:
    restore(hand, params.path, folder)


def _wrong(how: How, text: str) -> str:
    """The file with the fault in it."""
    if how == "style":
        return f"{text}header {{ background: url(http://198.18.255.10/paper.png); }}\n"
    if how in _LOADED:
        return text.replace("<main>\n", f"<main>\n{_LOADED[how]}\n", 1)
    place = "http://10.2.16.{}/old.html" if how == "inner-links" else "/gone/{}.html"
    links = "\n".join(f'<a href="{place.format(number)}">旧文</a>' for number in range(1, _LINKS + 1))
    return text.replace("<main>\n", f"<main>\n{links}\n", 1)


FAULT = Kind(
    "wrong-page",
    WrongPage,
    notes="a page or style sheet of a site refers to what IPv6 does not reach: sub-resources (天窗) or links",
    fix="the file is as it was, unless it was replaced meanwhile",
    inject=inject,
    clear=clear,
    settle=settle,
)
