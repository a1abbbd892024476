"""What ends an attempt at a callback without a whole answer."""

from __future__ import annotations

from mock_daraja.model.failure import Failure, FailureKind


class Undelivered(Exception):  # noqa: N818 - what happened, not an error of the program
    """`failure` says why."""

    def __init__(self, kind: FailureKind, *details: str | float) -> None:
        super().__init__(kind)
        self.failure = Failure(kind, details)
