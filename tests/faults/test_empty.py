from __future__ import annotations

from mock_daraja.faults.empty import Empty


def test_closes_in_order_without_a_byte(client, wire, response):
    Empty().carry_out(wire, response)

    assert client.recv(1) == b""
    assert not wire.is_open
