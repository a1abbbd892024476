"""One request on its way through the steps."""

from __future__ import annotations

from mock_daraja.exchange import Request
from mock_daraja.steps.passage import Passage
from tests.conftest import Mock


def test_a_header_that_comes_twice_is_one_list_in_the_order_it_came(mock: Mock) -> None:
    request = Request("GET", "/", "", (("Accept", "text/html"), ("Via", "a"), ("accept", "*/*")), b"")

    passage = Passage.of(mock.gateway.shared, request)

    assert passage.headers == {"accept": "text/html,*/*", "via": "a"}
