"""Hardening without a host: what is rendered from what was seen, what is left, and that twice is once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inventory.errors import EnvironmentFailed
from jiyue.probe.agent.baseline.logs import BLOCK, NOTHING_SAID, days, settings
from jiyue.sites.catalogue import catalogue
from jiyue.sites.hardening.measure import discover, plan
from jiyue.sites.hardening.measures.logs import longer
from jiyue.sites.hardening.measures.nginx import OWN
from jiyue.sites.hardening.measures.rights import better
from jiyue.sites.hardening.model import Daemon, Look, Web, Wide, looked
from jiyue.sites.hardening.play import answer_of

NGINX = """\
events {}
http {
    ssl_protocols TLSv1 TLSv1.2;
    server {
        listen 1.2.3.4:443 ssl;
        server_name a.gov.cn;
        add_header X-Frame-Options DENY;
        location /old/ { autoindex on; }
        location /new/ { include /etc/nginx/snippet.conf; }
    }
}
"""
SNIPPET = "add_header X-Content-Type-Options nosniff;\n"
SSHD = "passwordauthentication yes\npermitrootlogin no\nmaxauthtries 6\nciphers aes256-ctr,aes128-cbc\n"
BARE = Look({}, {}, Web(False, "", ()), (), {}, False, True, (), (-1, -1), False)


def made(**words: object) -> Look:
    return replace(BARE, **words)  # type: ignore[arg-type]


def web(main: str = NGINX, **others: str) -> Look:
    texts = {"/etc/nginx/nginx.conf": main, "/etc/nginx/snippet.conf": SNIPPET, **others, "/etc/login.defs": ""}
    return made(texts=texts, nginx=Web(True, "", tuple(texts)[:-1]))


def after(look: Look) -> Look:
    """The host once its plan is carried out."""
    texts = dict(look.texts) | {one.path: one.after for one in plan("a", look).changes}
    files = tuple(dict.fromkeys((*look.nginx.files, *([OWN] if OWN in texts else []))))
    return replace(look, texts=texts, nginx=replace(look.nginx, files=files))


def test_what_the_catalogue_says_is_mended_by_hardening_is_what_measures_mend() -> None:
    assert frozenset[str]().union(*(one.mends for one in discover())) == {
        one.id for one in catalogue().values() if one.harden
    }


def test_nginx_bad_values_where_they_stand_and_headers_where_they_are_not_inherited() -> None:
    texts = after(web()).texts
    main = texts["/etc/nginx/nginx.conf"]
    assert main.startswith(f"events {{}}\nhttp {{\n    include {OWN};\n    ssl_protocols TLSv1.2 TLSv1.3;")
    assert "autoindex off" in main
    server, _, new = main.partition("location /new/")
    assert server.count("add_header Content-Security-Policy") == 1 and "X-Content-Type-Options nosniff" in server
    assert "Strict-Transport-Security" in new and "nosniff" not in new  # the snippet brings that one itself
    assert "server_tokens off" in texts[OWN] and "ssl_protocols" not in texts[OWN] and "map $scheme" in texts[OWN]


def test_twice_is_once() -> None:
    assert not plan("a", after(web())).changes
    assert plan("a", after(web())).empty


def test_no_hsts_where_a_certificate_does_not_hold() -> None:
    found = plan("a", replace(web(), hsts=False))
    assert "Strict-Transport" not in "".join(one.after for one in found.changes)
    assert "header-hsts" in {one.finding for one in found.left}


def test_what_is_rendered_from_change_sets_is_not_touched() -> None:
    rendered = "server { listen 1.2.3.4:80; autoindex on; }"
    main = "events {}\nhttp { include /etc/nginx/jiyue.conf; server_tokens off; ssl_protocols TLSv1.3; }\n"
    assert not [
        one for one in plan("a", web(main, **{"/etc/nginx/jiyue.conf": rendered})).changes if "nginx" in one.path
    ]


@pytest.mark.parametrize("id", ["nginx-protocols", "header-csp", "nginx-autoindex", "account-defaults"])
def test_what_somebody_answers_for_stays(id: str) -> None:
    found = plan("a", replace(web(), leave=frozenset({id})))
    assert id not in found.mends and id in {one.finding for one in found.left}


def test_broken_or_silent_nginx_is_left_and_said() -> None:
    assert [one.finding for one in plan("a", web("http { server {")).left] == ["nginx"]
    assert [one.finding for one in plan("a", replace(web(), nginx=Web(True, "no", ()))).left] == ["nginx"]


def daemon(keys: bool = True) -> Look:
    file = "/etc/ssh/sshd_config"
    return made(
        texts={file: "UsePAM yes\n", "/etc/login.defs": "PASS_MAX_DAYS 30\n"}, sshd=(Daemon(file, 0, SSHD, keys),)
    )


def test_sshd_gets_what_was_wrong_and_nothing_weaker() -> None:
    own, main = plan("a", daemon()).changes
    assert own.after.splitlines()[1:] == ["ciphers aes256-ctr", "passwordauthentication no"]
    assert main.after == f"Include {own.path}\nUsePAM yes\n"
    more = replace(daemon(), texts={**daemon().texts, own.path: "loglevel VERBOSE\n"})
    assert "loglevel VERBOSE" in plan("a", more).changes[0].after  # what it said before stays


def test_nobody_is_shut_out_who_has_no_key() -> None:
    found = plan("a", daemon(keys=False))
    assert "passwordauthentication" not in found.changes[0].after
    assert [one.finding for one in found.left] == ["sshd-passwords"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("/var/log/nginx/*.log {\n    daily\n    rotate 14\n}\n", 180),
        ("/var/log/nginx/*.log {\n    weekly\n    rotate 52\n    maxage 30\n}\n", 180),
        ("/var/log/nginx/*.log\n/var/log/a.log { daily }\n", 180),
        ("/var/log/wtmp {\n    monthly\n    rotate 1\n}\n", 180),
        ("/var/log/apt/term.log {\n    monthly\n    rotate 1\n}\n", 30),
    ],
)  # fmt: skip
def test_logs_are_kept_for_half_a_year(text: str, kept: float) -> None:
    found = BLOCK.sub(lambda block: longer(block, NOTHING_SAID), text)
    (block,) = BLOCK.finditer(found)
    assert days(settings(block["body"], NOTHING_SAID)) == pytest.approx(kept, rel=0.02)
    assert BLOCK.sub(lambda block: longer(block, NOTHING_SAID), found) == found


@pytest.mark.parametrize(
    ("wide", "now"),
    [
        (Wide("keys", "/k", (0o644, 0, 0)), (0o600, 0, 0)),
        (Wide("keys", "/k", (0o664, 0, 9), keeps=True), (0o640, 0, 9)),
        (Wide("config", "/c", (0o666, 0, 0)), (0o664, 0, 0)),
        (Wide("pages", "/p", (0o644, 33, 33)), (0o644, 0, 33)),
        (Wide("pages", "/p", (0o600, 33, 33)), (0o640, 0, 33)),
        (Wide("pages", "/p", (0o770, 5, 33)), (0o750, 5, 33)),
        (Wide("pages", "/p", (0o777, 5, 5)), (0o775, 5, 5)),
    ],
)
def test_rights_are_taken_and_the_web_server_still_reads(wide: Wide, now: tuple[int, int, int]) -> None:
    assert better(wide, (33, 33)) == now


def test_answers_are_read_as_hostile() -> None:
    with pytest.raises(EnvironmentFailed, match="texts"):
        looked("a", {"state": "looked", "nginx": "all is well"}, frozenset(), True)
    event = {"event": "runner_on_ok", "event_data": {"host": "a", "res": {"stdout": '{"state": "fine", "host": "b"}'}}}
    assert answer_of(event)[1]["state"] == "failed"
    assert answer_of({"event": "runner_on_failed", "event_data": {"host": "a", "res": {"stdout": "[]"}}})[0] == "a"
