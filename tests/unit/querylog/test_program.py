"""The program that logs questions: what it reads, what it refuses, and that its file stays bounded."""

from __future__ import annotations

import asyncio
import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ipv6.querylog import install, program
from ipv6.querylog.program import Log, line, question

TIME = 1_772_323_200


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def text(field: int, value: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(value)) + value


def asked(*labels: bytes, kind: int = 28) -> bytes:
    name = b"".join(bytes([len(one)]) + one for one in labels)
    return struct.pack("!6H", 1, 0, 1, 0, 0, 0) + name + b"\0" + struct.pack("!2H", kind, 1)


def frame(message: bytes, client: bytes = bytes([198, 18, 0, 9]), protocol: int = 1) -> bytes:
    inner = number(1, 5) + number(3, protocol) + text(4, client) + number(6, 5353) + number(8, TIME)
    return text(1, b"ns1") + number(15, 1) + text(14, inner + b"\x4d\0\0\0\0" + text(10, message))


def test_a_question_is_one_line_of_either_family() -> None:
    assert line(frame(asked(b"www", b"hunan"))) == "2026-03-01T00:00:00Z 198.18.0.9 5353 udp www.hunan. AAAA\n"
    six = bytes.fromhex("3fff0ff0000000000000000000000009")
    assert line(frame(asked(kind=65280), six, 2)) == "2026-03-01T00:00:00Z 3fff:ff0::9 5353 tcp . TYPE65280\n"


@given(st.lists(st.binary(min_size=1, max_size=63), max_size=4), st.integers(0, 65535))
def test_whatever_stands_in_a_name_it_is_one_printable_line(labels: list[bytes], kind: int) -> None:
    said = line(frame(asked(*labels, kind=kind)))
    assert said.count("\n") == 1 and said.endswith("\n") and said.isascii() and said[:-1].isprintable()
    assert len(said.split()) == 6


@given(st.binary(max_size=200))
@example(b"p\x01")  # a number where the message is
def test_what_is_no_frame_is_a_value_error_or_a_line(data: bytes) -> None:
    for read in (line, lambda data: question(data)[0]):
        with suppress(ValueError, OverflowError, OSError):
            assert "\n" not in read(data)[:-1]


@pytest.mark.parametrize("cut", range(len(asked(b"www", b"hunan"))))
def test_a_question_that_is_cut_short_is_none(cut: int) -> None:
    with pytest.raises(ValueError, match=r"no question|cut short|a name that is none"):
        question(asked(b"www", b"hunan")[:cut])


def test_the_file_is_bounded_and_what_is_missing_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "queries.log"
    log = Log(str(path), 100, 0)
    for _ in range(2):
        log.add("x" * 59 + "\n")
        log.flush()
    assert path.stat().st_size == 60 and log.lost == 1
    path.rename(tmp_path / "queries.log.1")
    log.add("after the rotation\n")
    log.flush()
    assert path.read_text().splitlines() == ["# 1 questions were not written: no room, or not to be read",
                                             "after the rotation"]  # fmt: skip
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_disk_that_is_nearly_full_is_left_alone(tmp_path: Path) -> None:
    log = Log(str(tmp_path / "queries.log"), 10_000, 100)
    log.add("one\n")
    log.flush()
    assert (tmp_path / "queries.log").read_text() == "" and log.lost == 1


def control(kind: int, more: bytes = b"") -> bytes:
    return struct.pack("!III", 0, 4 + len(more), kind) + more


@pytest.mark.parametrize("junk", [b"\xff\xff\xff\xff", struct.pack("!II", 0, 9999), control(77)])
def test_a_conversation_as_a_server_has_it_and_one_that_breaks_the_rules(tmp_path: Path, junk: bytes) -> None:
    place, file = str(tmp_path / "s"), tmp_path / "queries.log"

    async def talk() -> bytes:
        log = Log(str(file), 10_000, 0)
        task = asyncio.create_task(program.serve(place, log))
        while not Path(place).exists():
            await asyncio.sleep(0.01)
        for first in (junk, control(program.READY, struct.pack("!II", 1, 1) + b"x")):
            reader, writer = await asyncio.open_unix_connection(place)
            writer.write(first)
            if first is junk:
                assert await reader.read() == b""  # it is shown the door
                writer.close()
        said = await reader.readexactly(len(control(program.ACCEPT)) + 8 + len(program.CONTENT))
        for good in (frame(asked(b"www")), b"none", frame(asked(b"mail", kind=15))):
            writer.write(control(program.START) + struct.pack("!I", len(good)) + good)
        writer.write(control(program.STOP))
        said += await reader.read()
        writer.close()
        log.flush()
        task.cancel()
        return said

    said = asyncio.run(talk())
    assert program.CONTENT in said and said.endswith(control(program.FINISH))
    lines = file.read_text().splitlines()
    assert [one.split()[-2:] for one in lines if not one.startswith("#")] == [["www.", "AAAA"], ["mail.", "MX"]]
    assert "1 questions" in lines[0]


def test_what_is_handed_over_is_whole() -> None:
    found = install.texts(200, 50)
    assert set(found) == {"querylog.py", install.UNIT, install.ROTATION}
    compile(found["querylog.py"], "querylog.py", "exec")
    assert f"ExecStart={' '.join(install.argv(50))}" in found[install.UNIT] and "rotate 200" in found[install.ROTATION]


def test_wrong_words_are_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert program.main(["a"]) == 2 and program.main(["a", str(tmp_path / "no" / "log"), "1", "1"]) == 2
    assert "usage" in capsys.readouterr().err
