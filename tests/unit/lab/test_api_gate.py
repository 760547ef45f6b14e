"""A kube-proxy of the lab sees its own platform's Services and nothing else is changed on the way."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from lab.api_gate import length_of, narrowed

REST = b"Host: 127.0.0.1:6444\r\nAccept: application/json\r\n\r\n"


@pytest.mark.parametrize(
    ("target", "selector"),
    [
        ("/api/v1/services?labelSelector=%21service.kubernetes.io%2Fheadless&watch=true",
         "!service.kubernetes.io/headless,jiyue/platform=changsha"),
        ("/apis/discovery.k8s.io/v1/endpointslices?limit=500", "jiyue/platform=changsha"),
    ],
)  # fmt: skip
def test_services_are_those_of_the_platform(target: str, selector: str) -> None:
    head = narrowed(f"GET {target} HTTP/1.1\r\n".encode() + REST, "changsha")
    line, _, rest = head.partition(b"\r\n")
    asked = urlsplit(line.split()[1].decode())
    before = parse_qs(urlsplit(target).query)
    assert rest == REST
    assert parse_qs(asked.query) == {**before, "labelSelector": [selector]}


def test_everything_else_passes_as_it_came() -> None:
    head = b"GET /api/v1/nodes?fieldSelector=metadata.name%3Dnode-changsha HTTP/1.1\r\n" + REST
    assert narrowed(head, "changsha") == head
    assert length_of(b"POST / HTTP/1.1\r\nContent-Length: 12\r\n\r\n") == 12
    assert length_of(head) == 0
