"""Every operation: as it should be, asked again, without a right to it, malformed, and with each field wrong."""

from __future__ import annotations

import json
from typing import Any

from mock_daraja.defaults import APP_KEY, APP_SECRET, CUSTOMER
from tests.golden.bodies import SCHEMAS, body
from tests.golden.driving import credential, paths
from tests.golden.recording import TOKEN, Recording, recording

_OWN_IDS = ("OriginatorConversationID", "RequestRefID")
_LIKE = {
    "b2c.payment-v1": "b2c.payment",
    "b2c-validated.payment": "b2c.payment",
    "pochi.payment": "b2c.payment",
    "tax.remit": "b2b.payment",
    "c2b.register-v1": "c2b.register",
}
"""Operations whose fields are, but for their own, read as those of one that is played with every value."""

_OF_A_RECEIPT = ("status.query", "reversal.request")
_LIST = [1]
_CREDENTIALS = ("Wrong1234", "")
_FOREIGN = "600584"
_EXTREMES: dict[str, tuple[Any, ...]] = {
    "amount": (0, 1, "1.5", 1.0, 250_000, 250_001, 10**9),
    "partya": ("0712345678", "254708374149", "174379", "999999"),
    "partyb": ("0712345678", "254712345678", "600000", "999999", "3000001"),
    "msisdn": ("0712345678", "254799999999"),
    "phonenumber": ("0712345678", "254799999999", "254101234567"),
    "commandid": ("SalaryPayment", "PromotionPayment", "BusinessBuyGoods", "CustomerBuyGoodsOnline",
                  "DisburseFundsToBusiness"),
    "transactiontype": ("CustomerBuyGoodsOnline",),
    "responsetype": ("Cancelled",),
    "shortcode": ("3000001", "999999"),
    "identifiertype": ("1", "2"),
    "timestamp": ("20261332000000", "20261124100001"),
}  # fmt: skip


def names() -> list[str]:
    return sorted(paths())


def play(operation: str) -> list[str]:
    with recording() as run:
        if operation == "oauth.generate":
            _tokens(run)
        else:
            _Played(run, operation).all()
        run.finish(whole=True)
        return run.lines


def _tokens(run: Recording) -> None:
    run.ask_token()
    run.advance(1)
    run.ask_token()
    run.ask_token(APP_KEY, "wrong")
    run.ask_token("nobody", APP_SECRET)
    for headers in ({}, {"Authorization": "Basic"}, {"Authorization": "Basic !!"}, {"Authorization": "Bearer x"},
                    {"authorization": "basic dGVzdC1rZXk="}, {"Authorization": "Digest x"}):  # fmt: skip
        run.ask("GET", TOKEN, headers=headers)
    path = TOKEN.partition("?")[0]
    good = {"Authorization": "Basic dGVzdC1rZXk6dGVzdC1zZWNyZXQ="}
    for target in (path, f"{path}?grant_type=password", f"{path}/", f"{path}?x=1&grant_type=client_credentials"):
        run.ask("GET", target, headers=good)
    for method in ("POST", "PUT", "HEAD", "OPTIONS"):
        run.ask(method, TOKEN, headers=good)
    run.ask("POST", path, "grant_type=client_credentials", good | {"Content-Type": "application/x-www-form-urlencoded"})


class _Played:
    """One operation's file in the making."""

    def __init__(self, run: Recording, operation: str) -> None:
        self._run = run
        self._operation = operation
        self._path = paths()[operation][0]
        self._base = body(operation)
        self._count = 0

    def all(self) -> None:
        self._prepare()
        self._good()
        self._without_right()
        self._malformed()
        for name in self._fields():
            self._field(name)

    def _fields(self) -> list[str]:
        return [name for name in self._base if name != "Password"] + (["Password"] if "Password" in self._base else [])

    def _prepare(self) -> None:
        run = self._run
        if self._operation in _OF_A_RECEIPT:
            paid = {"amount": 1, "paybill": "600992", "account_reference": "INV-001", "msisdn": CUSTOMER, "wait": True}
            self._base["TransactionID"] = run.control("POST", "/pay", paid)["receipt"]
        if self._operation == "c2b.simulate":
            run.post(paths()["c2b.register"][0], body("c2b.register"))
        if self._operation == "stk-push.query":
            answer = run.post(paths()["stk-push.process"][0], body("stk-push.process"))
            self._base["CheckoutRequestID"] = json.loads(answer["body"])["CheckoutRequestID"]

    def _send(self, *, path: str = "", **changes: Any) -> None:
        """The base with changes, and time for all that follows if it was accepted."""
        self._count += 1
        own = {name: f"mine-{self._count}" for name in _OWN_IDS if name in self._base and self._count > 1}
        answer = self._run.post(path or self._path, own | changes, base=self._base)
        if answer["status"] == 200:
            self._run.advance(200)

    def _good(self) -> None:
        self._run.post(self._path, self._base)
        if self._operation != "stk-push.query":
            self._run.post(self._path, self._base)  # at once again, while the first is under way
        self._run.advance(200)
        self._run.post(self._path, self._base)  # once more, when it is over
        self._run.advance(200)
        for path in paths()[self._operation][1:]:
            self._send(path=path)

    def _without_right(self) -> None:
        ask, sent = self._run.ask, self._base
        for value in ("Bearer", "Bearer wrong", "bearer wrong", "Basic dGVzdC1rZXk6dGVzdC1zZWNyZXQ=", "wrong"):
            ask("POST", self._path, {}, {"Authorization": value}, base=sent)
        ask("POST", self._path, {}, base=sent)
        good = self._run.bearer
        for method in ("GET", "PUT", "DELETE", "HEAD", "OPTIONS"):
            ask(method, self._path, headers=good)
        for path in (f"{self._path}/", self._path.upper(), f"{self._path}x", f"/{self._path}"):
            ask("POST", path, {}, good, base=sent)
        ask("POST", f"{self._path}?x=1", "{", good)

    def _malformed(self) -> None:
        post = self._run.post
        for raw in (b"", b"{", b"null", b"[]", b'"text"', b"{}", b'{"Amount": NaN}', b"\xff\xfe", b"[" * 200_000):
            post(self._path, raw, {"Content-Type": "application/json"})
        whole = json.dumps(self._base)
        for kind in ("application/x-www-form-urlencoded", "text/plain", "application/json; charset=utf-16", ""):
            post(self._path, "{}" if kind else whole[:-1], {"Content-Type": kind} if kind else {})
        post(self._path, "a=1&b=2", {"Content-Type": "application/x-www-form-urlencoded"})

    def _field(self, name: str) -> None:
        values = (None, _LIST, "", "x" * 130 if "Credential" not in name else "plain")
        for value in values[:2] if self._operation in _LIKE else values:
            self._send(**{name: value})
        if self._operation in _LIKE and name in body(_LIKE[self._operation]):
            return
        for value in _EXTREMES.get(name.lower(), ()):
            self._send(**{name: value})
        if "URL" in name.upper():
            self._send(**{name: "http://8.8.8.8/refused"})
            self._send(**{name: "http://shop.test/down"})
        if name == "SecurityCredential":
            for password in _CREDENTIALS:
                self._send(SecurityCredential=credential(password))
        if name.startswith("Initiator"):
            self._send(**{name: "nobody"})
        if name in ("BusinessShortCode", "primaryShortCode", "receiverShortCode", "ReceiverParty"):
            self._send(**{name: _FOREIGN})


assert set(SCHEMAS) | {"oauth.generate"} == set(paths()), "an operation has no body here: add it to bodies.py"
