"""Whoever types an address cannot make this server call a machine that only it can reach."""

from __future__ import annotations

import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from foundation.web_servers import NAME, Resolver, answering, dripping, endless, serving

from guanxi.foundation import guarded_client
from guanxi.foundation.guarded_client import CallFailed, Limits, check_address, fetch, post
from guanxi.foundation.web_addresses import BadAddress


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    return Resolver(monkeypatch)


@pytest.fixture
def near(resolver: Resolver, settings: Any) -> Resolver:
    """A receiver on this machine, which the installation's settings allow by name and without https."""
    settings.WEBHOOK_HOSTS, settings.WEBHOOK_HTTP = frozenset({NAME}), True
    resolver.answers[NAME] = [["127.0.0.1"]]
    return resolver


def failure(call: Any) -> str:
    with pytest.raises(CallFailed) as failed:
        call()
    return failed.value.code


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "100.127.255.255", "0.0.0.0", "255.255.255.255", "224.0.0.1", "240.0.0.1", "198.18.0.1",
        "192.0.2.1", "192.88.99.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "2002:7f00:1::", "2002:808:808::1", "2001::1",
        "2001:db8::1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1",
    ],
)  # fmt: skip
def test_a_name_that_leads_to_an_address_that_is_not_public_is_refused(ip: str, resolver: Resolver) -> None:
    resolver.answers["shop.example"] = [[ip]]
    assert failure(lambda: post("https://shop.example/", body=b"{}", headers={})) == "not allowed"


@pytest.mark.parametrize("ip", ["8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_public_addresses_are_called(ip: str, resolver: Resolver, monkeypatch: pytest.MonkeyPatch) -> None:
    called = []

    def connect(to: tuple[str, int], timeout: float) -> socket.socket:
        called.append(to)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    resolver.answers["shop.example"] = [[ip]]
    assert failure(lambda: post("https://shop.example/", body=b"{}", headers={})) == "no connection"
    assert called == [(ip, 443)]


def test_one_bad_address_among_good_ones_is_enough_to_refuse(resolver: Resolver) -> None:
    resolver.answers["shop.example"] = [["8.8.8.8", "10.0.0.1"]]
    assert failure(lambda: fetch("https://shop.example/")) == "not allowed"


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://localhost/",
        "https://１２７.0.0.1/", "https://127.0.0.1./",
    ],
)  # fmt: skip
def test_addresses_in_place_of_a_name_are_judged_alike(address: str) -> None:
    assert failure(lambda: fetch(address)) == "not allowed"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://shop.example/", "Only https addresses are called"),
        ("ftp://shop.example/", "is not a web address"),
        ("file:///etc/passwd", "is not a web address"),
        ("https://", "is not a web address"),
        ("https://a..b/", "is not a web address"),
        ("https://shop.example:0/", "is not a web address"),
        ("https://shop.example:99999/", "is not a web address"),
        ("https://me:secret@shop.example/", "no user name and no password"),
        ("https://@shop.example/", "no user name and no password"),
        ("https://shop.example/\r\nX: y", "holds a space or a character"),
        ("https://shop.example\\@10.0.0.1/", "holds a space or a character"),
        ("https://2130706433/", "a number in an unusual spelling"),
        ("https://0177.0.0.1/", "a number in an unusual spelling"),
        ("https://0x7f.1/", "a number in an unusual spelling"),
        ("https://127.1/", "a number in an unusual spelling"),
        ("https://shop.example:22/", "Port 22 is not called"),
        ("https://shop.example:25/", "Port 25 is not called"),
        ("https://shop.example:6379/", "Port 6379 is not called"),
        ("https://shop.example/" + "x" * 2000, "1 to 2,000 characters"),
    ],
)
def test_what_is_no_address_to_call_is_refused_before_any_look_up(
    address: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("looked up"))
    with pytest.raises(BadAddress, match=said):
        fetch(address)
    with pytest.raises(BadAddress, match=said):
        post(address, body=b"{}", headers={})


def test_the_ports_of_the_web_and_free_ones_may_be_used(settings: Any) -> None:
    settings.WEBHOOK_HTTP = True
    given = ("https://shop.example", "http://shop.example:80", "https://shop.example:8443/hook?a=b#c")
    assert [(check_address(each).port, check_address(each).target) for each in given] == [
        (443, "/"), (80, "/"), (8443, "/hook?a=b"),
    ]  # fmt: skip


def test_what_is_posted_arrives_and_the_answer_comes_back(near: Resolver) -> None:
    with serving(answering(201, b"thanks", {"X-Id": "7"})) as server:
        answer = post(f"http://{NAME}:{server.port}/hook?源=关系", body=b'{"a":1}', headers={"X-Sign": "s"})
    assert (answer.status, answer.headers["x-id"], answer.body) == (201, "7", b"thanks")
    method, path, headers, body = server.seen[0]
    assert (method, path, body) == ("POST", "/hook?%E6%BA%90=%E5%85%B3%E7%B3%BB", b'{"a":1}')
    assert (headers["Host"], headers["X-Sign"]) == (f"{NAME}:{server.port}", "s")


def test_a_name_that_changes_its_address_after_the_check_changes_nothing(
    near: Resolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the first answer may be called, the second is where an attacker wants to get to."""
    monkeypatch.setattr(guarded_client, "may_call", lambda host, ip: ip == "127.0.0.1")
    with serving() as allowed, serving(ip="127.0.0.2", port=allowed.port) as private:
        near.answers[NAME] = [["127.0.0.1"], ["127.0.0.2"]]
        assert fetch(f"http://{NAME}:{allowed.port}/").status == 200
    assert near.asked == [NAME]
    assert (len(allowed.seen), len(private.seen)) == (1, 0)


def test_a_redirect_is_judged_like_any_other_address(near: Resolver) -> None:
    with serving() as server:
        server.answer = answering(302, headers={"Location": f"http://127.0.0.1:{server.port}/secret"})
        assert failure(lambda: fetch(f"http://{NAME}:{server.port}/")) == "not allowed"
    assert [path for _, path, *_ in server.seen] == ["/"]


def test_three_redirects_are_followed_and_no_fourth(near: Resolver) -> None:
    def answer(handler: Any) -> None:
        left = int(handler.path.strip("/"))
        answering(302 if left else 200, headers={"Location": f"/{left - 1}"} if left else None)(handler)

    with serving(answer) as server:
        assert fetch(f"http://{NAME}:{server.port}/3").status == 200
        assert failure(lambda: fetch(f"http://{NAME}:{server.port}/4")) == "redirects"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_what_is_posted_is_not_sent_on(status: int, near: Resolver) -> None:
    with serving(answering(status, headers={"Location": "/other"})) as server:
        assert post(f"http://{NAME}:{server.port}/", body=b"{}", headers={}).status == status
    assert len(server.seen) == 1


def test_a_redirect_does_not_change_between_https_and_http(near: Resolver, certificate: Path) -> None:
    with serving() as plain, serving(certificate=certificate) as server:
        server.answer = answering(302, headers={"Location": f"http://{NAME}:{plain.port}/"})
        assert failure(lambda: fetch(f"https://{NAME}:{server.port}/")) == "redirects"
    assert plain.seen == []


@pytest.mark.parametrize("behaviour", [dripping, lambda handler: time.sleep(5)], ids=["drips", "is silent"])
def test_the_limit_of_time_holds_for_the_whole_call(behaviour: Any, near: Resolver) -> None:
    began = time.monotonic()
    with serving(behaviour) as server:
        code = failure(lambda: fetch(f"http://{NAME}:{server.port}/", limits=Limits(seconds=0.4)))
        took = time.monotonic() - began
    assert code == "too slow"
    assert 0.3 < took < 1.5


def test_a_look_up_that_does_not_end_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: ended.wait(30) and [])
    assert failure(lambda: fetch("https://shop.example/", limits=Limits(seconds=0.2))) == "too slow"
    ended.set()


def test_a_receiver_that_does_not_take_what_is_sent_is_not_waited_for(near: Resolver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        there = f"http://{NAME}:{deaf.getsockname()[1]}/"
        call = lambda: post(there, body=b"x" * 50_000_000, headers={}, limits=Limits(seconds=0.4))  # noqa: E731
        assert failure(call) == "too slow"


def test_no_more_of_an_answer_is_read_than_is_allowed(near: Resolver) -> None:
    with serving(endless) as server:
        assert failure(lambda: fetch(f"http://{NAME}:{server.port}/")) == "too large"
    with serving(answering(200, b"x" * 100)) as server:
        there = f"http://{NAME}:{server.port}/"
        assert len(fetch(there, limits=Limits(body=100)).body) == 100
        assert failure(lambda: fetch(there, limits=Limits(body=99))) == "too large"


def test_what_does_not_speak_the_webs_language_is_said(near: Resolver) -> None:
    with serving(lambda handler: handler.wfile.write(b"SSH-2.0-x\r\n\r\n")) as server:
        assert failure(lambda: fetch(f"http://{NAME}:{server.port}/")) == "no web server"
    near.answers["nowhere.test"] = [[]]
    assert failure(lambda: fetch("https://nowhere.test/")) == "name unknown"
    assert failure(lambda: fetch(f"http://{NAME}:{server.port}/")) == "no connection"


def test_the_second_address_of_a_name_is_tried_when_the_first_does_not_answer(near: Resolver) -> None:
    with serving() as server:
        near.answers[NAME] = [["127.0.0.9", "127.0.0.1"]]
        assert fetch(f"http://{NAME}:{server.port}/").status == 200


def test_the_certificate_is_that_of_the_name_though_the_address_is_called(
    near: Resolver, certificate: Path, settings: Any
) -> None:
    settings.WEBHOOK_HOSTS |= {"other.test"}
    near.answers["other.test"] = [["127.0.0.1"]]
    with serving(certificate=certificate) as server:
        assert fetch(f"https://{NAME}:{server.port}/").status == 200
        assert failure(lambda: fetch(f"https://other.test:{server.port}/")) == "not trusted"


def test_a_certificate_that_nobody_vouches_for_is_refused(
    near: Resolver, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with serving(certificate=certificate) as server:
        assert failure(lambda: fetch(f"https://{NAME}:{server.port}/")) == "not trusted"


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Key and certificate of the receiver in one file, trusted by this process."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    day = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(day - timedelta(days=1))
        .not_valid_after(day + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    told = signed.public_bytes(serialization.Encoding.PEM)
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = tmp_path / "receiver.pem"
    path.write_bytes(key.private_bytes(*form) + told)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return path
