from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from mock_daraja.callbacks.policy import Policy, Target
from mock_daraja.callbacks.url import Url
from mock_daraja.errors import Problem
from mock_daraja.model import UrlRefusal
from mock_daraja.reasons import refusal_texts

NAMES = {
    "web": ["172.18.0.2"],
    "host.docker.internal": ["fdc4::254", "192.168.65.254"],
    "host.containers.internal": ["10.0.2.2"],
    "printer.local": ["fe80::1%eth0", "192.168.1.9"],
    "app.test": ["127.0.0.1"],
    "leaky.test": ["93.184.216.34"],
    "metadata.google.internal": ["169.254.169.254"],
    "api.example.com": ["93.184.216.34"],
    "rebound.example.com": ["10.0.0.7"],
    "cloud.example.com": ["169.254.169.254"],
    "app.lan": ["192.168.1.20"],
}


class Names:
    """A resolver that answers from a table and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, name: str) -> Sequence[str]:
        self.asked.append(name)
        if name not in NAMES:
            raise socket.gaierror(-2, "Name or service not known")
        return NAMES[name]


@pytest.fixture
def names() -> Names:
    return Names()


@pytest.fixture(autouse=True)
def no_real_name_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a real name look-up")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.parametrize(
    ("url", "addresses"),
    [
        ("http://127.0.0.1:8000/x", ("127.0.0.1",)),
        ("http://localhost:8000/x", ("127.0.0.1", "::1")),
        ("http://localhost./x", ("127.0.0.1", "::1")),
        ("http://app.localhost/x", ("127.0.0.1", "::1")),
        ("http://[::1]/x", ("::1",)),
        ("http://10.1.2.3/x", ("10.1.2.3",)),
        ("http://172.20.0.3/x", ("172.20.0.3",)),
        ("https://192.168.0.10/x", ("192.168.0.10",)),
        ("http://[fd00::2]/x", ("fd00::2",)),
        ("http://[::ffff:10.0.0.1]/x", ("10.0.0.1",)),
        ("http://[::ffff:7f00:1]/x", ("127.0.0.1",)),
        ("http://2130706433/x", ("127.0.0.1",)),
        ("http://0x7f.1/x", ("127.0.0.1",)),
        ("http://0177.0.0.01/x", ("127.0.0.1",)),
    ],
)
def test_neighbours_need_no_look_up(names: Names, url: str, addresses: tuple[str, ...]) -> None:
    target = Policy(["private"], lookup=names).resolve(url)

    assert isinstance(target, Target)
    assert target.addresses == addresses
    assert names.asked == []


@pytest.mark.parametrize(
    ("url", "addresses"),
    [
        ("http://web:5000/x", ("172.18.0.2",)),
        ("http://host.docker.internal/x", ("fdc4::254", "192.168.65.254")),
        ("http://host.containers.internal/x", ("10.0.2.2",)),
        ("http://printer.local/x", ("192.168.1.9",)),
        ("http://app.test/x", ("127.0.0.1",)),
    ],
)
def test_local_name_is_looked_up_once_and_its_private_address_used(
    names: Names, url: str, addresses: tuple[str, ...]
) -> None:
    target = Policy(["private"], lookup=names).resolve(url)

    assert isinstance(target, Target)
    assert target.addresses == addresses
    assert len(names.asked) == 1


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://10.1.2.3/x", "10.1.2.3 is a private address, so another machine's or a container's"),
        ("http://[fd00::2]/x", "fd00::2 is a private address, so another machine's or a container's"),
        ("http://web:5000/x", "web is 172.18.0.2, which is a private address, so another machine's or a container's"),
    ],
)
def test_private_networks_are_refused_until_somebody_allows_them(names: Names, url: str, reason: str) -> None:
    refusal = Policy(lookup=names).resolve(url)

    assert isinstance(refusal, UrlRefusal)
    remedy = "to send callbacks to your own network: --allow-callbacks-to private"
    assert refusal_texts(refusal) == (reason, remedy)


def test_private_may_be_allowed_on_one_port(names: Names) -> None:
    policy = Policy(["private:8000"], lookup=names)

    assert isinstance(policy.resolve("http://10.1.2.3:8000/x"), Target)
    assert isinstance(policy.resolve("http://10.1.2.3:8001/x"), UrlRefusal)


def test_private_network_allows_no_cloud_metadata(names: Names) -> None:
    assert isinstance(Policy(["private"], lookup=names).resolve("http://[fd00:ec2::254]/"), UrlRefusal)


def test_name_that_is_allowed_may_be_in_a_private_network(names: Names) -> None:
    target = Policy(["web"], lookup=names).resolve("http://web:5000/x")

    assert isinstance(target, Target)
    assert target.addresses == ("172.18.0.2",)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://169.254.169.254/latest", "169.254.169.254 is a cloud metadata address"),
        (
            "http://[::ffff:169.254.169.254]/",
            "::ffff:169.254.169.254 is 169.254.169.254, which is a cloud metadata address",
        ),
        ("http://[fd00:ec2::254]/", "fd00:ec2::254 is a cloud metadata address"),
        ("http://0xA9FEA9FE/", "0xa9fea9fe is 169.254.169.254, which is a cloud metadata address"),
        (
            "http://metadata.google.internal/",
            "metadata.google.internal is 169.254.169.254, which is a cloud metadata address",
        ),
        ("http://169.254.7.7/", "169.254.7.7 is a link-local address"),
        ("http://[fe80::1]/", "fe80::1 is a link-local address"),
        ("http://0.0.0.0:8000/", "0.0.0.0 is an unspecified address"),
        ("http://0/", "0 is 0.0.0.0, which is an unspecified address"),
        ("http://224.0.0.1/", "224.0.0.1 is a multicast address"),
        ("http://93.184.216.34/", "93.184.216.34 is a public address"),
        ("http://1572395042/", "1572395042 is 93.184.216.34, which is a public address"),
        ("http://leaky.test/", "leaky.test is 93.184.216.34, which is a public address"),
        ("http://gone.test/", "no address for the name gone.test: Name or service not known"),
        ("http://user@localhost/", "the callback URL holds a user name or password"),
    ],
)
def test_other_addresses_are_refused(names: Names, url: str, reason: str) -> None:
    refusal = Policy(lookup=names).resolve(url)

    assert isinstance(refusal, UrlRefusal)
    said, remedy = refusal_texts(refusal)
    assert said == reason
    assert remedy


@pytest.mark.parametrize(
    "url", ["http://example.com/x", "https://api.example.com:8443/x", "http://localhost.example.com"]
)
def test_public_name_is_refused_without_asking_a_name_server(names: Names, url: str) -> None:
    refusal = Policy(lookup=names).resolve(url)

    assert isinstance(refusal, UrlRefusal)
    assert refusal.kind == "public-name"
    assert names.asked == []


def test_refusal_of_a_public_name_holds_what_to_paste() -> None:
    refusal = Policy().resolve("https://app.example.com:8443/hooks/stk?x=1")

    assert isinstance(refusal, UrlRefusal)
    reason, remedy = refusal_texts(refusal)
    assert reason == "app.example.com is a public name"
    assert "--allow-callbacks-to app.example.com" in remedy
    assert "--rewrite-callbacks https://app.example.com:8443=http://localhost:8000" in remedy


@pytest.mark.parametrize(
    ("pattern", "url", "allowed"),
    [
        ("api.example.com", "http://api.example.com/x", True),
        ("API.Example.com", "http://api.EXAMPLE.com/x", True),
        ("api.example.com", "http://api.example.com./x", True),
        ("api.example.com", "http://rebound.example.com/x", False),
        ("*.example.com", "http://api.example.com/x", True),
        ("*.example.com", "http://rebound.example.com/x", True),
        ("*.example.com", "http://example.com/x", False),
        ("*.example.com", "http://api.example.com.attacker.org/x", False),
        ("*.example.com", "http://cloud.example.com/x", False),
        ("*", "http://api.example.com/x", True),
        ("*", "http://93.184.216.34/x", True),
        ("*", "http://169.254.169.254/x", False),
        ("*", "http://169.254.7.7/x", False),
        ("*", "http://0.0.0.0/x", False),
        ("api.example.com:8443", "https://api.example.com:8443/x", True),
        ("api.example.com:8443", "https://api.example.com/x", False),
        ("*.example.com:443", "https://api.example.com/x", True),
        ("93.184.216.0/24", "http://93.184.216.34/x", True),
        ("93.184.216.0/24", "http://leaky.test/x", True),
        ("93.184.216.0/24", "http://api.example.com/x", False),
        ("93.184.216.34", "http://93.184.216.34:9/x", True),
        ("93.184.216.34:80", "http://93.184.216.34/x", True),
        ("93.184.216.34:80", "http://93.184.216.34:81/x", False),
        ("0.0.0.0/0", "http://169.254.169.254/x", False),
        ("169.254.0.0/16", "http://169.254.7.7/x", True),
        ("2001:db8::/32", "http://[2001:db8::1]/x", True),
        ("2001:db8::1", "http://[2001:db8::1]:8000/x", True),
        ("[2001:db8::1]:8000", "http://[2001:db8::1]:8000/x", True),
        ("[2001:db8::1]:8000", "http://[2001:db8::1]/x", False),
    ],
)
def test_allow_pattern(names: Names, pattern: str, url: str, allowed: bool) -> None:
    found = Policy(allow=(pattern,), lookup=names).resolve(url)

    assert isinstance(found, Target if allowed else UrlRefusal)


@pytest.mark.parametrize(
    "pattern",
    ["", "http://example.com", "example.com/x", "a b", "example.com:0", "example.com:99999", "10.0.0.0/99", "a[bc].d"],
)
def test_unreadable_allow_pattern_is_a_problem(pattern: str) -> None:
    with pytest.raises(Problem) as caught:
        Policy(allow=(pattern,))

    assert repr(pattern) in caught.value.what
    assert "*.example.com" in caught.value.remedy


@pytest.mark.parametrize(
    ("source", "to", "url", "rewritten"),
    [
        ("https://a.example", "http://localhost:8000", "https://a.example/x?y=1", "http://localhost:8000/x?y=1"),
        ("https://a.example", "http://localhost:8000", "https://a.example", "http://localhost:8000"),
        ("https://a.example", "http://localhost:8000", "https://a.example?y=1", "http://localhost:8000?y=1"),
        ("https://a.example/", "http://localhost:8000/", "https://a.example/x", "http://localhost:8000/x"),
        ("https://a.example/", "http://localhost:8000", "https://a.example/x", "http://localhost:8000/x"),
        ("https://a.example/api", "http://localhost/v1", "https://a.example/api/x", "http://localhost/v1/x"),
        ("https://A.example", "http://localhost", "HTTPS://a.EXAMPLE/X", "http://localhost/X"),
        ("https://a.example/api", "http://localhost", "https://a.example/apiary", "https://a.example/apiary"),
        ("https://a.example", "http://localhost", "https://a.example.org/x", "https://a.example.org/x"),
        ("https://a.example", "http://localhost", "https://a.example@evil.org/x", "https://a.example@evil.org/x"),
        ("https://a.example", "http://localhost", "https://a.example:8443/x", "https://a.example:8443/x"),
        ("https://a.example", "http://localhost", "http://a.example/x", "http://a.example/x"),
    ],
)
def test_rewrite_replaces_a_whole_prefix(source: str, to: str, url: str, rewritten: str) -> None:
    assert Policy(rewrites=[f"{source}={to}"]).rewrite(url) == rewritten


def test_first_rewrite_that_fits_wins() -> None:
    policy = Policy(rewrites=["https://a.example/b=http://localhost:1", "https://a.example=http://localhost:2"])

    rewritten = [policy.rewrite(f"https://a.example/{path}") for path in ("b/x", "c")]

    assert rewritten == ["http://localhost:1/x", "http://localhost:2/c"]


def test_resolving_rewrites_first_and_may_look_the_new_host_up(names: Names) -> None:
    policy = Policy(rewrites=["https://app.example.com=http://app.lan:3000"], lookup=names)

    target = policy.resolve("https://app.example.com/hooks?x=1")

    place = Url(scheme="http", host="app.lan", port=3000, path_and_query="/hooks?x=1")
    assert target == Target(url="http://app.lan:3000/hooks?x=1", place=place, addresses=("192.168.1.20",))


def test_rewriting_to_a_public_address_allows_nothing(names: Names) -> None:
    policy = Policy(rewrites=["http://localhost=http://api.example.com"], lookup=names)

    refusal = policy.resolve("http://localhost/x")

    assert isinstance(refusal, UrlRefusal)
    assert refusal_texts(refusal)[0] == "api.example.com is 93.184.216.34, which is a public address"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://a.example",
        "a.example=localhost",
        "https://a.example=",
        "=http://b",
        "https://a=ftp://b",
        "http://a=http://u@b",
    ],
)
def test_unreadable_rewrite_is_a_problem(text: str) -> None:
    with pytest.raises(Problem, match="FROM=TO") as caught:
        Policy(rewrites=[text])

    assert "https://app.example.com=http://localhost:8000" in caught.value.remedy


def test_system_resolver_is_asked_for_names(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(name: str, *_: Any, **__: Any) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("172.18.0.9", 0))] if name == "web" else []

    monkeypatch.setattr(socket, "getaddrinfo", answer)

    resolve: Callable[[str], Target | UrlRefusal] = Policy(["private"]).resolve

    assert getattr(resolve("http://web/"), "addresses", None) == ("172.18.0.9",)
    refusal = resolve("http://nowhere/")
    assert isinstance(refusal, UrlRefusal)
    assert refusal_texts(refusal)[0] == "no address for the name nowhere: it has no address"


def test_a_name_is_looked_up_for_each_delivery() -> None:
    answers = [["172.18.0.2"], ["172.18.0.3"]]
    policy = Policy(["private"], lookup=lambda name: answers.pop(0))

    targets = [policy.resolve("http://app.test/hook") for _ in range(2)]

    assert [each.addresses for each in targets if isinstance(each, Target)] == [("172.18.0.2",), ("172.18.0.3",)]
