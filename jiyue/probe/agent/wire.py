"""DNS messages on the wire (RFC 1035 section 4): questions packed by hand, answers read only as far as asked.

A full parse costs more than the question itself when a province is asked; addresses are read here, every other kind of
data is left to dnspython.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass

AA, TC, RD, AD = 0x0400, 0x0200, 0x0100, 0x0020
PAYLOAD = 1232
"""Octets of UDP that we take (DNS flag day 2020): fits IPv6's least MTU."""
TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "DS": 43, "DNSKEY": 48,
         "TLSA": 52, "CAA": 257}  # fmt: skip
RCODES = ("NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET",
          "NOTAUTH", "NOTZONE")  # fmt: skip
_OPT = struct.pack("!BHHIH", 0, 41, PAYLOAD, 0x8000, 0)  # root, OPT, size, DO (RFC 6891, 3225), no options
_RR = struct.Struct("!HHIH")
_LONGEST = 253


class Malformed(ValueError):
    """The octets are no answer to the question."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What was asked for: flags, the response code's name, the data's texts sorted, the smallest TTL in seconds."""

    rcode: str
    aa: bool
    ad: bool
    rdata: list[str]
    ttl: int


def encoded(name: str) -> bytes:
    """A name as labels; ValueError for one that cannot be a name (RFC 1035 section 2.3.4)."""
    text = name.rstrip(".")
    if not text:
        return b"\0"
    if len(text) > _LONGEST or "\\" in text:
        raise ValueError(f"{name[:60]!r} is no plain domain name")
    found = bytearray()
    for label in text.split("."):
        octets = label.encode("ascii" if label.isascii() else "idna")
        if not 0 < len(octets) < 64:
            raise ValueError(f"{name[:60]!r} is no plain domain name")
        found.append(len(octets))
        found += octets
    found.append(0)
    return bytes(found)


def type_number(qtype: str) -> int:
    """The number of a record type; ValueError for one nobody knows."""
    if qtype in TYPES:
        return TYPES[qtype]
    import dns.exception
    import dns.rdatatype

    try:
        return int(dns.rdatatype.from_text(qtype))
    except dns.exception.DNSException as error:
        raise ValueError(f"record type {qtype[:20]!r} is not known") from error


def question(name: str, qtype: str, recurse: bool) -> bytes:
    """A query without its id (the first two octets), with EDNS, DO and AD."""
    flags = AD | (RD if recurse else 0)
    return struct.pack("!HHHHH", flags, 1, 0, 0, 1) + encoded(name) + struct.pack("!HH", type_number(qtype), 1) + _OPT


def asked(query: bytes) -> bytes:
    """The question section of a query without id, in lower case: what an answer must repeat."""
    return query[10 : len(query) - len(_OPT)].lower()


def answers(message: bytes, section: bytes) -> bool:
    """Whether a message is a response to exactly this question section."""
    return len(message) >= 12 and bool(message[2] & 0x80) and message[12 : 12 + len(section)].lower() == section


def truncated(message: bytes) -> bool:
    """Whether the answer did not fit and has to be asked for over TCP."""
    return bool(message[2] & 0x02)


def read(message: bytes, section: bytes, qtype: str) -> Reply:
    """The data of that type in the answer section; Malformed for octets that do not add up."""
    flags, count = struct.unpack_from("!H2xH", message, 2)
    wanted = type_number(qtype)
    place = 12 + len(section)
    found: list[str] = []
    ttl = -1
    try:
        for _ in range(count):
            place = _skip(message, place)
            kind, group, seconds, length = _RR.unpack_from(message, place)
            place += 10
            if place + length > len(message):
                raise Malformed("a record runs over the end of the message")
            if kind == wanted:
                found.append(_text(message, kind, group, place, length))
                ttl = seconds if ttl < 0 else min(ttl, seconds)
            place += length
    except (struct.error, IndexError) as error:
        raise Malformed("the message ends in the middle of a record") from error
    code = flags & 15
    rcode = RCODES[code] if code < len(RCODES) else f"RCODE{code}"
    return Reply(rcode, bool(flags & AA), bool(flags & AD), sorted(set(found)), max(ttl, 0))


def _skip(message: bytes, place: int) -> int:
    """The place after a name; a compression pointer ends it."""
    while True:
        length = message[place]
        if length >= 0xC0:
            return place + 2
        if length > 63:
            raise Malformed("a label of a kind that does not exist")
        place += 1 + length
        if not length:
            return place


def _text(message: bytes, kind: int, group: int, place: int, length: int) -> str:
    if kind == 28 and length == 16:
        return socket.inet_ntop(socket.AF_INET6, message[place : place + 16])
    if kind == 1 and length == 4:
        return socket.inet_ntop(socket.AF_INET, message[place : place + 4])
    import dns.exception
    import dns.rdata
    import dns.rdataclass
    import dns.rdatatype

    try:
        found = dns.rdataclass.RdataClass.make(group), dns.rdatatype.RdataType.make(kind)
        return str(dns.rdata.from_wire(*found, message, place, length).to_text())
    except (dns.exception.DNSException, ValueError) as error:
        raise Malformed(f"data of type {kind} that cannot be read") from error
