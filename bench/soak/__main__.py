"""`python -m bench.soak [--minutes N] [--rate N] [--seed N] [--picture FILE] [--json]`: does it stay as it is?

A server of its own gets every fault, stories, hung and broken clients, webhooks that are slow, silent or broken, and
/_mock's requests beside plain payments. Memory, descriptors, threads, events, the ledger and the latency are looked at
every few seconds; then the load stops, and what is due runs out. Ends with 1 where anything is left, or has grown.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from bench import daraja
from bench.conditions import machine
from bench.figures import Figure, table
from bench.processes import OURS, ServerProcess, raise_open_files, running
from bench.soak import sampling
from bench.soak.clients import Clients
from bench.soak.sampling import Sample, verdicts
from bench.soak.traffic import Traffic, scenarios
from bench.soak.webhook import Webhook

_EVERY_S: Final = 5.0
_CLOCK: Final = "scaled:10"
_CLOCK_AFTER: Final = "scaled:100"  # a reversal that is approved by hand takes two hours
_SETTINGS: Final = ("--keep", "2000", "--keep-bodies", "1000", "--max-memory", "64", "--callback-retries", "1")
_IDLE_S: Final = 3.0  # with nothing due, before it is looked at how a server is without load
_PATIENCE_S: Final = 240.0  # for what is due to run out
_LEAST_TAKEN: Final = 0.9  # else it was another load than it should be
_TOLD_EVERY: Final = 12  # samples


@dataclass(frozen=True, slots=True)
class Soaked:
    """`load_s` is when the load ended."""

    before: Sample
    samples: tuple[Sample, ...]
    load_s: float
    taken: int  # of the plain pushes
    counts: Mapping[str, Counter[Any]]


def main() -> int:
    options = _options()
    if not Path("/proc/self/fd").is_dir():
        _say("bench.soak reads Linux's /proc, which isn't here: run it in a container")
        return 2
    raise_open_files()
    seconds = options.minutes * 60
    warm_up_s = seconds / 6
    with scenarios() as folder, running(OURS.serve("--scenarios", folder, *_SETTINGS, clock=_CLOCK)) as server:
        soaked = asyncio.run(_soak(server, seconds, options.rate, options.seed))
    during = [each for each in soaked.samples if each.at_s <= soaked.load_s]
    share = soaked.taken / max(1, soaked.counts["asked"]["push"])
    figures = [
        Figure("soak", "STK pushes that were accepted", share, "of 1", _LEAST_TAKEN, "more"),
        *verdicts(soaked.before, during, soaked.samples[-1], warm_up_s),
    ]
    _show(soaked, figures, as_json=options.json)
    if options.picture is not None:
        from bench.soak.picture import draw

        title = f"mock-daraja, {options.minutes:g} minutes, {options.rate:g} requests a second, seed {options.seed}"
        draw(soaked.samples, warm_up_s, soaked.load_s, title, options.picture)
    return 0 if all(each.reached is not False for each in figures) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=30, help="of load; what is due then has 4 more (default: 30)")
    parser.add_argument("--rate", type=float, default=150, help="requests a second (default: 150)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same requests (default: 1)")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="PNG or SVG; needs matplotlib")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the tables")
    return parser.parse_args()


async def _soak(server: ServerProcess, seconds: float, rate: float, seed: int) -> Soaked:
    webhook, clients = Webhook(), Clients(server.address)
    async with await webhook.serve():
        traffic = await asyncio.to_thread(Traffic, server.url, clients, webhook.url, seed)
        await asyncio.to_thread(traffic.register_urls)
        await traffic.everything_once()
        began = time.monotonic()
        before = await _at_rest(server, traffic, clients, lambda: 0.0)
        began, samples = time.monotonic(), []
        load = asyncio.create_task(traffic.run(seconds, rate))
        while not load.done():
            await asyncio.wait([load], timeout=_EVERY_S)
            samples.append(await _sample(server, traffic, time.monotonic() - began))
            if len(samples) % _TOLD_EVERY == 0:
                _say([*sampling.rows(samples[-1:])][-1])
        await load
        load_s = samples[-1].at_s
        await traffic.end()
        await asyncio.to_thread(daraja.call, f"{server.url}/_mock/clock", {"clock": _CLOCK_AFTER}, method="PUT")
        samples.append(await _at_rest(server, traffic, clients, lambda: time.monotonic() - began))
    counts: Mapping[str, Counter[Any]] = {"asked": traffic.asked, "statuses": traffic.statuses, "webhook": webhook.came}
    return Soaked(before, tuple(samples), load_s, traffic.taken, counts)


async def _at_rest(server: ServerProcess, traffic: Traffic, clients: Clients, now: Callable[[], float]) -> Sample:
    """Once nothing is due any more, or after the patience for that."""
    clients.close()
    give_up = time.monotonic() + _PATIENCE_S
    while True:
        await asyncio.sleep(_IDLE_S)
        seen = await _sample(server, traffic, now())
        if seen.due == 0 or time.monotonic() > give_up:
            await asyncio.sleep(_IDLE_S)
            return await _sample(server, traffic, now())


async def _sample(server: ServerProcess, traffic: Traffic, at_s: float) -> Sample:
    latencies, traffic.latencies = traffic.latencies, []
    return await asyncio.to_thread(sampling.sample, server.pid, server.url, at_s, latencies)


def _show(soaked: Soaked, figures: Sequence[Figure], *, as_json: bool) -> None:
    if as_json:
        told = [asdict(each) | {"reached": each.reached} for each in figures]
        samples = [asdict(each) for each in soaked.samples]
        print(
            json.dumps({"machine": machine(), "figures": told, "counts": soaked.counts, "samples": samples}, indent=2)
        )
        return
    print(*sampling.rows(soaked.samples), sep="\n")
    for name, each in soaked.counts.items():
        print(f"{name}: " + ", ".join(f"{count:,} {kind}" for kind, count in each.most_common()))
    print(table(figures), machine(), sep="\n")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
