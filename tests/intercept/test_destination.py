from __future__ import annotations

import gc
import socket

import pytest

from mock_daraja.errors import Problem
from mock_daraja.intercept.destination import Destination, address_of, shut


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:6737", ("127.0.0.1", 6737)),
        ("http://127.0.0.1:6737/", ("127.0.0.1", 6737)),
        ("http://[::1]:6737", ("::1", 6737)),
        ("http://daraja", ("daraja", 80)),
    ],
)
def test_a_base_url_is_an_address(url: str, address: tuple[str, int]) -> None:
    assert address_of(url) == address


@pytest.mark.parametrize("url", ["https://127.0.0.1:6737", "127.0.0.1:6737", "http://", "http://127.0.0.1/mpesa", ""])
def test_any_other_url_is_refused_with_the_remedy(url: str) -> None:
    with pytest.raises(Problem, match="nowhere to redirect to") as refused:
        address_of(url)

    assert "http://127.0.0.1:6737" in refused.value.remedy


def test_what_is_open_at_the_end_is_cut() -> None:
    mine, other = socket.socketpair()
    destination = Destination(("127.0.0.1", 6737))
    destination.opened(mine, shut)

    destination.end()

    with mine, other:
        other.settimeout(5)
        assert other.recv(1) == b""


def test_what_is_opened_after_the_end_is_cut_at_once() -> None:
    mine, other = socket.socketpair()
    destination = Destination(("127.0.0.1", 6737))
    destination.end()

    destination.opened(mine, shut)

    with mine, other:
        other.settimeout(5)
        assert other.recv(1) == b""


def test_what_is_closed_or_forgotten_already_is_left_alone() -> None:
    closed, forgotten = socket.socketpair()
    cuts: list[object] = []
    destination = Destination(("127.0.0.1", 6737))
    destination.opened(closed, shut)
    destination.opened(forgotten, cuts.append)

    closed.close()
    forgotten.close()
    del forgotten
    gc.collect()
    destination.end()

    assert cuts == []
