from __future__ import annotations

import pytest

from mock_daraja.faults.reset import Reset


def test_the_client_sees_a_connection_reset(client, wire, response):
    Reset().carry_out(wire, response)

    with pytest.raises(ConnectionResetError):
        client.recv(1)
    assert not wire.is_open
