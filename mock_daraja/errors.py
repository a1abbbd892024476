"""Errors as values: Daraja's own envelope on Daraja paths, and a problem for a person on ours."""

from __future__ import annotations

from dataclasses import dataclass

from mock_daraja import wire


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
        return wire.dumps({"requestId": request_id, "errorCode": self.code, "errorMessage": self.message})


class Problem(Exception):  # noqa: N818 - a word of the project: a clear problem (what, where, remedy)
    """Something wrong that Daraja has no part in: settings, scenario files, the control API, the command line."""

    def __init__(self, what: str, *, where: str = "", remedy: str = "", status: int = 400) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy
        self.status = status

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
