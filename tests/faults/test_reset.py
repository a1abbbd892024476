from __future__ import annotations

from mock_daraja.faults.acts import Abort
from mock_daraja.faults.reset import Reset
from tests.faults.playing import played


def test_drops_the_connection_without_a_byte():
    assert played(Reset()) == [Abort()]
