"""The handle's verbs about callbacks on their way: where they go, and those that are sent again, or forged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from mock_daraja.client.api import only_given
from mock_daraja.errors import Problem
from mock_daraja.testing.link import Link, Part, transaction_id
from mock_daraja.testing.rows import CallbackRow, TransactionRow

_NOT_THERE: Final = 404


class Sender(Part):
    def sink(self, name: str = "webhook") -> DarajaSink:
        """A receiver of callbacks: `.url` to give away, `.received` to assert on, `.answer_with(status=500)`."""
        return DarajaSink(f"{self._link.control_url}/sink/{name}", name, self._link)

    def deliver_to(
        self,
        app: Any = None,
        at: str = "http://testserver/",
        *,
        handler: Callable[[Any], Any] | None = None,
    ) -> str:
        """Deliver callbacks to an app in this process, without a server: WSGI (Flask, Django), ASGI (FastAPI) or
        aiohttp's; or to one function.

            base = daraja.deliver_to(flask_app)            # your CallBackURL: base + "/mpesa/callback"
            daraja.deliver_to(get_wsgi_application(), at="https://shop.example.com/")
            daraja.deliver_to(handler=shop.on_callback)    # is given the body; may return a status, or a dict

        Every callback URL that starts with `at` is delivered by calling the app, in the thread in which the clock is
        moved, and recorded as any delivery is. An exception in the app is a failed delivery, and fails a strict test.
        What is asynchronous is called on the event loop of a test that uses `await_advance` and its like, else on one
        of its own; the lifespan of an ASGI app is yours to start, an aiohttp app is started with its first callback.
        Returns `at`, without a slash at the end.
        """
        from mock_daraja.testing.apps import AppReceiver

        if (app is None) == (handler is None):
            what = "both an app and a handler are given" if handler is not None else "neither an app nor a handler is"
            raise Problem(what, where="deliver_to", remedy="give one of the two")
        local = self._link.here("deliver_to", "serve the app on a port, give its URL as CallBackURL, or")
        given, is_function = (app, False) if handler is None else (handler, True)
        local.sandbox.receivers.insert(0, AppReceiver(given, at, lambda: local.loop, is_function=is_function))
        return at.rstrip("/")

    def resend(self, callback: CallbackRow | int, times: int = 1) -> CallbackRow:
        """Deliver a callback again, the same bytes, so many times; a dropped one for the first time.

        Raises Problem on one that is still to be delivered anyway.
        """
        number = callback.id if isinstance(callback, CallbackRow) else callback
        try:
            return self._link.guarded(CallbackRow.from_json(self._link.api.resend(number, times)))
        except Problem as problem:
            if problem.status != _NOT_THERE:
                raise
        ids = ", ".join(str(each.id) for each in self._link.callbacks()) or "none"
        raise Problem(f"there is no callback {number}", where="resend", remedy=f"there are {ids}", status=_NOT_THERE)

    def forge(
        self,
        transaction: TransactionRow | int | str | None = None,
        *,
        url: str | None = None,
        operation: str | None = None,
        kind: str | None = None,
        **changes: Any,
    ) -> CallbackRow:
        """Send, now, a callback that M-Pesa would not: one that says "paid", whatever is true.

            daraja.forge(transaction)                      # paid, says somebody who guessed the URL
            daraja.forge(transaction, amount=1)            # paid, but the amount is another
            daraja.forge(transaction, receipt="SAB1234567", result=0)
            daraja.forge(url=webhook.url, reference="ws_CO_nobody", amount=500)

        It has the shape of the transaction's own callback; without a transaction, that of a payment which never was:
        by `operation`, or its product's first payment; a push unless told. `changes` are any of amount, receipt,
        reference, originator_id, result and msisdn. It goes to the transaction's URL, or to `url`; where there are
        several callbacks, `kind` chooses.

        No transaction and no money changes. Returns what the app answered: `.status`, and `.note` where it gave none.
        A strict test takes any answer for a good one, but not an exception or no answer at all.
        """
        about = transaction_id(self._link, transaction)
        given = only_given(transaction=about, url=url, operation=operation, kind=kind)
        return self._link.guarded(CallbackRow.from_json(self._link.api.forge(**given, **changes)))


class DarajaSink:
    """Give its `url` as CallBackURL, ResultURL and so on; what arrives there is in `received`."""

    def __init__(self, url: str, name: str, link: Link) -> None:
        self.url = url
        self._name = name
        self._link = link

    def __repr__(self) -> str:
        return f"<DarajaSink {self._name} at {self.url}>"

    @property
    def received(self) -> list[Any]:
        """The bodies in the order they came: parsed where they are JSON, else text."""
        done = self._link.cleared.get(self._name, 0)
        rows = self._link.api.arrivals(self._name, after=done, limit=self._link.most)
        return [row["json"] if "json" in row else row["body"] for row in rows]

    def answer_with(self, *answers: Mapping[str, Any], **answer: Any) -> None:
        """What the next callbacks get for an answer, in turn; the last one repeats.

            webhook.answer_with(status=500, body="down")
            webhook.answer_with({"status": 503}, {"status": 200})
            webhook.answer_with(fault="reset")

        An answer has any of status, headers, body or json, and fault. Raises Problem on anything else. That a callback
        fails for it fails no strict test.
        """
        if answers and answer:
            what = f"both {len(answers)} answers and {', '.join(answer)}"
            raise Problem(what, where="answer_with", remedy="give dicts, or keywords for one answer")
        self._link.api.program_sink(self._name, list(answers) if answers else answer)

    def clear(self) -> None:
        """Forget what arrived; the answers stay as they are."""
        for row in self._link.api.arrivals(self._name, limit=1):
            self._link.cleared[self._name] = row["number"]
