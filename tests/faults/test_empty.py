from __future__ import annotations

from mock_daraja.faults.acts import Close
from mock_daraja.faults.empty import Empty
from tests.faults.playing import played


def test_closes_in_order_without_a_byte():
    assert played(Empty()) == [Close()]
