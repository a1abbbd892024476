"""What holds for the acts of every fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_daraja.errors import Problem
from mock_daraja.faults import NAMES, drawn, from_spec, kind_of
from mock_daraja.faults.acts import Abort, Act, Acts, Close, Send, Wait
from mock_daraja.faults.dribble import Dribble
from mock_daraja.faults.empty import Empty
from mock_daraja.faults.endless_chunks import EndlessChunks
from mock_daraja.faults.garbage import Garbage
from mock_daraja.faults.hang import Hang
from mock_daraja.faults.latency import Latency
from mock_daraja.faults.reset import Reset
from mock_daraja.faults.truncated import Truncated
from mock_daraja.faults.wrong_content_type import WrongContentType
from mock_daraja.faults.wrong_status import WrongStatus
from mock_daraja.model import FaultSpec
from tests.conftest import ids_of
from tests.faults.playing import HEAD, RESPONSE, START_MS, played

FAULTS = (
    Dribble(),
    Empty(),
    EndlessChunks(),
    Garbage(),
    Hang(),
    Hang(seconds=1),
    Latency(ms=1),
    Reset(),
    Truncated(),
    WrongContentType(),
    WrongStatus(status=500),
)
RESPONSES = (RESPONSE, b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
MOST_ACTS = 40


def test_every_fault_is_among_those_above():
    assert {type(fault) for fault in FAULTS} == {kind_of(name) for name in NAMES}


@pytest.mark.parametrize("response", RESPONSES)
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_nothing_follows_the_end_of_the_connection(fault, response):
    acts = played(fault, response)

    assert acts
    assert all(isinstance(act, Send | Wait) for act in acts[:-1])


@pytest.mark.parametrize("response", RESPONSES)
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_whatever_is_sent_has_bytes(fault, response):
    assert Send(b"") not in played(fault, response)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_one_that_is_closed_early_does_nothing_more(fault):
    every = played(fault)
    for count in range(1, min(len(every), MOST_ACTS)):
        acts = fault.acts(RESPONSE, START_MS)
        assert next(acts) == every[0]
        for _ in range(count - 1):
            acts.send(START_MS)

        acts.close()

        assert list(acts) == []


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_one_fault_can_be_on_several_connections(fault):
    assert played(fault) == played(fault)


odd = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
likely = st.sampled_from(
    (0, 1, 500, 0.01, 2.5, 31_536_000, 100_000_000, "uniform", "lognormal", "text/html", "a/b; charset=x")
)


@st.composite
def specs(draw: st.DrawFn) -> FaultSpec:
    """Any fault with any attributes of its own, of any value that a file or a request can give."""
    name = draw(st.sampled_from(NAMES))
    known = [each.name for each in fields(kind_of(name))]
    return FaultSpec.of(name, draw(st.fixed_dictionaries({}, optional=dict.fromkeys(known, likely | odd))))


responses = st.sampled_from(RESPONSES) | st.binary(max_size=50).map(HEAD.__add__)


@given(spec=specs(), response=responses, moves=st.lists(st.integers(-(10**6), 10**12), max_size=MOST_ACTS))
def test_what_a_fault_cannot_do_is_refused_before_it_begins(spec, response, moves):
    try:
        fault = from_spec(spec)
    except Problem:
        return

    acts = from_spec(drawn(spec, ids_of(1))).acts(response, START_MS)

    assert isinstance(fault, kind_of(spec.name))
    for act in answered(acts, moves):
        assert isinstance(act, Act)
        if isinstance(act, Wait):
            assert act.until_ms is None or isinstance(act.until_ms, int)


def answered(acts: Acts, moves: list[int]) -> Iterator[Act]:
    """Its acts, the clock moved by each of `moves` in turn: too far, not far enough or back."""
    now_ms = START_MS
    act = next(acts, None)
    for move in islice(moves, MOST_ACTS):
        if act is None or isinstance(act, Close | Abort):
            return
        yield act
        now_ms += move
        try:
            act = acts.send(now_ms)
        except StopIteration:
            return
