"""What the scenario engine decided shall happen to a request or a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mock_daraja.model.noun import Row, Scalar


class CallbackPlan(Row, frozen=True):
    """How the callbacks of a transaction are to be sent. Times in milliseconds of the sandbox clock."""

    delay_ms: int | None = None  # after the transaction is final; None leaves the product's own timing
    drop: bool = False
    copies: int = 1
    every_ms: int = 0  # between two copies
    before_ack: bool = False
    reorder: bool = False  # of a transaction's several callbacks the last goes first
    after_timeout: bool = False  # the Result comes all the same, behind the queue time-out
    damage: str | None = None  # "truncated" or "malformed": see callbacks/alter.py
    slow_ms: int = 0  # between the head and the body of the request
    forge: tuple[tuple[str, Scalar], ...] = ()  # field and what is said instead of the truth


class FaultSpec(Row, frozen=True):
    """A transport fault to carry out on the reply: its name in `faults/`, and its attributes as given."""

    name: str
    pairs: tuple[tuple[str, Scalar], ...] = ()

    @classmethod
    def of(cls, name: str, attributes: Mapping[str, Any]) -> FaultSpec:
        return cls(name, tuple(attributes.items()))

    @property
    def attributes(self) -> dict[str, Scalar]:
        return dict(self.pairs)

    def __str__(self) -> str:
        return ", ".join((self.name, *(f"{name} {value}" for name, value in self.pairs)))


_AS_EVER: Final = CallbackPlan()


class Outcome(Row, frozen=True):
    """One decision. Every field left at its default means "as it would have been"."""

    result: str | None = None  # result code of the transaction, e.g. "1032"; None: the ledger's truth decides
    result_desc: str | None = None  # text in place of the catalogue's
    settle_ms: int | None = None  # from acceptance to the final state
    error: str | None = None  # synchronous Daraja error code, e.g. "500.003.02"
    status: int | None = None  # HTTP status of the synchronous error, where the catalogue's is not wanted
    error_message: str | None = None
    page: str | None = None  # a gateway page instead of a Daraja body: see faults/pages.py
    fault: FaultSpec | None = None
    callback: CallbackPlan = _AS_EVER
    queue_timeout: bool = False  # QueueTimeOutURL is called instead of ResultURL
    query_result: str | None = None  # what STK query says, where it disagrees with the callback
    goto: str | None = None  # the scenario's next state
    executes: bool = False  # whatever the error or page says, the transaction is opened
    never: bool = False  # accepted, and pending for ever
    unattested: bool = False  # its codes may be such as the product was never seen to give

    @property
    def is_of_an_end(self) -> bool:
        """Whether it says anything of a transaction: what becomes of it, and what is told of it then."""
        says = self.result, self.settle_ms, self.query_result
        return any(each is not None for each in says) or self.queue_timeout or self.never or self.callback != _AS_EVER

    @property
    def is_of_the_reply(self) -> bool:
        """Whether it says anything of the reply to the request."""
        return self.error is not None or self.page is not None or self.fault is not None

    @property
    def is_synchronous(self) -> bool:
        """Whether the request itself is refused, so that no transaction is opened."""
        return (self.error is not None or self.page is not None) and not self.executes


class Decision(Row, frozen=True):
    """An outcome and who chose it: the selector and, for people, the rule in words."""

    outcome: Outcome
    selector: str  # "header", "one-shot", "scenario", "reserved MSISDN", "mock: code"
    rule: str
    unattested: str = ""  # which of its codes and texts are so for the product, in words

    def __str__(self) -> str:
        """For people."""
        return f"{self.selector}: {self.rule}" + (f" ({self.unattested})" if self.unattested else "")
