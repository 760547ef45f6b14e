"""Questions and answers on the wire, held against dnspython; hostile octets never do more than be refused."""

from __future__ import annotations

import contextlib

import dns.flags
import dns.message
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiyue.probe.agent import wire

NAME = "www.changsha.gov.cn"
DATA = {
    "A": ("198.18.1.10", "198.18.1.2"),
    "AAAA": ("3fff:ff1::a", "::ffff:198.18.1.10"),
    "NS": ("ns1.hunan.gov.cn.", "ns2.hunan.gov.cn."),
    "CAA": ('0 issue "ca.test"',),
    "SOA": ("ns1.hunan.gov.cn. admin.hunan.gov.cn. 1 3600 900 86400 300",),
    "TXT": ('"v=spf1 -all"',),
}


def answer(query: bytes, qtype: str, *texts: str, ttl: int = 300) -> bytes:
    """What a server would say, made by dnspython."""
    message = dns.message.from_wire(b"\x12\x34" + query)
    reply = dns.message.make_response(message)
    reply.flags |= dns.flags.AA | dns.flags.AD
    if texts:
        reply.answer.append(dns.rrset.from_text(NAME + ".", ttl, "IN", qtype, *texts))
    return reply.to_wire()


@pytest.mark.parametrize("qtype", sorted(DATA))
def test_an_answer_reads_as_dnspython_reads_it(qtype: str) -> None:
    """Same texts, flags and TTL; the question is one dnspython understands."""
    query = wire.question(NAME, qtype, recurse=True)
    message = answer(query, qtype, *DATA[qtype])
    section = wire.asked(query)
    assert wire.answers(message, section)
    reply = wire.read(message, section, qtype)
    theirs = dns.message.from_wire(message).answer[0]
    assert reply.rdata == sorted(item.to_text() for item in theirs)
    assert (reply.rcode, reply.aa, reply.ad, reply.ttl) == ("NOERROR", True, True, 300)


def test_an_alias_on_the_way_is_not_the_answer() -> None:
    """Only data of the type asked for counts, wherever it stands."""
    query = wire.question(NAME, "AAAA", recurse=True)
    reply = dns.message.make_response(dns.message.from_wire(b"\0\1" + query))
    reply.answer.append(dns.rrset.from_text(NAME + ".", 60, "IN", "CNAME", "edge.gov.cn."))
    reply.answer.append(dns.rrset.from_text("edge.gov.cn.", 30, "IN", "AAAA", "3fff::1"))
    found = wire.read(reply.to_wire(), wire.asked(query), "AAAA")
    assert (found.rdata, found.ttl) == (["3fff::1"], 30)


@pytest.mark.parametrize("name", ["", "a..b", "x" * 64 + ".cn", ".".join(["abcdefgh"] * 29), "a\\046b.cn"])
def test_names_that_are_none(name: str) -> None:
    """The root is a name; empty or long labels and escapes are not."""
    if not name:
        assert wire.encoded(name) == b"\0"
        return
    with pytest.raises((ValueError, UnicodeError)):
        wire.encoded(name)


def test_another_question_or_a_query_is_no_answer() -> None:
    """A forged reply must repeat the question, and be a reply."""
    query = wire.question(NAME, "A", recurse=True)
    other = wire.question("evil.example", "A", recurse=True)
    assert not wire.answers(answer(query, "A", "198.18.1.1"), wire.asked(other))
    assert not wire.answers(b"\0\1" + query, wire.asked(query))
    assert wire.answers(answer(query, "A").replace(b"changsha", b"CHANGSHA"), wire.asked(query))


@given(st.data())
def test_broken_octets_are_refused(data: st.DataObject) -> None:
    """Cut or changed anywhere, an answer is read or Malformed, nothing else."""
    qtype = data.draw(st.sampled_from(sorted(DATA)))
    query = wire.question(NAME, qtype, recurse=True)
    message = bytearray(answer(query, qtype, *DATA[qtype]))
    for _ in range(data.draw(st.integers(0, 4))):
        message[data.draw(st.integers(12 + len(wire.asked(query)), len(message) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(message[: data.draw(st.integers(12, len(message)))])
    with contextlib.suppress(wire.Malformed):
        wire.read(cut, wire.asked(query), qtype)
