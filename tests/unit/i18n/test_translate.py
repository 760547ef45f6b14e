"""What `translate` promises: exact ids, templates, hostile input, and English where there is nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiyue import i18n
from jiyue.i18n import choose_language, match, set_language, template, translate


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    """Chinese for the test, and the default afterwards."""
    set_language("zh")
    yield
    set_language("zh")


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("is not a platform", "不是平台"),
        ("prefix 3fff:1::1/40 has host bits set", "前缀 3fff:1::1/40 的主机位不为零"),
        ("write 3fff:1::/40", "应写 3fff:1::/40"),
        ("no such text of ours", "no such text of ours"),
        ("", ""),
        ("its status is proposed, not submitted", "其状态为“已编制”，尚未报审"),
        ("device site-changsha has no driver", "设备 site-changsha 没有驱动"),
        ("DNS zone a.gov.cn is already used at x.yaml:7", "DNS 区 a.gov.cn 已用于 x.yaml:7"),
        ("timeout after 4000 ms", "4000 毫秒后超时"),
        (
            "[3fff::1]:443 gives status 404, 4 bytes, 198.18.1.10:443 gives status 200, 650 bytes",
            "[3fff::1]:443 返回 状态码 404，4 字节，198.18.1.10:443 返回 状态码 200，650 字节",
        ),
        ("a rejection needs a reason; say what has to change", "退回须说明理由；请说明需要修改什么"),
        ("somewhere: no answer came back", "somewhere: 没有收到应答"),
        ("is not for us to say", "is not for us to say"),
    ],
)
def test_texts(english: str, chinese: str) -> None:
    """Exact ids, templates, words of state, several reasons in a line, a place in front."""
    assert translate(english) == chinese


def test_english_is_the_text_itself() -> None:
    """In English nothing is looked up."""
    set_language("en")
    assert translate("is not a platform") == "is not a platform"


def test_a_name_is_not_translated() -> None:
    """A value that happens to be one of our words stays a name."""
    assert translate("unknown platform failed") == "未知的平台 failed"


def test_the_most_fixed_text_wins() -> None:
    """`is {chosen}` also fits, but says less."""
    assert translate("is not on PATH") == "不在 PATH 中"
    assert translate("is larger than 5 bytes") == "超过 5 字节"


@pytest.mark.parametrize(
    "hostile",
    [
        "a" * 100_000,
        "; ".join(["x"] * 50_000),
        ": " * 50_000,
        " is not " * 12_000,
        "{" * 100_000,
        "prefix " + "1" * 100_000 + " has host bits set",
    ],
    ids=["letters", "reasons", "places", "fragments", "braces", "prefix"],
)
def test_hostile_length_stays_as_it_is(hostile: str) -> None:
    """100 kB are neither matched nor changed; that this ends at all is the point."""
    assert translate(hostile) == hostile


@pytest.mark.parametrize("piece", [" is not ", "; ", ": ", " over IPv6: ", ", ", "{0}{x!r}", "%s", "\x00"])
def test_hostile_text_below_the_limit(piece: str) -> None:
    """The longest text that is still matched, made of our own fragments."""
    text = (piece * i18n.LONGEST)[: i18n.LONGEST]
    assert isinstance(translate(text), str)


@given(st.text(max_size=200))
def test_never_raises(text: str) -> None:
    """Any text gives a text."""
    assert isinstance(translate(text), str)


@given(st.lists(st.text(alphabet="ab ;:{}", max_size=6), min_size=1, max_size=4), st.booleans())
def test_match_gives_values_that_rebuild_the_text(parts: list[str], right: bool) -> None:
    """Whatever `match` finds, putting the values back gives the text."""
    fixed = tuple(parts) if len(parts) > 1 else (*parts, "")
    names = tuple(f"n{index}" for index in range(len(fixed) - 1))
    text = "".join(part + (f"v{index}" if index < len(names) else "") for index, part in enumerate(fixed))
    values = match((fixed, names), text, from_the_right=right)
    assert values is not None
    built = "".join(part + (values[names[index]] if index < len(names) else "") for index, part in enumerate(fixed))
    assert built == text


def test_template_knows_braces() -> None:
    """Doubled braces are text, formats and odd names are no placeholders."""
    assert template("add {{id: {zone}, ...}}") == (("add {id: ", ", ...}"), ("zone",))
    assert template("write {id: x}") is None
    assert template("plain") is None
    assert template("open { brace") is None
    assert translate("add {id: app, ...}") == "补上 {id: app, ...}"


@pytest.mark.parametrize(
    ("arguments", "environ", "wanted"),
    [
        ([], {}, "zh"),
        ([], {"JIYUE_LANG": "en"}, "en"),
        (["status", "--lang", "en"], {}, "en"),
        (["status", "--lang=en"], {"JIYUE_LANG": "zh"}, "en"),
        (["status", "--lang", "fr"], {}, "zh"),
        (["status", "--lang"], {}, "zh"),
        (["lab", "exec", "ns1", "--", "x", "--lang", "en"], {}, "zh"),
    ],
)
def test_language_asked_for(arguments: list[str], environ: dict[str, str], wanted: str) -> None:
    """The option, then the variable, then Chinese; what follows `--` belongs to somebody else."""
    assert choose_language(arguments, environ) == wanted


def test_unknown_language_is_refused() -> None:
    """A language without a catalogue is an error of the caller."""
    with pytest.raises(ValueError, match="'fr'"):
        set_language("fr")
