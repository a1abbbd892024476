"""Clients of real servers over each transport."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.faults.clients import TRANSPORTS, Client, Transport

Connect = Callable[[Any], Client]


@pytest.fixture(params=TRANSPORTS, ids=lambda transport: transport.name)
def transport(request: pytest.FixtureRequest) -> Transport:
    return request.param


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """What is closed behind the test."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def connect(transport: Transport, stack: ExitStack) -> Connect:
    """A client, over the transport, of a server of its own for that app."""

    def begin(app: Any) -> Client:
        server = stack.enter_context(transport.serve(app))
        return stack.enter_context(transport.connect(server))

    return begin
