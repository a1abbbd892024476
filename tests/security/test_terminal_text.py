"""What a client, a receiver or a file brings gets to no terminal as it is: it is shown escaped."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from mock_daraja import MockDaraja
from mock_daraja.cli.writer import Writer, WriterHandler
from mock_daraja.exchange import EXCHANGES
from mock_daraja.model import CALLBACKS, TRANSACTIONS
from mock_daraja.server import Server
from tests.conftest import PUSH_PATH, MakeMock, Mock, Webhook, put_stuck
from tests.telling import of_callback, of_end, of_exchange

EVIL = "\x1b[2J\x1b[31mEVIL\x9b31m\u202e\r\x07\x7f\ue01b[31mEVIL\ue01b[2J"
_OURS = re.compile(r"\x1b\[[0-9;]*m")
STORY = f"title: {json.dumps(EVIL)}\nstory: {json.dumps('x' + EVIL)}\nrules: [{{then: {{result: 1032}}}}]\n"

Run = Callable[..., Any]


def must_be_harmless(text: str) -> None:
    """Only the colours that we ourselves set are left."""
    assert "\x1b[31mEVIL" not in text
    odd = [line for line in _OURS.sub("", text).split("\n") if not line.isprintable()]
    assert odd == []


@pytest.fixture
def attacked(mock_with: MakeMock, webhook: Webhook) -> Mock:
    """A mock that has heard it in all the places where somebody may say it."""
    mock = mock_with(customers=({"msisdn": "254712345678", "name": EVIL},))
    mock.request("GET", "/%1b%5b2J%c2%9b31m%e2%80%ae?a=%1b[2J")
    mock.push(AccountReference=EVIL, TransactionDesc=EVIL, PhoneNumber=EVIL)
    mock.push(headers={"X-Mock-Scenario": "\x1b[31mEVIL"})
    mock.push(Amount=EVIL)
    mock.pushed(AccountReference="mock:1", TransactionDesc="a", CallBackURL=webhook.url)
    mock.push(CallBackURL=f"https://shop.example.com/{EVIL}")
    mock.send("b2c.payment-v1", Remarks=EVIL, Occasion=EVIL)
    mock.send("c2b.simulate", BillRefNumber=EVIL)
    mock.request("POST", f"/_mock/sink/a?{EVIL!a}", raw=EVIL.encode())
    mock.advance(60)
    put_stuck(mock.sandbox, "deliver", 4, EVIL)
    return mock


@pytest.mark.parametrize("colour", [{}, {"FORCE_COLOR": "1"}], ids=["plain", "colour"])
@pytest.mark.parametrize(
    "command",
    [
        ("journal",),
        ("journal", "--json"),
        ("journal", "--har", "-"),
        *(("why", f"x{number}") for number in range(1, 9)),
        ("why", "x2", "--curl"),
        ("why", "x2", "--json"),
        ("report",),
        ("report", "--json"),
        ("stuck",),
        ("stuck", "1"),
        ("app", "\x1b[2J", "--products", "\x1b[2J"),
        ("why", "\x1b[2J"),
        ("journal", "--sandbox", "\x1b[2J"),
        ("pay", "--msisdn", EVIL, "--amount", "1", "--paybill", "600984", "--account", EVIL),
    ],
    ids=lambda command: ascii(" ".join(command))[:40],
)
def test_what_a_command_prints(
    attacked: Mock, serving_at: str, run: Run, command: tuple[str, ...], colour: dict[str, str]
) -> None:
    result = run(*command, "--url", serving_at, **colour)

    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    must_be_harmless(result.stdout)
    must_be_harmless(result.stderr)


@pytest.fixture
def serving_at(attacked: Mock) -> Iterator[str]:
    with Server(attacked.app) as server:
        yield server.url


@pytest.mark.parametrize("colour", [{}, {"FORCE_COLOR": "1"}], ids=["plain", "colour"])
@pytest.mark.parametrize(
    "command",
    [
        ("scenario", "list", "EVIL"),
        ("scenario", "list", "--json"),
        ("scenario", "show", "evil.yaml"),
        ("scenario", "lint", "evil.yaml", "wrong.yaml"),
        ("scenario", "lint", "\x1b[2J.yaml"),
        ("scenario", "show", "\x1b[2J"),
        ("codes", "\x1b[2J"),
        ("docs", "\x1b[2J"),
    ],
    ids=lambda command: ascii(" ".join(command))[:40],
)
def test_what_stands_in_a_file_that_somebody_else_wrote(
    tmp_path: Path, run: Run, command: tuple[str, ...], colour: dict[str, str]
) -> None:
    (tmp_path / "evil.yaml").write_text(STORY, encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text(f"title: x\nrules: [{{{json.dumps(EVIL)}: 1}}]\n", encoding="utf-8")
    (tmp_path / "mock-daraja.toml").write_text('scenarios = ["."]\n', encoding="utf-8")

    result = run(*command, **colour)

    must_be_harmless(result.stdout)
    must_be_harmless(result.stderr)


@pytest.mark.parametrize("text", ["quirks = { EVIL = 1 }", "host = EVIL", "EVIL = 1", "# EVIL".replace("EVIL", EVIL)])
def test_settings_that_somebody_else_wrote(tmp_path: Path, run: Run, text: str) -> None:
    (tmp_path / "mock-daraja.toml").write_text(text.replace("EVIL", json.dumps(EVIL)), encoding="utf-8")

    result = run("scenario", "list")

    must_be_harmless(result.stdout)
    must_be_harmless(result.stderr)


def test_what_the_log_says(attacked: Mock) -> None:
    stream = io.StringIO()
    writer = Writer(stream)
    log = logging.getLogger("mock_daraja.security")
    log.addHandler(WriterHandler(writer.write))

    for exchange in attacked.sandbox.store.scan(EXCHANGES):
        writer.write(of_exchange(attacked.gateway, exchange))
    for row in attacked.sandbox.store.scan(TRANSACTIONS):
        if row.is_final:
            writer.write(of_end(attacked.gateway, row))
    for callback in attacked.sandbox.store.scan(CALLBACKS):
        writer.write(of_callback(attacked.gateway, callback))
    log.error("%s failed", EVIL)
    writer.write(EVIL)
    writer.close(seconds=10)

    assert stream.getvalue().count("\n") > 8
    must_be_harmless(stream.getvalue())


def test_what_pytest_prints() -> None:
    with MockDaraja(seed=1, strict=False) as daraja:
        get(f"{daraja.url}/%1b%5b31mEVIL%c2%9b")
        push = {"Authorization": f"Bearer {EVIL!a}", "Content-Type": "application/json"}
        get(f"{daraja.url}{PUSH_PATH}", json.dumps({"Amount": EVIL}).encode(), push)
        texts = [daraja.timeline()]
        with pytest.raises(AssertionError) as caught:
            daraja.assert_requested("stk-push.process", PhoneNumber=EVIL)

    assert "EVIL" in texts[0]
    for text in (*texts, str(caught.value)):
        must_be_harmless(text)


def get(url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> None:
    with suppress(HTTPError):
        urlopen(Request(url, body, dict(headers or {})))
