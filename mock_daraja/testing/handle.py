"""Daraja: the handle on one sandbox that a test holds. What it says and does stands in its parts, a noun each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from mock_daraja.errors import Problem
from mock_daraja.testing.asserting import Asserting
from mock_daraja.testing.changes import AS_USUAL, Manner
from mock_daraja.testing.failing import section
from mock_daraja.testing.link import Link
from mock_daraja.testing.people import People
from mock_daraja.testing.plans import Plans
from mock_daraja.testing.real_hosts import guarded
from mock_daraja.testing.seeing import Seeing
from mock_daraja.testing.sending import Sender
from mock_daraja.testing.strict import Strictness
from mock_daraja.testing.sweep.outcomes import Planned, SweptOutcome
from mock_daraja.testing.waiting import Waiting


class Daraja(People, Plans, Waiting, Sender, Seeing, Asserting):
    """One sandbox. Methods raise Problem on what can't be, with the remedy; assertions and waits an AssertionError."""

    def __init__(self, link: Link, manner: Manner = AS_USUAL) -> None:
        super().__init__(link)
        self._manner = manner
        self._outcome: SweptOutcome | None = None
        self._strictness = Strictness(link, strict=manner.strict)
        self.name: Final = link.name
        self.url: Final = link.url
        """The base URL that a client is pointed at, in place of https://sandbox.safaricom.co.ke."""
        self.control_url: Final = link.control_url
        """The base URL of this sandbox's control API, for what runs in another process."""

    def __repr__(self) -> str:
        return f"<Daraja {self.name} at {self.url}>"

    @property
    def outcome(self) -> SweptOutcome:
        """What becomes of the payment of this test, which runs once for each: `.name`, `.code`, `.pays`."""
        if self._outcome is None:
            remedy = 'mark the test: @pytest.mark.daraja_outcomes("stk-push")'
            raise Problem("this test meets no outcome of a sweep", where="outcome", remedy=remedy)
        return self._outcome

    def _meet(self, planned: Planned) -> None:
        self._outcome = SweptOutcome(planned, self)
        self._link.api.arm(of=planned.product, then=planned.then)

    @contextmanager
    def _kept_from_real_hosts(self) -> Iterator[None]:
        """Unless the test says that it means them."""
        if self._manner.real_hosts:
            yield
            return
        with guarded(self._strictness.reached.append):
            yield

    def _complaint(self) -> str | None:
        """What a strict test fails with at its end."""
        return self._strictness.complaint()

    def _exceptions(self) -> str:
        """Of an app in this process, at the last callback that it failed to take: the traceback."""
        failed = (each["id"] for each in reversed(self._link.record().callbacks) if each["state"] == "failed")
        return next(filter(None, map(self._link.traceback, failed)), "")

    def _section(self, *, says_why: bool = True) -> str:
        """For the report of a failing test."""
        return section(self._link, says_why=says_why)
