"""The first steps of a request: whose it is, armed faults, the route, and who calls."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from mock_daraja import wire
from mock_daraja.access import (
    NEW_TOKEN,
    BadCredentials,
    basic_credentials,
    bearer_token,
    grant_fault,
    key_fault,
    misplaced,
    secret_fault,
    token_fault,
)
from mock_daraja.errors import DarajaError, Problem
from mock_daraja.exchange import JSON, UNREAD, Reply, Step
from mock_daraja.faults import pages
from mock_daraja.memory import REMEDY
from mock_daraja.model import APPS, TOKENS, App, Token, changed
from mock_daraja.model.parties import Names
from mock_daraja.products.base import Grants, Operation, Product
from mock_daraja.products.paths import Unknown
from mock_daraja.products.reading import text
from mock_daraja.sandbox import DEFAULT
from mock_daraja.scenarios import Facts
from mock_daraja.scenarios.codes import BUSY
from mock_daraja.steps.passage import SCENARIO_HEADER, Passage
from mock_daraja.steps.teaching import BY_LESSON, COURSE, point_out
from mock_daraja.validation import read_body

_APPS_COMPARED: Final = 100
_LONGEST_APP: Final = 512  # characters of key and secret that any caller may leave here; real ones have 28 to 64 each


def locate(passage: Passage) -> None:
    """Whose sandbox, and which operation?"""
    _find_sandbox(passage)
    path, catalogue = passage.request.path, passage.shared.catalogue
    found = catalogue.routes.get(path)
    if found is None and passage.sandbox.settings.lesson:
        found = catalogue.taught.get(path)
    passage.product, passage.operation = found or (None, None)


def _find_sandbox(passage: Passage) -> None:
    """The one that a bearer token or consumer key leads to, else the default one."""
    sandboxes = passage.shared.sandboxes
    header = passage.headers.get("authorization")
    given = bearer_token(header)
    if isinstance(given, str):
        if (found := sandboxes.found_by(TOKENS, given)) is not None:
            passage.sandbox, passage.token = found
            passage.app = sandboxes.store.get(APPS, passage.token.app_key)
        return
    credentials = basic_credentials(header)
    if isinstance(credentials, tuple) and (known := sandboxes.found_by(APPS, credentials[0])) is not None:
        passage.sandbox, passage.app = known


def may_take_time(passage: Passage) -> bool:
    """Whether answering may: for RSA, a story's file, a pattern. A SecurityCredential opened lately is at hand."""
    if SCENARIO_HEADER in passage.headers or passage.sandbox.engine.may_take_time:
        return True
    credential = _credential(passage)
    if credential is None:
        return False
    opened = passage.sandbox.certificate.known(credential) if passage.sandbox.has_certificate else None
    if opened is not None:
        passage.opened[credential] = opened
    return opened is None


def unseal(passage: Passage) -> None:
    """Open the SecurityCredential that the body may hold: RSA is too slow to be done inside the unit."""
    credential = _credential(passage)
    if credential is not None:
        sandbox = passage.sandbox
        passage.opened[credential] = sandbox.certificate.open(credential, sandbox.is_initiator_password)


def _credential(passage: Passage) -> str | None:
    name = None if passage.operation is None else passage.operation.secret
    if name is None or passage.token is None:
        return None
    value = read_body(passage.headers.get("content-type"), passage.request.body).value.get(name)
    return text(value) if isinstance(value, (str, int, float)) else None


def read_whole(passage: Passage) -> Reply | None:
    """Did the request come, and come whole? Else what its server answers stands, and nothing is carried out."""
    unread = passage.request.unread
    if unread is None:
        return None
    step = Step(UNREAD, "refused", unread.what, None, unread.remedy, "products.md#what-is-no-whole-request")
    if unread.is_busy:
        return passage.refuse(BUSY, step)
    passage.note(step)
    shown = passage.shared.sandboxes.secrets.hide(unread.reply.body.decode())  # the server that made it knows none
    return changed(unread.reply, body=shown.encode())


def find_room(passage: Passage) -> Reply | None:
    """Is there memory for what the request would leave? Else Daraja is busy."""
    memory = passage.shared.memory
    if not memory.is_full:
        return None
    return passage.refuse(BUSY, Step("memory", "refused", memory.why_full, None, REMEDY, "settings.md#memory"))


def arm_faults(passage: Passage) -> Reply | None:
    """Is a transport fault, a gateway page or an error armed that asks for no more than the operation?"""
    operation = passage.operation
    header, app_key = passage.headers.get(SCENARIO_HEADER), passage.app.key if passage.app else None
    if operation is None:
        facts = Facts("", "", "grants", header, app_key=app_key)
    else:
        facts = Facts(operation.full_name, operation.product, operation.kind, header, app_key=app_key)
    try:
        passage.early = passage.sandbox.engine.early(facts)
    except Problem as problem:
        passage.note(
            Step("scenarios", "refused", problem.what, facts.header, problem.remedy, "scenarios.md#the-header")
        )
        return Reply(400, wire.dumps(problem.as_json()), JSON)  # ours: no real client would send this
    return None if passage.early is None else passage.as_decided(passage.early)


def route(passage: Passage) -> Reply | None:
    request, operation = passage.request, passage.operation
    if operation is None:
        taught = passage.shared.catalogue.taught.get(request.path)
        if taught is not None and (reply := _taught_elsewhere(passage, *taught)) is not None:
            return reply
        return _no_operation(passage, passage.shared.catalogue.paths.unknown(request.path))
    if request.method != operation.method:
        why = f"{operation.full_name} wants {operation.method}, not {request.method}"
        asked_with = operation.asked_with if isinstance(operation, Grants) else ""
        step = Step("route", "refused", why, request.method, f"send {operation.method} {request.path}{asked_with}")
        return passage.refuse(passage.voice.wrong_method.about(request.method), step)
    return None


def _taught_elsewhere(passage: Passage, product: Product, operation: Operation) -> Reply | None:
    """A path that only a course has, where the body has its names too: else another one may be meant."""
    sent = read_body(passage.headers.get("content-type"), passage.request.body).value
    if not point_out(passage, operation, sent):
        return None
    text = f"a course's path, which {product.title} does not have"
    step = Step("route", "refused", text, passage.request.path, f"use {operation.paths[-1]}, or {BY_LESSON}", COURSE)
    return passage.refuse(product.voice.unknown_resource, step)


def _no_operation(passage: Passage, unknown: Unknown) -> Reply:
    """A product that isn't mocked answers as one that the sandbox doesn't route for an app: with 404 and no body. That
    was captured for Bonga and QR (requests.md §1.5), and is inferred for the others."""
    path, owner = passage.request.path, unknown.owner
    remedy = _where_to(unknown)
    if unknown.is_real:
        assert owner is not None
        text = f"real, not mocked here: {owner.title}"
        remedy = "`mock-daraja docs products#paths` lists what is mocked and what is not"
    else:
        text = "no product has this path" if owner is None else f"{owner.title} has no such resource{_whose(unknown)}"
    step = Step("route", "refused", text, path, remedy, "products.md#paths")
    if isinstance(owner, Product):
        return passage.refuse(owner.voice.unknown_resource, step)
    passage.note(step)
    return pages.page("unknown-proxy" if owner is None else "empty-404", path)


def _where_to(unknown: Unknown) -> str:
    near = unknown.near
    if near is None:
        return "`mock-daraja docs products#paths` lists the paths of every product"
    is_mocked = isinstance(near.owner, Product)
    if near.kind == "base":
        return f"{near.owner.title} has paths under {near.path}" + ("" if is_mocked else ": real, not mocked here")
    remedy = f"did you mean {near.path}?" if near.kind == "typo" else f"the nearest path is {near.path}"
    if is_mocked:
        return remedy
    return f"{remedy}{'' if near.kind == 'typo' else '.'} That one is {near.owner.title}'s: real, not mocked here"


def _whose(unknown: Unknown) -> str:
    """Whose its resource is, where it isn't the owner's."""
    *others, last = unknown.others or ("",)
    listed = f"{', '.join(others)} and {last}" if others else last
    return f": it is one of {listed}" if listed else ""


def identify(passage: Passage) -> Reply | None:
    """Who calls: Basic credentials for a token, a valid bearer token of an app with the product for the rest."""
    assert passage.operation is not None and passage.product is not None  # route let it through
    if isinstance(passage.operation, Grants):
        return _identify_app(passage, passage.operation)
    given = bearer_token(passage.headers.get("authorization"))
    if isinstance(given, BadCredentials):
        return _denied(passage, passage.voice.invalid_token.about(""), given.why, None, given.remedy)
    token, sandbox = passage.token, passage.sandbox
    if token is None:
        return _denied_unknown(passage, given)
    if token.expires_ms <= sandbox.now_ms:
        ago = (sandbox.now_ms - token.expires_ms) // 1000
        why = f"the token expired {ago} s ago on the sandbox clock"
        return _denied(passage, passage.voice.invalid_token.about(given), why, _short(given), NEW_TOKEN, docs="")
    slug = passage.product.slug
    if token.products is not None and slug not in token.products:
        return _denied(passage, passage.voice.product_missing, *_without_product(passage.app, token, slug))
    if passage.app is not None and passage.app.products is not None and slug not in passage.app.products:
        text = f"the token keeps the product {slug}, which its app has lost, until it expires"
        passage.note(Step("access", "warning", text, docs=passage.shared.catalogue.tokens_anchor))
    passage.app_key = token.app_key
    return None


def _without_product(app: App | None, token: Token, slug: str) -> tuple[str, str, str]:
    """Why, what the token has, and the remedy. It keeps the list of when it was granted (requests.md §1.7)."""
    now = None if app is None else app.products
    why = f"the token was granted when its app had no product {slug}; the app has now: {_listed(now)}"
    has, ask = f"the token has: {_listed(token.products)}", NEW_TOKEN
    if now is None or slug in now:
        return why, has, ask
    where = "" if token.sandbox == DEFAULT else f" --sandbox {token.sandbox}"
    command = f"mock-daraja app {token.app_key} --products {','.join((*now, slug))}{where}"
    add = f"add the product to the app: `{command}`"
    return why, has, f"{add}, then {ask}"


def _listed(products: Names | None) -> str:
    return "all products" if products is None else ", ".join(products) or "none"


def _identify_app(passage: Passage, operation: Grants) -> Reply | None:
    header, request = passage.headers.get("authorization"), passage.request
    where = "" if header else misplaced(request.query, request.body.decode(errors="replace"), passage.headers)
    asked = grant_fault(request.query)
    if asked is not None:
        error = passage.voice.invalid_field.about("grant_type")
        besides = f", with key and secret in the Authorization header: they stand {where}" if where else ""
        return _denied(passage, error, asked.why, None, asked.remedy + besides)
    credentials = basic_credentials(header)
    if isinstance(credentials, BadCredentials):
        why = f"consumer key and secret stand {where}, where M-Pesa does not look" if where else credentials.why
        return _denied(passage, passage.voice.invalid_token.about(""), why, None, credentials.remedy)
    key, secret = credentials
    sandboxes = passage.shared.sandboxes
    accepts_any = passage.shared.settings.accept_any_app
    if passage.app is None and accepts_any and key and len(key) + len(secret) > _LONGEST_APP:
        why = f"consumer key and secret have more than {_LONGEST_APP} characters, which --accept-any-app does not keep"
        return _denied(passage, operation.wrong_secret, why, None, "add an app with those by POST /_mock/apps")
    if passage.app is None and accepts_any and key:
        passage.app = sandboxes.put_app(passage.sandbox, App(key, secret))
        passage.note(Step("access", "note", "registered at first sight (--accept-any-app)", key))
    if passage.app is None:
        known = {app.key: app.secret for app in _compared(passage)}
        wrong = key_fault(key, secret, known, are_public=passage.shared.settings.admin_token is None)
        return _denied(passage, operation.wrong_secret, wrong.why, None, wrong.remedy)
    if passage.app.secret not in (None, secret):
        wrong = secret_fault(secret, passage.app.secret or "")
        return _denied(passage, operation.wrong_secret, wrong.why, key, wrong.remedy, docs="")
    passage.app_key = key
    return None


def _compared(passage: Passage) -> Iterator[App]:
    """Apps of any sandbox that a key or a secret is compared with: so many that it takes no time."""
    return islice((app for each in passage.shared.sandboxes.all() for app in each.apps()), _APPS_COMPARED)


def _denied_unknown(passage: Passage, given: str) -> Reply:
    """A token that nobody was given, or that was ended."""
    sandboxes = passage.shared.sandboxes
    error = passage.voice.invalid_token.about(given)
    wrong = token_fault(given, lambda text: sandboxes.found_by(TOKENS, text) is not None)
    if sandboxes.found_by(APPS, given) is not None:
        why = "Bearer is followed by a consumer key, which is what a token is asked for with"
        return _denied(passage, error, why, given, f"send the token that it gets: {NEW_TOKEN}")
    if any(app.secret == given for app in _compared(passage)):
        why = "Bearer is followed by a consumer secret, which is what a token is asked for with"
        return _denied(passage, error, why, None, f"send the token that it gets: {NEW_TOKEN}")
    ended = ", or a newer one ended it (one_token_only)" if passage.sandbox.settings.quirks.one_token_only else ""
    return _denied(passage, error, wrong.why + ended, None, wrong.remedy)


def _denied(
    passage: Passage, error: DarajaError, why: str, value: str | None, remedy: str, *, docs: str | None = None
) -> Reply:
    """`docs` of None is where tokens are explained."""
    page = passage.shared.catalogue.tokens_anchor if docs is None else docs
    return passage.refuse(error, Step("access", "refused", why, value, remedy, page))


def _short(secret: str) -> str:
    """Enough of a token to tell it from others."""
    return secret if len(secret) <= 8 else f"{secret[:4]}...{secret[-4:]}"
