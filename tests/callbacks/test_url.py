from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_daraja.callbacks.url import Url, is_under, lower_origin, parse
from mock_daraja.model import UrlRefusal
from mock_daraja.reasons import refusal_texts


@pytest.mark.parametrize(
    ("url", "parts", "host_header"),
    [
        ("http://localhost", Url("http", "localhost", 80, "/"), "localhost"),
        ("HTTPS://LocalHost/A", Url("https", "localhost", 443, "/A"), "localhost"),
        ("http://localhost:8000/a/b?c=d&e=%20#f", Url("http", "localhost", 8000, "/a/b?c=d&e=%20"), "localhost:8000"),
        ("http://localhost?x=1", Url("http", "localhost", 80, "/?x=1"), "localhost"),
        ("http://localhost:/x", Url("http", "localhost", 80, "/x"), "localhost"),
        ("https://localhost:80/", Url("https", "localhost", 80, "/"), "localhost:80"),
        ("http://[::1]:8000/x", Url("http", "::1", 8000, "/x"), "[::1]:8000"),
        ("http://web_1.compose:5000/x", Url("http", "web_1.compose", 5000, "/x"), "web_1.compose:5000"),
        ("http://localhost//a//b/../c", Url("http", "localhost", 80, "//a//b/../c"), "localhost"),
        ("http://localhost/malipo/é?q=ü%20", Url("http", "localhost", 80, "/malipo/%C3%A9?q=%C3%BC%20"), "localhost"),
        ("http://bücher.test/", Url("http", "xn--bcher-kva.test", 80, "/"), "xn--bcher-kva.test"),
        ("http://127。0。0。1/", Url("http", "127.0.0.1", 80, "/"), "127.0.0.1"),
    ],
)
def test_url_is_taken_apart(url: str, parts: Url, host_header: str) -> None:
    found = parse(url)

    assert found == parts
    assert isinstance(found, Url)
    assert found.host_header == host_header


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "'' is not a URL"),
        ("localhost:8000/x", "'localhost:8000/x' is not a URL"),
        ("//localhost/x", "'//localhost/x' is not a URL"),
        ("ftp://localhost/x", "ftp is not a scheme callbacks are sent by"),
        ("file:///etc/passwd", "file is not a scheme callbacks are sent by"),
        ("gopher://localhost/_x", "gopher is not a scheme callbacks are sent by"),
        ("http://user@localhost/", "the callback URL holds a user name or password"),
        ("http://user:word@localhost/", "the callback URL holds a user name or password"),
        ("http://localhost@example.com/", "the callback URL holds a user name or password"),
        ("http://localhost:0/", "0 is not a port"),
        ("http://localhost:65536/", "65536 is not a port"),
        ("http://localhost:999999999999/", "999999999999 is not a port"),
        ("http://localhost:http/", "'localhost:http' is not a host"),
        ("http://localhost:-1/", "'localhost:-1' is not a host"),
        ("http://localhost\\@example.com/", "'localhost' is not a host"),
        ("http://loc%61lhost/", "'loc%61lhost' is not a host"),
        ("http:///x", "'' is not a host"),
        ("http://.:80/", "'.' is not a host"),
        ("http://a..b/", "'a..b' is not a host"),
        ("http://1.2.3.400/", "'1.2.3.400' is not a host"),
        ("http://[::1/", "'[::1' is not a host"),
        ("http://[127.0.0.1]/", "'[127.0.0.1]' is not a host"),
        ("http://[fe80::1%25eth0]/", "'[fe80::1%25eth0]' is not a host"),
        ("http://::1/", "'::1' is not a host"),
        ("http://localhost/a b", "the callback URL holds a blank or a control character"),
        ("http://localhost/\r\nX: y", "the callback URL holds a blank or a control character"),
        (" http://localhost/", "the callback URL holds a blank or a control character"),
        ("http://local\x00host/", "the callback URL holds a blank or a control character"),
    ],
)
def test_doubtful_url_is_refused_with_its_reason(url: str, reason: str) -> None:
    found = parse(url)

    assert isinstance(found, UrlRefusal)
    said, remedy = refusal_texts(found)
    assert said == reason
    assert remedy


@given(st.text() | st.from_regex(r"https?://[^/]{0,30}(/.*)?", fullmatch=True))
def test_any_text_is_a_safe_url_or_a_refusal(text: str) -> None:
    found = parse(text)

    if isinstance(found, Url):
        assert found.path_and_query.startswith("/")
        assert found.path_and_query.isascii()
        assert "\n" not in found.path_and_query + found.host_header
        assert " " not in found.path_and_query + found.host_header


@pytest.mark.parametrize(
    ("url", "prefix", "is_under_it"),
    [
        ("http://a/b", "http://a", True),
        ("http://a?b", "http://a", True),
        ("http://a/b", "http://a/b", True),
        ("http://a/bc", "http://a/b", False),
        ("http://ab", "http://a", False),
        ("http://a:80/b", "http://a", False),
    ],
)
def test_a_prefix_ends_where_a_segment_ends(url: str, prefix: str, is_under_it: bool) -> None:
    assert is_under(url, prefix) == is_under_it


def test_scheme_and_host_are_in_small_letters() -> None:
    assert lower_origin("HTTP://Shop.Example:80/Paid?Now") == "http://shop.example:80/Paid?Now"
