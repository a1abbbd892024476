"""Callbacks delivered by calling a WSGI app in this process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import flask
import pytest

import mock_daraja
from mock_daraja import MockDaraja
from mock_daraja.errors import Problem
from mock_daraja.model import DELIVERIES
from mock_daraja.testing import Daraja
from tests.conftest import register_urls

Push = Callable[..., tuple[int, Any]]


class Shop:
    """A Flask app, and what reached it."""

    def __init__(self) -> None:
        self.app = flask.Flask("shop")
        self.got: list[Any] = []
        self.environs: list[dict[str, Any]] = []
        self.app.add_url_rule("/hook/<path:name>", "hook", self._hook, methods=["POST"])

    def _hook(self, name: str) -> Any:
        self.environs.append(flask.request.environ)
        self.got.append(flask.request.get_json())
        if name == "boom":
            raise LookupError("no such order")
        return ({"ResultCode": "0"}, 503 if name == "down" else 200)


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_a_callback_calls_the_app(daraja: Daraja, shop: Shop, push: Push) -> None:
    base = daraja.deliver_to(shop.app)
    push(daraja, f"{base}/hook/pay%20ment?order=7")

    daraja.settle()

    (environ,), (body,), (row,) = shop.environs, shop.got, daraja.callbacks
    assert body["Body"]["stkCallback"]["ResultCode"] == 0
    assert (row.state, row.status, row.json) == ("delivered", 200, body)
    assert (environ["PATH_INFO"], environ["QUERY_STRING"]) == ("/hook/pay ment", "order=7")
    assert (environ["HTTP_HOST"], environ["wsgi.url_scheme"]) == ("testserver", "http")
    assert environ["CONTENT_TYPE"] == "application/json;charset=UTF-8"
    assert environ["HTTP_BUSINESSSHORTCODE"] == daraja.shortcode


def test_the_delivery_is_recorded_as_bytes(daraja: Daraja, shop: Shop, push: Push) -> None:
    push(daraja, daraja.deliver_to(shop.app) + "/hook/ok")
    daraja.settle()

    (delivery,) = daraja._link.sandbox.store.scan(DELIVERIES)  # type: ignore[attr-defined]  # a link here has one

    assert delivery.request.startswith(b"POST /hook/ok HTTP/1.1\r\nHost: testserver\r\n")
    assert delivery.answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert delivery.answer.endswith(b'\r\n\r\n{"ResultCode":"0"}\n')


@pytest.mark.parametrize(
    ("at", "url", "taken"),
    [
        ("https://SHOP.example.com", "https://shop.example.com/hook/ok", True),
        ("https://shop.example.com/", "https://shop.example.com/hook/ok", True),
        ("https://shop.example.com/hook", "https://shop.example.com/hook/ok", True),
        ("https://shop.example.com/ho", "https://shop.example.com/hook/ok", False),
        ("https://shop.example.com", "https://shop.example.com.evil/hook/ok", False),
        ("https://shop.example.com", "http://shop.example.com/hook/ok", False),
    ],
)
def test_it_takes_what_starts_with_its_address(
    daraja: Daraja, shop: Shop, push: Push, *, at: str, url: str, taken: bool
) -> None:
    daraja.deliver_to(shop.app, at)
    push(daraja, url)

    daraja.settle()

    assert len(shop.got) == taken
    assert daraja.callbacks[0].state == ("delivered" if taken else "refused")


def test_two_apps_have_their_own_addresses_and_the_last_one_wins(daraja: Daraja, push: Push) -> None:
    one, other, later = Shop(), Shop(), Shop()
    daraja.deliver_to(one.app, "http://one.test")
    daraja.deliver_to(other.app, "http://other.test")
    daraja.deliver_to(later.app, "http://one.test/")

    push(daraja, "http://one.test/hook/ok")
    push(daraja, "http://other.test/hook/ok", PhoneNumber="254711222333")
    daraja.settle()

    assert [len(each.got) for each in (one, other, later)] == [0, 1, 1]


def test_what_the_app_refuses_has_failed(daraja: Daraja, shop: Shop, push: Push) -> None:
    push(daraja, daraja.deliver_to(shop.app) + "/hook/down")

    daraja.settle()

    (row,) = daraja.callbacks
    assert (row.state, row.status, row.note) == ("failed", 503, "the receiver answered 503")


def test_an_exception_is_a_failed_delivery_that_says_where(daraja: Daraja, shop: Shop, push: Push) -> None:
    shop.app.testing = True
    push(daraja, daraja.deliver_to(shop.app) + "/hook/boom")

    daraja.settle()

    (row,) = daraja.callbacks
    assert (row.state, row.status) == ("failed", None)
    assert row.note.startswith("LookupError: no such order, raised at ")
    assert "test_apps.py:" in row.note


def test_an_exception_fails_a_strict_test_with_its_traceback(shop: Shop, push: Push) -> None:
    shop.app.testing = True

    def test() -> None:
        with MockDaraja() as daraja:
            push(daraja, daraja.deliver_to(shop.app) + "/hook/boom")
            daraja.settle()

    with pytest.raises(AssertionError) as failed:
        test()

    assert "Traceback (most recent call last)" in str(failed.value)
    assert 'raise LookupError("no such order")' in str(failed.value)
    assert "mock_daraja/testing" not in str(failed.value)


def test_the_answer_to_a_validation_counts(daraja: Daraja, push: Push, call: Push) -> None:
    asked: list[Any] = []

    def shop(environ: Any, start_response: Any) -> Iterable[bytes]:
        asked.append(environ["PATH_INFO"])
        start_response("200 OK", [("Content-Type", "application/json")])
        yield b'{"ResultCode": "C2B00012", '
        yield b'"ResultDesc": "Rejected"}'

    base = daraja.deliver_to(shop)
    urls = {"ResponseType": "Completed", "ValidationURL": f"{base}/may-i", "ConfirmationURL": f"{base}/paid"}
    register_urls(daraja._link.sandbox, daraja.shortcode, urls)  # type: ignore[attr-defined]  # a link here has one

    daraja.pay(10)
    daraja.settle()

    assert (asked, daraja.transactions[0].result) == (["/may-i"], "C2B00012")


def test_an_app_is_closed_after_its_answer(daraja: Daraja, push: Push) -> None:
    class Body:
        closed = False

        def __iter__(self) -> Any:
            return iter([b"{}"])

        def close(self) -> None:
            Body.closed = True

    def shop(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return Body()

    push(daraja, daraja.deliver_to(shop) + "/hook")
    daraja.settle()

    assert Body.closed


@pytest.mark.parametrize(
    ("app", "at", "words"),
    [
        ("shop:app", "http://testserver/", "str is no WSGI, ASGI or aiohttp app"),
        (flask.Flask("x"), "testserver", "is not a URL"),
    ],
)
def test_what_cannot_be_called_is_named(daraja: Daraja, app: Any, at: str, words: str) -> None:
    with pytest.raises(Problem, match=words):
        daraja.deliver_to(app, at)


DJANGO = """
from django.conf import settings

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"], SECRET_KEY="x")

import json

import django
from django.core.{kind} import get_{kind}_application
from django.http import JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from mock_daraja import MockDaraja
from tests.conftest import register_urls

django.setup()
got = []


@csrf_exempt
def hook(request):
    got.append(json.loads(request.body))
    return JsonResponse({{"ResultCode": 0}})


urlpatterns = [path("hook", hook)]

with MockDaraja() as daraja:
    base = daraja.deliver_to(get_{kind}_application())
    daraja.forge(url=base + "/hook", amount=70)
    assert daraja.callbacks[0].status == 200, daraja.callbacks
assert [each["Name"] for each in got[0]["Body"]["stkCallback"]["CallbackMetadata"]["Item"]][0] == "Amount"
"""


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_django_is_called_as_well(kind: str, tmp_path: Path) -> None:
    pytest.importorskip("django")
    (tmp_path / "shop.py").write_text(DJANGO.format(kind=kind), encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "shop.py"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(mock_daraja.__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    assert done.returncode == 0, done.stderr
