"""What is asked of the mock: mostly payments, a part of everything else, chosen by a seed."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.error import URLError

from bench import daraja
from bench.soak.bodies import Bodies
from bench.soak.clients import ODD, Clients
from bench.soak.webhook import MANNERS
from mock_daraja.faults import NAMES

_MOST_UNDER_WAY: Final = 300  # of our requests: more are not sent, but counted
_ATTRIBUTES: Final[dict[str, dict[str, object]]] = {
    "dribble": {"bytes_per_second": 200, "seconds": 3},
    "endless-chunks": {"seconds": 2, "max_bytes": 200_000},
    "hang": {"seconds": 5},
    "latency": {"ms": 200},
    "wrong-status": {"status": 503},
}
_NEVER: Final = "stk_push/never-answered"  # what it leaves behind is pending for ever, on purpose
_LAST_CHECKOUTS: Final = 500
_RENEWED_EVERY_S: Final = 120  # the token: its hour is six minutes of a clock that runs ten times as fast


@contextmanager
def scenarios() -> Iterator[str]:
    """A folder with a scenario for each fault there is."""
    with TemporaryDirectory() as folder:
        for name in NAMES:
            fault = {"name": name} | _ATTRIBUTES.get(name, {})
            provenance = {"level": "inferred", "source": "bench"}
            scenario = {"title": name, "story": name, "provenance": provenance, "rules": [{"then": {"fault": fault}}]}
            Path(folder, f"soak-{name}.json").write_text(json.dumps(scenario), encoding="utf-8")
        yield folder


class Traffic:
    """`asked` counts what was sent, by kind. Of plain pushes, `latencies` are how long each took, in seconds, since the
    last sample, and `taken` is how many were accepted."""

    def __init__(self, url: str, clients: Clients, webhook: str, seed: int) -> None:
        self.asked: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.latencies: list[float] = []
        self.taken = 0
        self._url = url
        self._clients = clients
        self._chance = Random(seed)  # noqa: S311 - no secret
        self._bodies = Bodies(url, webhook, self._chance)
        self._checkouts: list[str] = []
        listed = daraja.call(f"{url}/_mock/scenarios")["scenarios"]
        self._stories = [each["name"] for each in listed if "/" in each["name"] and each["name"] != _NEVER]
        self._under_way: set[asyncio.Task[None]] = set()
        self._number = 0

    def register_urls(self) -> None:
        body = {"ShortCode": "600992", "ResponseType": "Completed"}
        urls = dict.fromkeys(("ConfirmationURL", "ValidationURL"), f"{self._bodies.webhook}/quick")
        token = {"Authorization": f"Bearer {daraja.token(self._url)}"}
        daraja.call(f"{self._url}/mpesa/c2b/v2/registerurl", body | urls, token)

    async def run(self, seconds: float, rate: float) -> None:
        """So many requests a second, and one of /_mock's every second."""
        loop = asyncio.get_running_loop()
        began, sent, told = loop.time(), 0, 0
        while (passed := loop.time() - began) < seconds:
            while sent < passed * rate:
                sent += 1
                self._start(*self._next())
            if told < passed:
                told += 1
                self._start("control", self._control)
                if told % _RENEWED_EVERY_S == 0:
                    await asyncio.to_thread(self._bodies.renew)
            await asyncio.sleep(0.005)

    async def everything_once(self) -> None:
        """So that whatever is loaded when it is first needed is there."""
        for kind in _KINDS:
            for _ in range(20):
                self._start(kind, _KINDS[kind][1](self))
        for _ in range(len(_CONTROL)):
            self._start("control", self._control)
        await self.end()

    async def end(self) -> None:
        while self._under_way:
            await asyncio.wait(self._under_way)

    def _start(self, kind: str, work: Callable[[], Awaitable[None]]) -> None:
        if len(self._under_way) >= _MOST_UNDER_WAY:
            self.asked["not sent: too many under way"] += 1
            return
        self.asked[kind] += 1
        task = asyncio.ensure_future(_carried_out(work))
        self._under_way.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        task.result()  # a mistake of ours ends the run

    def _next(self) -> tuple[str, Callable[[], Awaitable[None]]]:
        kinds = list(_KINDS)
        (kind,) = self._chance.choices(kinds, [_KINDS[each][0] for each in kinds])
        return kind, _KINDS[kind][1](self)

    # kinds

    def _plain(self) -> Callable[[], Awaitable[None]]:
        request = self._bodies.opening("stk-push.process")

        async def work() -> None:
            loop = asyncio.get_running_loop()
            began = loop.time()
            body = await self._ask(request)
            self.latencies.append(loop.time() - began)
            checkout = json.loads(body or b"{}").get("CheckoutRequestID")
            if checkout is not None:
                self.taken += 1
                self._checkouts = [*self._checkouts[-_LAST_CHECKOUTS:], checkout]

        return work

    def _query(self) -> Callable[[], Awaitable[None]]:
        checkout = self._chance.choice(self._checkouts or ["ws_CO_nothing"])
        return lambda: self._asked(self._bodies.query(checkout))

    def _other(self) -> Callable[[], Awaitable[None]]:
        request = self._bodies.opening(self._chance.choice(self._bodies.operations))
        return lambda: self._asked(request)

    def _badly_received(self) -> Callable[[], Awaitable[None]]:
        manner = self._chance.choice([*MANNERS, "refused"])
        request = self._bodies.opening("stk-push.process", manner)
        return lambda: self._asked(request)

    def _story(self) -> Callable[[], Awaitable[None]]:
        story = self._chance.choice(self._stories)
        request = self._bodies.opening(self._bodies.of_story(story), scenario=story)
        return lambda: self._asked(request)

    def _fault(self) -> Callable[[], Awaitable[None]]:
        name = self._chance.choice(NAMES)
        request = self._bodies.opening("stk-push.process", scenario=f"soak-{name}")
        return lambda: self._asked(request)

    def _odd(self) -> Callable[[], Awaitable[None]]:
        name = self._chance.choice(list(ODD))
        return lambda: self._clients.badly(name)

    async def _ask(self, request: bytes) -> bytes:
        status, body = await self._clients.ask(request)
        self.statuses[status] += 1
        return body if status == 200 else b""

    async def _asked(self, request: bytes) -> None:
        await self._ask(request)

    async def _control(self) -> None:
        """One of /_mock's, in turn."""
        self._number += 1
        path, body = _CONTROL[self._number % len(_CONTROL)]
        name = f"soak-{self._number}"
        try:
            if path == "sandboxes":
                await asyncio.to_thread(self._sandbox, name)
            else:
                await asyncio.to_thread(daraja.call, f"{self._url}/_mock/{path}", body)
        except URLError:
            self.asked["control refused"] += 1

    def _sandbox(self, name: str) -> None:
        """Made, paid in, and deleted with what is under way."""
        daraja.call(f"{self._url}/_mock/sandboxes", {"name": name})
        daraja.call(f"{self._url}/_mock/sandboxes/{name}/pay", _PAYMENT)
        daraja.call(f"{self._url}/_mock/sandboxes/{name}", method="DELETE")


async def _carried_out(work: Callable[[], Awaitable[None]]) -> None:
    await work()


_PAYMENT: Final[dict[str, Any]] = {"amount": 10, "paybill": "600992", "account_reference": "soak"}
_CONTROL: Final[tuple[tuple[str, object], ...]] = (
    ("exchanges?limit=200", None),
    ("pay", _PAYMENT),
    ("exchanges.har", None),
    ("sandboxes", None),
    ("report", None),
    ("one-shots", {"when": {"operation": "stk-push.process"}, "then": {"result": 1032}}),
    ("transactions?limit=200", None),
    ("callbacks?limit=200", None),
    ("customers?limit=200", None),
)
_KINDS: Final[dict[str, tuple[float, Callable[[Traffic], Callable[[], Awaitable[None]]]]]] = {
    "push": (60, Traffic._plain),
    "query": (10, Traffic._query),
    "other operation": (12, Traffic._other),
    "story": (8, Traffic._story),
    "bad webhook": (5, Traffic._badly_received),
    "fault": (4, Traffic._fault),
    "odd client": (1, Traffic._odd),
}
"""Its share in a hundred, and how it is made."""
