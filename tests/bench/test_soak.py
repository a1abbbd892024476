from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bench.soak import sampling
from bench.soak.clients import Clients
from bench.soak.sampling import Sample
from bench.soak.traffic import scenarios
from bench.soak.webhook import MANNERS, Webhook
from mock_daraja.faults import NAMES

QUIET = Sample(0, 50, 10, 8, 0, "0.00", 0, 0, 0)
LOADED = [replace(QUIET, at_s=50.0 * number, rss=60, descriptors=90, due=40, answered=300) for number in range(1, 21)]


def reached(before: Sample, during: list[Sample], after: Sample) -> dict[str, bool | None]:
    return {each.what: each.reached for each in sampling.verdicts(before, during, after, warm_up_s=200)}


def test_what_stays_as_it_is_passes() -> None:
    assert set(reached(QUIET, LOADED, QUIET).values()) == {True, None}


@pytest.mark.parametrize(
    ("after", "what"),
    [
        (replace(QUIET, descriptors=11), "descriptors left"),
        (replace(QUIET, threads=9), "threads left"),
        (replace(QUIET, due=1), "events pending"),
        (replace(QUIET, stuck=1), "events stuck"),
        (replace(QUIET, ledger="0.01"), "samples in which the ledger isn't zero"),
    ],
)
def test_what_is_left_is_told(after: Sample, what: str) -> None:
    assert [name for name, is_so in reached(QUIET, LOADED, after).items() if is_so is False] == [what]


def test_memory_that_grows_after_the_warm_up_is_told() -> None:
    growing = [replace(each, rss=50 + each.at_s / 10) for each in LOADED]

    assert reached(QUIET, growing, QUIET)["resident memory"] is False


def test_memory_may_grow_while_it_warms_up() -> None:
    early = [replace(each, rss=30) if each.at_s < 200 else each for each in LOADED]

    assert reached(QUIET, early, QUIET)["resident memory"] is True


def test_a_short_run_says_nothing_of_memory() -> None:
    growing = [replace(each, rss=50 + each.at_s) for each in LOADED]

    (memory, *_) = sampling.verdicts(QUIET, growing, QUIET, warm_up_s=20)

    assert (memory.what, memory.reached) == ("resident memory", None)


def test_a_table_has_few_rows_and_the_last() -> None:
    table = [*sampling.rows(LOADED, most=5)]

    assert len(table) <= 1 + 5 + 1
    assert table[-1].split()[:2] == ["16.7", "60.0"]


def test_there_is_a_scenario_for_each_fault() -> None:
    from pathlib import Path

    from mock_daraja.scenarios import Library

    with scenarios() as folder:
        library = Library([Path(folder)])
        assert sorted(library.names()) == sorted(f"soak-{name}" for name in NAMES)
        assert all(not isinstance(found, Exception) for _, found in library.survey())


@pytest.mark.parametrize("manner", [each for each in MANNERS if each not in ("hang", "endless", "slow")])
def test_a_webhook_has_its_manner(manner: str) -> None:
    async def asked() -> tuple[int, int]:
        webhook = Webhook()
        async with await webhook.serve():
            host, port = webhook.url.removeprefix("http://").split(":")
            clients = Clients((host, int(port)))
            status, _ = await clients.ask(f"POST /{manner}/x HTTP/1.1\r\nContent-Length: 2\r\n\r\n{{}}".encode())
            clients.close()
            await webhook.end()
        return status, webhook.came[manner]

    wanted = {"quick": 200, "bad": 500, "moved": 302}.get(manner, 0)
    assert asyncio.run(asked()) == (wanted, 1)
