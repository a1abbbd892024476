"""DarajaSink: a receiver of callbacks for an app under test that has none, or none that runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_daraja.errors import Problem
from mock_daraja.testing.link import Link


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
