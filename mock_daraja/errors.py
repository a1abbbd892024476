"""Errors as values: Daraja's own envelope on Daraja paths, and a problem for a person on ours."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Final, ParamSpec, TypeVar

_LACKING: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS})
_P = ParamSpec("_P")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class DarajaError:
    """One synchronous refusal (requests.md §1.3). `code` of None means an empty body."""

    status: int
    code: str | None
    message: str

    def about(self, value: str) -> DarajaError:
        """With what it is about in its message."""
        return DarajaError(self.status, self.code, self.message.replace("{}", value))

    def body(self, request_id: str) -> bytes:
        """The envelope in its captured key order: requestId, errorCode, errorMessage."""
        if self.code is None:
            return b""
        from mock_daraja import wire  # whoever is only redirected here (`intercept`) may have no msgspec

        return wire.dumps({"requestId": request_id, "errorCode": self.code, "errorMessage": self.message})


class Problem(Exception):  # noqa: N818 - a word of the project: a clear problem (what, where, remedy)
    """Something wrong that Daraja has no part in: settings, scenario files, the control API, the command line."""

    def __init__(self, what: str, *, where: str = "", remedy: str = "", status: int = 400) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy
        self.status = status
        self.others: tuple[Problem, ...] = ()
        """What else is wrong there, where all of it was looked for."""

    def at(self, where: str) -> Problem:
        """This problem, at this place unless it names one."""
        self.where = self.where or where
        return self

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        remedy = f"\n  remedy: {self.remedy}" if self.remedy else ""
        return f"{where}{self.what}{remedy}"

    def as_json(self) -> dict[str, str]:
        return {"problem": self.what, "where": self.where, "remedy": self.remedy}


class Findings:
    """What is wrong with something, where all of it is looked for: a `with` for each part that can be looked at."""

    def __init__(self, problems: Iterable[Problem] = ()) -> None:
        self._problems = [*problems]

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: object, error: object, trace: object) -> bool:
        if isinstance(error, Problem):
            self._problems += [error, *error.others]
        return isinstance(error, Problem)

    def must_be_none(self) -> None:
        """Raises the first Problem that was found, with the rest as its `others`."""
        if self._problems:
            first, *rest = self._problems
            first.others = tuple(rest)
            raise first


def machine_lacks(error: BaseException) -> bool:
    """Whether it was raised because this machine has no more files, memory or threads to give."""
    return isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno in _LACKING)


def unexpected(error: BaseException) -> Problem:
    """What a person is told of an exception that nobody had thought of. The log has the traceback."""
    what = f"{type(error).__name__}: {error}".removesuffix(": ")
    if machine_lacks(error):
        remedy = "this machine has run out of files or memory: see ulimit -n, or close connections, and try again"
    else:
        remedy = "our mistake: please report it, with the traceback in the server's log"
    return Problem(what, remedy=remedy, status=500)


class SlowError(Exception):
    """Something slow comes first, and is not to be done here: in a unit, or on the loop. What was begun is undone.

    `prepare` does it, in a thread that may wait. What raised can be called again then.
    """

    def __init__(self, prepare: Callable[[], object]) -> None:
        super().__init__(prepare)
        self.prepare = prepare


def prepared(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """The same function, done again after whatever slow thing had to come first. For a thread that may wait."""

    @wraps(function)
    def again(*arguments: _P.args, **named: _P.kwargs) -> _T:
        while True:
            try:
                return function(*arguments, **named)
            except SlowError as slow:
                slow.prepare()

    return again
