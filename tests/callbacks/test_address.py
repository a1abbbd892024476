from __future__ import annotations

from ipaddress import ip_address

import pytest

from mock_daraja.callbacks.address import kind, literal


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("::1", "loopback"),
        ("10.0.0.1", "private"),
        ("172.16.0.1", "private"),
        ("172.31.255.255", "private"),
        ("172.32.0.1", "public"),
        ("192.168.1.1", "private"),
        ("fd12::1", "private"),
        ("169.254.169.254", "cloud metadata"),
        ("fd00:ec2::254", "cloud metadata"),
        ("100.100.100.200", "cloud metadata"),
        ("169.254.1.1", "link-local"),
        ("fe80::1", "link-local"),
        ("0.0.0.0", "unspecified"),
        ("::", "unspecified"),
        ("224.0.0.1", "multicast"),
        ("ff02::1", "multicast"),
        ("255.255.255.255", "reserved"),
        ("8.8.8.8", "public"),
        ("2001:4860::8888", "public"),
        ("64:ff9b::7f00:1", "reserved"),
    ],
)
def test_kind_of_address(address: str, expected: str) -> None:
    assert kind(ip_address(address)) == expected


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("::1", "::1"),
        ("1.2.3.400", None),
        ("99999999999", None),
        ("1.2.3.4.5", None),
        ("localhost", None),
        ("0xzz", None),
        ("", None),
    ],
)
def test_every_spelling_of_an_address_is_read(host: str, address: str | None) -> None:
    found = literal(host)

    assert (None if found is None else str(found)) == address
