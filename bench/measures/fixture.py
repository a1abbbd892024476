"""What a test pays: the daraja fixture with its strict check, alone and for a thousand paid tests; stopping a server;
and a minute's time-out on the manual clock over HTTP.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from bench.daraja import advance, customers, pushes
from bench.figures import Figure
from bench.load import Job, drive
from bench.processes import OURS, ROOT, running
from bench.run import Run, Size
from bench.sink import Sink, sink

_WORKERS = 2
_PAID_AIM_S = 5  # for a thousand
NO_ANSWER = "1037"  # the code as scenario: the handset never answers (callbacks.md)

_TESTS = """
import pytest

@pytest.fixture
def bare():
    yield object()

@pytest.mark.parametrize("number", range({count}))
def test({fixture}, number):
    assert {fixture}
"""

_PAID_TESTS = """
import base64, http.client, json

import pytest


def ask(daraja, method, path, headers, body=None):
    connection = http.client.HTTPConnection(daraja.url.removeprefix("http://"), timeout=30)
    connection.request(method, path, body, headers)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer


@pytest.mark.parametrize("number", range({count}))
def test_paid(daraja, number):
    basic = base64.b64encode(f"{{daraja.consumer_key}}:{{daraja.consumer_secret}}".encode()).decode()
    path = "/oauth/v1/generate?grant_type=client_credentials"
    token = ask(daraja, "GET", path, {{"Authorization": f"Basic {{basic}}"}})["access_token"]
    password = base64.b64encode(f"{{daraja.shortcode}}{{daraja.passkey}}20261124120000".encode()).decode()
    body = {{
        "BusinessShortCode": daraja.shortcode, "Password": password, "Timestamp": "20261124120000",
        "TransactionType": "CustomerPayBillOnline", "Amount": 1 + number, "PartyA": daraja.msisdn,
        "PartyB": daraja.shortcode, "PhoneNumber": daraja.msisdn, "CallBackURL": daraja.sink().url,
        "AccountReference": "INV-1", "TransactionDesc": "Tea",
    }}
    headers = {{"Authorization": f"Bearer {{token}}", "Content-Type": "application/json"}}
    ask(daraja, "POST", "/mpesa/stkpush/v1/processrequest", headers, json.dumps(body))
    daraja.settle()
    assert daraja.sink().received[0]["Body"]["stkCallback"]["ResultCode"] == 0
"""


def fixture(run: Run) -> list[Figure]:
    return [_for_each_test(run.size), _paid_tests(run.size), _server_stop(run.size), _minute_over_http(run.size)]


def _for_each_test(size: Size) -> Figure:
    """The difference between one and very many tests, less the same difference with a bare fixture."""
    rounds = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(min(size.rounds, 5)):
            seconds = {
                (name, count): _pytest(Path(folder), name, count)
                for name in ("bare", "daraja")
                for count in (1, 1 + size.fixture_tests)
            }
            mine = seconds["daraja", 1 + size.fixture_tests] - seconds["daraja", 1]
            base = seconds["bare", 1 + size.fixture_tests] - seconds["bare", 1]
            rounds.append((mine - base) / size.fixture_tests * 1000)
    return Figure("fixture", "daraja, for each test", statistics.median(rounds), "ms", 2, "less")


def _paid_tests(size: Size) -> Figure:
    """Each asks for a token and a payment, has it settled and its callback delivered, all strictly, on two workers."""
    count = size.paid_tests
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "test_paid.py"
        file.write_text(_PAID_TESTS.format(count=count))
        seconds = _run(file, "-p", "xdist", "-n", str(_WORKERS))
    detail = f"{seconds / count * 1000:.1f} ms a test, start of the workers included"
    what = f"{count:,} tests with callback, {_WORKERS} workers"
    return Figure("fixture", what, seconds, "s", _PAID_AIM_S * max(count, 200) / 1000, "less", detail)


def _pytest(folder: Path, fixture_name: str, count: int) -> float:
    file = folder / f"test_{fixture_name}_{count}.py"
    file.write_text(_TESTS.format(fixture=fixture_name, count=count))
    return _run(file)


def _run(file: Path, *arguments: str) -> float:
    folder = file.parent
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "mock_daraja.testing.plugin", "-p", "no:cacheprovider"]
    began = time.perf_counter()
    done = subprocess.run(
        [*command, *arguments, "--rootdir", str(folder), "-c", os.devnull, str(file)],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
        cwd=folder,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"pytest {file.name}: {done.stdout[-1500:]}{done.stderr[-1500:]}")
    return time.perf_counter() - began


def _server_stop(size: Size) -> Figure:
    """In process, with eight clients' connections just closed, as at the end of a test."""
    from mock_daraja import MockDaraja

    stops = []
    for _ in range(size.starts):
        mock = MockDaraja(strict=False)
        url = mock.__enter__().url
        host, port = url.removeprefix("http://").split(":")
        requests = pushes(url, list(islice(customers(), 16)))
        drive(Job((host, int(port)), requests, seconds=10)).must_all_be(200, 16)
        began = time.perf_counter()
        mock.__exit__(None, None, None)
        stops.append((time.perf_counter() - began) * 1000)
    detail = f"slowest {max(stops):.1f} ms of {len(stops)}"
    return Figure("fixture", "server stop", statistics.median(stops), "ms", 15, "less", detail)


def _minute_over_http(size: Size) -> Figure:
    numbers = customers()
    with running(OURS.serve(clock="manual")) as mock, sink() as webhook:
        times = [_one_minute(mock.url, mock.address, webhook, next(numbers)) for _ in range(size.starts)]
    detail = f"slowest {max(times):.1f} ms of {len(times)}"
    return Figure("fixture", "60 s time-out, over HTTP", statistics.median(times), "ms", 10, "less", detail)


def _one_minute(url: str, address: tuple[str, int], webhook: Sink, msisdn: str) -> float:
    (push,) = pushes(url, [msisdn], webhook.url, scenario=NO_ANSWER)
    drive(Job(address, [push], clients=1, seconds=10)).must_all_be(200, 1)
    began = time.perf_counter()
    advance(url, 60)
    took = (time.perf_counter() - began) * 1000
    results = [arrival.result_code for arrival in webhook.drain()]
    if results != [int(NO_ANSWER)]:
        raise RuntimeError(f"after a minute the callbacks {results} had come, not one of {NO_ANSWER}")
    return took
