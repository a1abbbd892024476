"""DarajaSink: a receiver of callbacks for an app under test that has none, or none that runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_daraja.callbacks.sink import Sink, parse_program
from mock_daraja.errors import Problem
from mock_daraja.faults import NAMES as FAULTS
from mock_daraja.testing.rows import parsed


class DarajaSink:
    """Give its `url` as CallBackURL, ResultURL and so on; what arrives there is in `received`."""

    def __init__(self, url: str, sink: Sink) -> None:
        self.url = url
        self._sink = sink

    @property
    def received(self) -> list[Any]:
        """The bodies in the order they came: parsed where they are JSON, else text."""
        return [parsed(arrival.body) for arrival in self._sink.arrivals()]

    def answer_with(self, *answers: Mapping[str, Any], **answer: Any) -> None:
        """What the next callbacks get for an answer, in turn; the last one repeats.

            webhook.answer_with(status=500, body="down")
            webhook.answer_with({"status": 503}, {"status": 200})
            webhook.answer_with(fault="reset")

        An answer has any of status, headers, body or json, and fault. Raises Problem on anything else.
        """
        if answers and answer:
            what = f"both {len(answers)} answers and {', '.join(answer)}"
            raise Problem(what, where="answer_with", remedy="give dicts, or keywords for one answer")
        self._sink.answer_with(parse_program(list(answers) if answers else answer, FAULTS))

    def clear(self) -> None:
        """Forget what arrived; the answers stay as they are."""
        self._sink.clear()
