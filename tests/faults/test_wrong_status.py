from __future__ import annotations

import pytest

from mock_daraja.errors import Problem
from mock_daraja.faults.acts import Send
from mock_daraja.faults.wrong_status import WrongStatus
from mock_daraja.quoting import shown
from tests.faults.playing import RESPONSE, played


@pytest.mark.parametrize(("status", "line"), [(503, b"503 Service Unavailable"), (299, b"299 Unknown")])
def test_the_right_body_comes_under_another_status(status, line):
    assert played(WrongStatus(status=status)) == [Send(RESPONSE.replace(b"200 OK", line))]


@pytest.mark.parametrize("status", [199, 600, 204, 304, "500", 500.0, True, None, [500]])
def test_refuses_a_status_that_has_no_body_or_is_none(status):
    with pytest.raises(Problem) as caught:
        WrongStatus(status=status)

    assert caught.value.what == f"status is {shown(status)}"
    assert "from 200 to 599" in caught.value.remedy
