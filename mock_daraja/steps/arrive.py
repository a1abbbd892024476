"""The first steps of a request: armed faults, the route, and who calls."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final

from mock_daraja.access import BadCredentials, basic_credentials, bearer_token
from mock_daraja.errors import Problem
from mock_daraja.exchange import Reply, Step
from mock_daraja.faults import pages
from mock_daraja.model import App
from mock_daraja.products import families
from mock_daraja.scenarios import Facts
from mock_daraja.steps.passage import SCENARIO_HEADER, Passage, Shared
from mock_daraja.steps.replies import as_decided, plain, refuse, short

_NEW_TOKEN: Final = "get a new one: GET /oauth/v1/generate?grant_type=client_credentials"


def arm_faults(passage: Passage) -> Reply | None:
    """Is a transport fault, a gateway page or an error armed that asks for no more than the operation?"""
    operation = passage.operation
    name, product = (operation.name, operation.product) if operation is not None else ("", "")
    passage.exchange.operation = name or None
    facts = Facts(name, product, passage.headers.get(SCENARIO_HEADER), app_key=passage.app.key if passage.app else None)
    try:
        passage.early = passage.sandbox.engine.early(facts)
    except Problem as problem:
        passage.note(Step("scenarios", "refused", problem.what, facts.header, problem.remedy, "scenarios"))
        return plain(400, problem)
    return None if passage.early is None else as_decided(passage, passage.early)


def route(passage: Passage) -> Reply | None:
    exchange, operation = passage.exchange, passage.operation
    if operation is None:
        proxy = passage.shared.proxy(exchange.path)
        remedy = _near_path(passage.shared, exchange.path)
        if proxy is None:
            passage.note(Step("route", "refused", "no product has this path", exchange.path, remedy, "paths"))
            return pages.page("unknown-proxy", exchange.path)
        step = Step("route", "refused", f"{proxy.title} has no such resource", exchange.path, remedy, "paths")
        return refuse(passage, proxy.family.unknown_resource, step)
    if exchange.method != operation.method:
        step = Step(
            "route", "refused", f"{operation.name} wants {operation.method}", exchange.method, "change the method"
        )
        return refuse(passage, passage.family.wrong_method(exchange.method), step)
    return None


def admit(passage: Passage) -> Reply | None:
    """Who calls: Basic credentials for a token, a valid bearer token of an app with the product for the rest."""
    assert passage.operation is not None and passage.product is not None  # route let it through
    if passage.operation.access == "basic":
        return _admit_basic(passage)
    header = passage.headers.get("authorization")
    given = bearer_token(header)
    if isinstance(given, BadCredentials):
        step = Step("access", "refused", given.why, None, given.remedy, "oauth")
        return refuse(passage, passage.family.invalid_token(""), step)
    token, sandbox = passage.token, passage.sandbox
    if token is None:
        ended = ", or a newer one ended it (one_token_only)" if sandbox.settings.quirks.one_token_only else ""
        step = Step("access", "refused", f"no app was given this token{ended}", short(given), _NEW_TOKEN, "oauth")
        return refuse(passage, passage.family.invalid_token(given), step)
    if token.expires_ms <= sandbox.now_ms:
        ago = (sandbox.now_ms - token.expires_ms) // 1000
        step = Step(
            "access", "refused", f"the token expired {ago} s ago on the sandbox clock", short(given), _NEW_TOKEN
        )
        return refuse(passage, passage.family.invalid_token(given), step)
    slug = passage.product.slug
    if token.products is not None and slug not in token.products:
        why = f"the token's app had no product {slug} when the token was issued"
        step = Step(
            "access", "refused", why, sorted(token.products), "add the product to the app, then get a new token"
        )
        return refuse(passage, passage.family.product_missing(given), step)
    passage.exchange.app_key = token.app_key
    return None


def _admit_basic(passage: Passage) -> Reply | None:
    exchange, sandbox = passage.exchange, passage.sandbox
    if "grant_type=client_credentials" not in exchange.query.split("&"):
        remedy = "add ?grant_type=client_credentials to the URL, without a blank behind it"
        step = Step(
            "access", "refused", "grant_type is missing or not client_credentials", exchange.query, remedy, "oauth"
        )
        return refuse(passage, passage.family.invalid_field("grant_type"), step)
    credentials = basic_credentials(passage.headers.get("authorization"))
    if isinstance(credentials, BadCredentials):
        step = Step("access", "refused", credentials.why, None, credentials.remedy, "oauth")
        return refuse(passage, passage.family.invalid_token(""), step)
    key, secret = credentials
    if passage.app is None and passage.shared.settings.accept_any_app and key:
        passage.app = App(key, secret)
        sandbox.store.put_app(passage.app)
        passage.note(Step("access", "note", "registered at first sight (--accept-any-app)", key))
    if passage.app is None:
        known = ", ".join(app.key for each in passage.shared.sandboxes.all()[:5] for app in each.store.apps()[:5])
        remedy = f"known keys: {known}; add one with --app {key or 'KEY'}:SECRET, or start with --accept-any-app"
        step = Step("access", "refused", "no app has this consumer key", key, remedy, "oauth")
        return refuse(passage, families.WRONG_SECRET, step)
    if passage.app.secret not in (None, secret):
        step = Step("access", "refused", "the consumer secret is wrong", key, "`mock-daraja env` prints key and secret")
        return refuse(passage, families.WRONG_SECRET, step)
    exchange.app_key = key
    return None


def _near_path(shared: Shared, path: str) -> str:
    near = get_close_matches(path, shared.routes, 1, 0.5)
    return f"did you mean {near[0]}?" if near else "see docs/products.md for the paths of every product"
