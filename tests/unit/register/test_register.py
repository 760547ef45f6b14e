"""The register: a form in, whole or not at all; every mistake with its cell; rules and coverage of what came in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import InputError, NothingChecked, Problems
from jiyue.register.form import Places, day, host
from jiyue.register.model import COLUMNS, Registered, parse, text
from jiyue.register.rules import coverage, findings, unregistered
from jiyue.workflow import register
from jiyue.workflow.services import Services, open_services
from jiyue.workspace import Workspace
from tests.unit.register.forms import GOOD, Cell, xlsx

ROOT = Path(__file__).parents[3]


@pytest.fixture
def services(tmp_path: Path) -> Services:
    """The province without a register, in a folder of its own."""
    shutil.copytree(ROOT / "inventory" / "hunan", tmp_path / "inventory" / "hunan")
    (tmp_path / "inventory" / "hunan" / register.FILE).unlink(missing_ok=True)
    return open_services(Workspace(tmp_path))


def test_a_form_as_offices_send_it(services: Services, tmp_path: Path) -> None:
    found = register.bring_in(services, [xlsx(tmp_path / "form.xlsx")])
    assert found.added == ("www.changsha.gov.cn", "jyj.changsha.gov.cn", "slj.changsha.gov.cn", "www.furong.gov.cn")
    by_host = {one.host: one for one in register.load(services)}
    portal = by_host["www.changsha.gov.cn"]
    assert (portal.code, portal.kind, portal.region, portal.opened) == ("4301000001", "portal", "430100", "2003-05-01")
    assert (portal.contact, portal.phone, portal.operator) == ("张三", "0731-88666000", "长沙市数据局")
    assert (by_host["slj.changsha.gov.cn"].opened, by_host["slj.changsha.gov.cn"].state) == ("2010-01-01", "closed")
    assert by_host["jyj.changsha.gov.cn"].opened == "2010-03-15"
    assert (by_host["www.furong.gov.cn"].opened, by_host["www.furong.gov.cn"].kind) == ("2012-07-01", "county")
    assert any("is a remark, left out" in note for note in found.notes)
    again = register.bring_in(services, [xlsx(tmp_path / "form.xlsx")])
    assert (again.added, again.changed, again.same) == ((), (), 4)


def test_csv_in_the_offices_encoding(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "form.csv"
    path.write_bytes(
        "网站标识码，网站名称，域名，主办单位\n4301000009，甲局，a.changsha.gov.cn，甲局\n".encode("gb18030")
    )
    assert register.bring_in(services, [path]).added == ("a.changsha.gov.cn",)


def test_every_mistake_is_told_with_its_cell_and_nothing_is_written(services: Services, tmp_path: Path) -> None:
    bad: tuple[tuple[Cell, ...], ...] = (
        *GOOD,
        (5, "43010", "乙局", "b.changsha.gov.cn", "乙局", "", "", "", "", "部门", "2010-1-1", ""),
        (6, "4301000006", "丙局", "没有", "丙局", "", "", "", "", "部门", "2010-13-1", "很好"),
        (7, "4301000001", "丁局", "jyj.changsha.gov.cn", "丁局", "", "", "", "火星", "报社", "", ""),
        (8, "4301000008", "戊局", "e.changsha.gov.cn", "", "", "", "", "", "部门", "", ""),
    )
    with pytest.raises(Problems) as caught:
        register.bring_in(services, [xlsx(tmp_path / "form.xlsx", bad)])
    said = str(caught.value)
    for part in ("B8: '43010' is no site code", "D9: '没有' is no domain name", "K9: '2010-13-1' is no day",
                 "L9: '很好' is no state", "J10: '报社' is no kind", "I10: '火星' is no division",
                 "E11: the sponsor is not given"):  # fmt: skip
        assert f"form.xlsx!登记表!{part}" in said, (part, said)
    assert not register.path_of(services).exists()


def test_clashes_in_the_form_and_with_the_register(services: Services, tmp_path: Path) -> None:
    twice = (*GOOD, (9, "4301000001", "重复", "jyj.changsha.gov.cn", "甲", "", "", "", "", "部门", "", ""))
    with pytest.raises(Problems) as caught:
        register.bring_in(services, [xlsx(tmp_path / "form.xlsx", twice)])
    assert "domain name jyj.changsha.gov.cn is at form.xlsx!登记表!D5 too" in str(caught.value)
    assert "site code 4301000001 is at form.xlsx!登记表!D4 too" in str(caught.value)
    register.bring_in(services, [xlsx(tmp_path / "form.xlsx")])
    other = ((1, "4301000001", "别名", "other.changsha.gov.cn", "甲", "", "", "", "", "部门", "", ""),)
    before = register.path_of(services).read_bytes()
    with pytest.raises(Problems, match=r"site code 4301000001 is www\.changsha\.gov\.cn's in the register"):
        register.bring_in(services, [xlsx(tmp_path / "other.xlsx", other)])
    assert register.path_of(services).read_bytes() == before


def test_a_dry_run_writes_nothing_and_a_file_without_sites_is_no_success(services: Services, tmp_path: Path) -> None:
    assert len(register.bring_in(services, [xlsx(tmp_path / "form.xlsx")], dry_run=True).added) == 4
    assert not register.path_of(services).exists()
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(NothingChecked):
        register.bring_in(services, [tmp_path / "other.csv"])


def test_an_edited_register_is_refused_with_its_lines(services: Services) -> None:
    path = register.path_of(services)
    good = Registered("4301000001", "www.a.gov.cn", "甲", "甲", "430100", "portal")
    path.write_text(text([good]) + "1,2\n4301000001,www.b.gov.cn,乙,乙,430100,party,,,,,,open\n", encoding="utf-8")
    with pytest.raises(Problems) as caught:
        register.load(services)
    assert "register.csv:3: 2 values, 12 are needed" in str(caught.value)
    assert "register.csv:4: 'party' is no kind of site" in str(caught.value)


def test_rules_and_coverage(services: Services) -> None:
    places = Places.of(services.inventory.regions)

    def site(host: str, unit: str, kind: str, region: str = "430100", **more: str) -> Registered:
        return Registered(f"{region}{sum(map(ord, host)) % 10000:04d}", host, unit, unit, region, kind, **more)

    sites = [
        site("www.changsha.gov.cn", "办公室", "portal"),
        site("portal.changsha.gov.cn", "办公室", "portal"),
        site("jyj.changsha.com", "教育局", "department", contact="李四", phone="0731-1"),
        site("x.y.changsha.gov.cn", "水利局", "department"),
        site("jyj.furong.gov.cn", "芙蓉区教育局", "department", "430102"),
        site("old.changsha.gov.cn", "旧局", "department", state="closed"),
    ]
    found = {(one.rule, one.host) for one in findings(sites, places)}
    assert found == {
        ("one-unit-one-site", "portal.changsha.gov.cn"), ("portal-name", "portal.changsha.gov.cn"),
        ("gov-cn", "jyj.changsha.com"), ("department-name", "x.y.changsha.gov.cn"),
        ("county-department", "jyj.furong.gov.cn"),
    }  # fmt: skip
    hosted = {"www.changsha.gov.cn": "changsha", "old.changsha.gov.cn": "changsha", "new.changsha.gov.cn": "changsha"}
    units = {one.unit: one for one in coverage(sites, hosted)}
    assert (units["办公室"].migrated, len(units["办公室"].registered)) == (("www.changsha.gov.cn",), 2)
    assert "李四 0731-1 answers for it" in units["教育局"].missing["jyj.changsha.com"]
    assert "旧局" not in units
    assert {(one.rule, one.host) for one in unregistered(sites, hosted)} == {
        ("closed", "old.changsha.gov.cn"), ("unregistered", "new.changsha.gov.cn")}  # fmt: skip


@pytest.mark.parametrize(
    ("value", "wanted"),
    [("2019-04-01", "2019-04-01"), ("２０１９．４．１", "2019-04-01"), ("2019年4月1日", "2019-04-01"),
     (43556, "2019-04-01"), ("20190401", "2019-04-01"), ("2019/4/1 08:30", "2019-04-01"),
     ("2019年4月", "2019-04-01"), ("", ""),
     ("2019-02-30", "2019-02-30"), ("去年", "去年")],
)  # fmt: skip
def test_days(value: object, wanted: str) -> None:
    assert day(value) == wanted


@given(st.text(max_size=80))
def test_no_text_makes_a_host_or_a_day_stumble(said: str) -> None:
    assert isinstance(host(said), str) and isinstance(day(said), str)


WORD = st.text(st.characters(categories=("L", "N", "P", "Zs"), exclude_characters="\u2028\u2029"), max_size=30)


SITE = st.builds(
    Registered, code=st.just("4301000001"), host=st.just("www.a.gov.cn"), title=WORD, unit=WORD,
    region=st.just("430100"), kind=st.just("portal"), operator=WORD, contact=WORD,
)  # fmt: skip


@given(st.lists(SITE, max_size=5))
def test_what_is_written_is_read_again(sites: list[Registered]) -> None:
    problems: list[InputError] = []
    found = parse(text(sites), "x", problems)
    kept = sorted((one for one in sites if one.title and one.unit and all(
        str(getattr(one, name)).isprintable() for name in COLUMNS)), key=lambda one: one.host)  # fmt: skip
    assert list(found) == kept
