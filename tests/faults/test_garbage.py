from __future__ import annotations

import http.client

import pytest

from mock_daraja.faults.garbage import GARBAGE, Garbage


def test_sends_what_no_http_client_can_read(client, wire, response):
    Garbage().carry_out(wire, response)

    answer = http.client.HTTPResponse(client)
    with pytest.raises(http.client.BadStatusLine):
        answer.begin()
    answer.close()
    assert not wire.is_open


def test_is_the_same_bytes_every_time(client, wire, response):
    Garbage().carry_out(wire, response)

    assert client.makefile("rb").read() == GARBAGE
