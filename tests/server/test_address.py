"""Addresses that can be had, and those that can't."""

from __future__ import annotations

import pytest

from mock_daraja.errors import Problem
from mock_daraja.server import Server
from tests.server.apps import echo


def test_a_taken_port_is_a_problem_that_says_who_to_ask(capsys):
    with Server(echo) as first, pytest.raises(Problem) as caught:
        Server(echo, port=first.port)

    assert caught.value.what == f"port {first.port} is taken"
    assert "--port" in caught.value.remedy
    assert str(first.port) in caught.value.remedy
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 0), ("127.0.0.1", 70000), ("no such host", 0)])
def test_an_address_that_cannot_be_had_is_a_problem(host, port):
    with pytest.raises(Problem, match="cannot listen here"):
        Server(echo, host, port)


@pytest.mark.parametrize(("host", "url"), [("127.0.0.1", "http://127.0.0.1:"), ("0.0.0.0", "http://127.0.0.1:")])
def test_the_url_is_one_that_a_client_can_use(host, url):
    server = Server(echo, host)

    assert server.url == f"{url}{server.port}"
    server.stop()
