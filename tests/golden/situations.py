"""What no story tells: switches, selectors, customers, receivers that fail, tokens that end, other sandboxes."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from mock_daraja.defaults import CUSTOMER, TILL
from tests.golden.bodies import SHOP, body
from tests.golden.driving import credential, paths
from tests.golden.recording import TOKEN, Recording, recording

_PUSH, _QUERY = "stk-push.process", "stk-push.query"


def _send(run: Recording, operation: str, headers: dict[str, str] | None = None, **changes: Any) -> dict[str, Any]:
    return run.post(paths()[operation][-1], changes, headers, base=body(operation))


def _push(run: Recording, *, after: float = 200, headers: dict[str, str] | None = None, **changes: Any) -> str:
    """A push, a query at once and, once it is over, another. Its CheckoutRequestID, or nothing."""
    answer = _send(run, _PUSH, headers, **changes)["body"]
    checkout = str(json.loads(answer)["CheckoutRequestID"]) if "CheckoutRequestID" in answer else ""
    if checkout:
        _send(run, _QUERY, CheckoutRequestID=checkout)
    run.advance(after)
    if checkout:
        _send(run, _QUERY, CheckoutRequestID=checkout)
    return checkout


def _quirk(**quirks: Any) -> Callable[[], list[str]]:
    def play() -> list[str]:
        with recording(quirks=quirks) as run:
            run.ask_token()
            old = run.bearer
            run.ask_token()
            run.ask("POST", paths()[_PUSH][0], {}, old, base=body(_PUSH))
            for _ in range(2):
                _push(run, after=60, Amount=7)
            checkout = _push(run, CallBackURL=f"{SHOP}/mpesa/query")
            for _ in range(7):
                _send(run, _QUERY, CheckoutRequestID=checkout)
            _send(run, "c2b.register", ConfirmationURL=f"{SHOP}/sql", ValidationURL=f"{SHOP}/exe")
            _send(run, "c2b.register", ShortCode=TILL)
            _send(run, "c2b.register")
            run.control("POST", "/pay", {"amount": 5, "till": TILL, "wait": True})
            run.control("POST", "/pay", {"amount": 5, "paybill": "600992", "account_reference": "A", "wait": True})
            _send(run, "b2b.payment")
            run.advance(200)
            run.finish()
            return run.lines

    return play


def _selectors(run: Recording) -> None:
    """Who decides, in the order of precedence, and words that are none."""
    for header in ("1032", "stk_push/cancelled", "500.001.1001", "no-such-code", "no/such-story", "latency", ""):
        _push(run, headers={"X-Mock-Scenario": header})
    for msisdn in ("254700001032", "254700000001", "254700009999", "254700000000"):
        _push(run, PartyA=msisdn, PhoneNumber=msisdn)
    for reference in ("mock:2001", "INV-1 mock:1", "mock:9999", "mock:500.003.02"):
        _push(run, AccountReference=reference)
    for then in ({"result": "1037"}, {"error": "404.001.03"}, {"page": "waf"}, {"result": "1", "after": 20},
                 {"result": "no-such"}, {"callback": {"copies": 3, "every": 5}}, {"callback": {"drop": True}},
                 {"callback": {"delay": 30, "damage": "malformed"}}, {"sequence": [{"result": "1"}, {}]}):  # fmt: skip
        run.control("POST", "/one-shots", {"when": {"operation": _PUSH}, "then": then})
        _push(run)
    run.control("POST", "/one-shots", {"when": {"amount": {"min": 50}}, "then": {"result": "1"}})
    run.control("PUT", "/scenario", {"name": "stk_push/wrong-pin"})
    _push(run, AccountReference="mock:1032")
    _push(run, Amount=60)
    _push(run, headers={"X-Mock-Scenario": "1032"})
    run.control("GET", "/one-shots")
    run.control("GET", "/scenario")
    run.control("DELETE", "/scenario")
    for operation in ("b2c.payment", "b2b.payment", "balance.query", "reversal.request", "c2b.simulate"):
        for header in ("2001", "17", "no-such"):
            _send(run, operation, {"X-Mock-Scenario": header})
            run.advance(300)


def _customers(run: Recording) -> None:
    """Prompts answered by hand, and every state that a customer can be in."""
    prompt = f"/customers/{CUSTOMER}/prompt"
    run.control("POST", "/customers", {"msisdn": CUSTOMER, "prompt": "ask", "name": "Jane Wanjiku Doe", "balance": 100})
    for answer in ({"pin": "0000"}, {"pin": "1234"}, {"action": "cancel"}, {"action": "ignore"}, {}):
        _send(run, _PUSH, Amount=10)
        _send(run, _PUSH, Amount=11)
        run.advance(2)
        run.control("POST", prompt, answer)
        run.control("POST", prompt, answer)
        run.advance(200)
    run.control("POST", prompt, {"pin": "0000"})
    for _ in range(3):
        _send(run, _PUSH)
        run.control("POST", prompt, {"pin": "0000"})
        run.advance(200)
    states: tuple[dict[str, Any], ...] = (
        {"prompt": "accept", "pin_locked": False}, {"prompt": "cancel"}, {"prompt": "ignore"}, {"prompt": "wrong"},
        {"prompt": "accept", "handset": "offline"}, {"handset": "locked"}, {"handset": "reachable", "balance": 0},
        {"balance": 499_999.5}, {"balance": 1000, "registered": False}, {"registered": True, "pin_locked": True},
        {"handset": "unknown"}, {"balance": -1}, {"nonsense": 1},
    )  # fmt: skip
    for number, state in enumerate(states):
        run.control("PATCH", f"/customers/{CUSTOMER}", state)
        _push(run, Amount=20 + number)
        _send(run, "b2c.payment", OriginatorConversationID=f"mine-{number}")
        run.advance(200)
    run.control("POST", "/pay", {"amount": 5, "paybill": "600992", "account_reference": "A", "wait": True})


def _receivers(run: Recording) -> None:
    """Receivers that refuse, fail or aren't there, with two retries; sent again by hand."""
    for path in ("down", "moved", "empty", "garbled", "unreachable"):
        _push(run, CallBackURL=f"{SHOP}/{path}")
        _send(run, "b2c.payment", OriginatorConversationID=path, ResultURL=f"{SHOP}/{path}")
        run.advance(60)
    _push(run, CallBackURL="http://8.8.8.8/refused")
    for number in (1, 2, 99):
        run.control("POST", f"/callbacks/{number}/resend", {"times": 2})
        run.advance(30)
    _send(run, _PUSH)
    run.advance(5)
    run.control("POST", "/callbacks/12/resend")
    run.control("POST", "/callbacks/wait", {"timeout": 60, "count": 12})
    run.control("POST", "/callbacks/wait", {"timeout": 5, "count": 999})
    run.advance(60)


def _slow(run: Recording) -> None:
    """Customers who take their time, and callbacks that do."""
    _push(run)
    for operation in ("b2c.payment", "b2b.payment", "b2b-express.push", "balance.query"):
        _send(run, operation)
        run.advance(200)
    run.control("POST", "/pay", {"amount": 5, "paybill": "600992", "account_reference": "A", "wait": True})


def _production(run: Recording) -> None:
    """Callbacks over HTTPS only, and a text of its own."""
    _push(run)
    secure = {"CallBackURL": "https://shop.test/callback"}
    _push(run, **secure)
    _push(run, PhoneNumber="254700001037", PartyA="254700001037", **secure)


def _validation(run: Recording) -> None:
    """C2B: whom a paybill asks, and what it makes of each answer."""
    for response in ("Completed", "Cancelled"):
        for path in ("accept", "third-party", "reject", "garbled", "empty", "down", "unreachable"):
            urls = {"ValidationURL": f"{SHOP}/{path}", "ConfirmationURL": f"{SHOP}/confirm"}
            _send(run, "c2b.register", ResponseType=response, **urls)
            run.control("POST", "/organisations", {"shortcode": "600992", "external_validation": True})
            _send(run, "c2b.simulate")
            run.control("POST", "/pay", {"amount": 5, "paybill": "600992", "account_reference": path, "wait": True})
            run.advance(60)
    run.control("POST", "/pay", {"amount": 5, "till": TILL})
    for wrong in (
        {"amount": 0, "paybill": "600992"},
        {"amount": 5},
        {"amount": 5, "paybill": "999999", "account_reference": "A"},
        {"amount": 5, "paybill": "600992", "account_reference": "A", "msisdn": "12"},
    ):
        run.control("POST", "/pay", wrong)
    run.advance(60)


def _tokens(run: Recording) -> None:
    """A token's life, apps that may call less, and sandboxes of their own."""
    old = run.bearer
    run.advance(3598)
    run.ask("POST", paths()[_PUSH][0], {}, old, base=body(_PUSH))
    run.advance(2)
    run.ask("POST", paths()[_PUSH][0], {}, old, base=body(_PUSH))
    run.advance(7200)
    run.ask("POST", paths()[_PUSH][0], {}, old, base=body(_PUSH))
    apps: tuple[dict[str, Any], ...] = (
        {"key": "few", "secret": "s", "products": ["b2c"]},
        {"key": "kept", "secret": "s", "shortcodes": ["600992"]},
        {"key": "test-key", "secret": "again"},
        {"key": "odd", "secret": "s", "products": ["no-such"]},
    )
    for app in apps:
        run.control("POST", "/apps", app)
        token = run.ask_token(app["key"], app["secret"])
        run.ask("POST", paths()[_PUSH][0], {}, {"Authorization": f"Bearer {token}"}, base=body(_PUSH))
    run.control("DELETE", "/apps/few")
    run.ask_token("few", "s")
    run.control("POST", "/sandboxes", {"name": "other", "seed": 2, "clock": "manual"})
    token = run.ask_token("other-key", "other-secret")
    run.ask("POST", paths()[_PUSH][0], {}, {"Authorization": f"Bearer {token}"}, base=body(_PUSH))
    run.control("GET", "/sandboxes/other/transactions")
    run.control("DELETE", "/sandboxes/other")
    run.ask("POST", paths()[_PUSH][0], {}, {"Authorization": f"Bearer {token}"}, base=body(_PUSH))


def _initiators(run: Recording) -> None:
    """Passwords that are wrong until they lock, roles that are missing, organisations that aren't active."""
    for secret in ("wrong", "wrong", "Safaricom999!*!", "wrong", "wrong", "wrong", "Safaricom999!*!"):
        _send(run, "balance.query", SecurityCredential=credential(secret))
        run.advance(60)
    tables: tuple[dict[str, Any], ...] = (
        {"initiators": [{"name": "testapi", "password": "New12345!", "roles": ["Balance Query ORG API"]}]},
        {"active": False},
        {"active": True, "balances": {"Utility Account": 5, "Working Account": 5}},
        {"kinds": ["paybill"]},
        {"kinds": ["nonsense"]},
        {"initiators": "nonsense"},
    )
    for number, table in enumerate(tables):
        run.control("POST", "/organisations", {"shortcode": "600996", **table})
        for operation in ("balance.query", "b2c.payment", "b2b.payment", "pochi.payment"):
            own = {} if operation[:3] in ("bal", "b2b") else {"OriginatorConversationID": f"mine-{operation}-{number}"}
            _send(run, operation, SecurityCredential=credential("New12345!"), **own)
            run.advance(60)
    run.control("GET", "/certificate")


def _paths(run: Recording) -> None:
    """Paths that nobody answers, and methods that are none."""
    for target in ("/", "/mpesa", "/mpesa/", "/mpesa/stkpush/v2/processrequest", "/oauth", "/oauth/v2/generate",
                   "/favicon.ico", "/v1/ussdpush", "/mpesa/%00", "/mpesa/c2b/v3/register", TOKEN.upper()):  # fmt: skip
        run.ask("GET", target)
        run.ask("POST", target, {"a": 1}, run.bearer)
    for method in ("BREW", "get", "PATCH", "TRACE"):
        run.ask(method, paths()[_PUSH][0], headers=run.bearer)


def _played(act: Callable[[Recording], None], **settings: Any) -> Callable[[], list[str]]:
    def play() -> list[str]:
        with recording(**settings) as run:
            act(run)
            run.finish()
            return run.lines

    return play


def _compared(play: Callable[[], list[str]], usual: Callable[[], list[str]]) -> Callable[[], list[str]]:
    """Only the lines that the usual way doesn't have."""

    def differing() -> list[str]:
        known = {*usual()}
        return [line for line in play() if line not in known]

    return differing


_USUAL, _USUAL_TOKENS, _USUAL_PATHS = cache(_quirk()), cache(_played(_tokens)), cache(_played(_paths))

PLAYS: dict[str, Callable[[], list[str]]] = {
    "selectors": _played(_selectors),
    "customers": _played(_customers),
    "receivers": _played(_receivers, callback_retries=2),
    "slow": _played(_slow, callback_after=12.0, answer_after=40.0),
    "validation": _played(_validation),
    "tokens": _USUAL_TOKENS,
    "tokens-any-app": _compared(_played(_tokens, accept_any_app=True), _USUAL_TOKENS),
    "initiators": _played(_initiators),
    "paths": _USUAL_PATHS,
    "paths-production": _compared(_played(_paths, environment="production"), _USUAL_PATHS),
    "production": _played(_production, environment="production"),
    "quirk-none": _USUAL,
    "quirk-in-flight-4999": _compared(_quirk(in_flight="4999"), _USUAL),
    "quirk-in-flight-empty": _compared(_quirk(in_flight="empty"), _USUAL),
    "quirk-in-flight-mixed": _compared(_quirk(in_flight="mixed"), _USUAL),
    "quirk-balance-item": _compared(_quirk(balance_item=False), _USUAL),
    "quirk-two-decimals": _compared(_quirk(two_decimals=True), _USUAL),
    "quirk-checkout-id-digits": _compared(_quirk(checkout_id_digits=3), _USUAL),
    "quirk-legacy-texts": _compared(_quirk(legacy_texts=True), _USUAL),
    "quirk-one-token-only": _compared(_quirk(one_token_only=True), _USUAL),
    "quirk-numeric-expires-in": _compared(_quirk(numeric_expires_in=True), _USUAL),
    "quirk-stk-url-keywords": _compared(_quirk(stk_url_keywords=True), _USUAL),
    "quirk-query-rate-limit": _compared(_quirk(query_rate_limit=True), _USUAL),
    "quirk-c2b-url-keywords": _compared(_quirk(c2b_url_keywords=False), _USUAL),
    "quirk-register-code-zero": _compared(_quirk(register_code_zero=True), _USUAL),
    "quirk-c2b-all-names": _compared(_quirk(c2b_all_names=True), _USUAL),
    "quirk-till-type-documented": _compared(_quirk(till_type_documented=True), _USUAL),
    "quirk-b2b-success": _compared(_quirk(b2b_success="production-2026"), _USUAL),
    "quirk-same-amount-seconds": _compared(_quirk(same_amount_seconds=0), _USUAL),
}


def names() -> list[str]:
    return sorted(PLAYS)


def play(name: str) -> list[str]:
    return PLAYS[name]()
