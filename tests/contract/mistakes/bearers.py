"""Mistakes with the token (requests.md §1.5)."""

# ruff: noqa: E501 - a row is a line

from __future__ import annotations

from base64 import b64encode

from mock_daraja.defaults import APP_KEY, APP_SECRET, PASSKEY
from tests.contract.mistakes.asking import (
    C2B_KEY,
    C2B_SECRET,
    GENERATE,
    OTHER_KEY,
    OTHER_SECRET,
    PAIR,
    STAMP,
    Mistake,
    encoded,
    push_of,
    push_with,
)

STK = (404, "404.001.03")
BEARER = f"send Authorization: Bearer <access_token>, from {GENERATE}"
ALONE = "send Authorization: Bearer <access_token>, with the access_token alone"

BEARERS = (
    Mistake("no header", push_with(None), *STK, f"there is no Authorization header; send Authorization: Bearer <access_token>, from {GENERATE}"),
    Mistake("Bearer twice", push_with(lambda token: f"Bearer Bearer {token}"), *STK, f"Bearer stands twice in front of the token; send Authorization: Bearer <access_token>, from {GENERATE}"),
    Mistake("no blank behind Bearer", push_with(lambda token: f"Bearer{token}"), *STK, f"no blank stands behind Bearer; send Authorization: Bearer <access_token>, from {GENERATE}"),
    Mistake("a colon behind Bearer", push_with(lambda token: f"Bearer: {token}"), *STK, f"a colon stands behind Bearer; send Authorization: Bearer <access_token>, from {GENERATE}"),
    Mistake("no scheme", push_with(lambda token: token), *STK, f"the header does not begin with Bearer and a blank; send Authorization: Bearer <access_token>, from {GENERATE}"),
    Mistake("another scheme", push_with(lambda token: f"Token {token}"), *STK, f"the scheme is Token, not Bearer; send Authorization: Bearer <access_token>, from {GENERATE}"),
    Mistake("nothing behind Bearer", push_with("Bearer "), *STK, f"no token follows Bearer; send Authorization: Bearer <access_token>, from {GENERATE}"),
    Mistake("in quotes", push_with(lambda token: f'Bearer "{token}"'), *STK, "the token stands in quotes; send the token alone"),
    Mistake("in angle brackets", push_with(lambda token: f"Bearer <{token}>"), *STK, "the token stands in angle brackets; send the token alone"),
    Mistake("the whole answer", push_with(lambda token: f'Bearer {{"access_token":"{token}","expires_in":"3599"}}'), *STK, "the whole answer of the token's request stands in place of the token; send its access_token alone"),
    Mistake("the whole answer, as Python shows it", push_with(lambda token: f"Bearer {{'access_token': '{token}'}}"), *STK, "the whole answer of the token's request stands in place of the token; send its access_token alone"),
    Mistake("an object of JavaScript", push_with("Bearer [object Object]"), *STK, "the whole answer of the token's request stands in place of the token; send its access_token alone"),
    Mistake("undefined", push_with("Bearer undefined"), *STK, "the token is the word undefined: it was not there yet when the header was made; wait for the answer to the token's request, then send its access_token"),
    Mistake("null", push_with("Bearer null"), *STK, "the token is the word null: it was not there yet when the header was made; wait for the answer to the token's request, then send its access_token"),
    Mistake("None", push_with("Bearer None"), *STK, "the token is the word None: it was not there yet when the header was made; wait for the answer to the token's request, then send its access_token"),
    Mistake("a variable's name", push_with("Bearer ${token}"), *STK, f"the token is a placeholder that nothing was put into; send Authorization: Bearer <access_token>, from {GENERATE}"),
    Mistake("a name in braces", push_with("Bearer {{access_token}}"), *STK, f"the token is a placeholder that nothing was put into; send Authorization: Bearer <access_token>, from {GENERATE}"),
    Mistake("cut short", push_with(lambda token: f"Bearer {token[:20]}"), *STK, f"the token has 20 characters and an access_token has 28: it was cut; send it whole and alone, or get a new token: {GENERATE}"),
    Mistake("one of another server", push_with("Bearer c9SQxWWhmdVRlyh0zh8gZDTkubVF"), *STK, f"no app has this token here: it is of another server, of an app or a run that is gone, or of Safaricom's own; get a new token: {GENERATE}"),
    Mistake("key and secret as the token", push_with(f"Bearer {PAIR}"), *STK, f"Bearer is followed by base64(ConsumerKey:ConsumerSecret), which is what a token is asked for with; get a token with it first: {GENERATE}"),
    Mistake("the key as the token", push_with(f"Bearer {APP_KEY}"), *STK, f"Bearer is followed by a consumer key, which is what a token is asked for with; send the token that it gets: get a new token: {GENERATE}"),
    Mistake("the secret as the token", push_with(f"Bearer {APP_SECRET}"), *STK, f"Bearer is followed by a consumer secret, which is what a token is asked for with; send the token that it gets: get a new token: {GENERATE}"),
    Mistake("key and secret as they are", push_with(f"Bearer {APP_KEY}:{APP_SECRET}"), *STK, f"Bearer is followed by ConsumerKey:ConsumerSecret, which is what a token is asked for with; get a token first, with Authorization: Basic base64(ConsumerKey:ConsumerSecret): {GENERATE}"),
    Mistake("a promise of JavaScript", push_with("Bearer [object Promise]"), *STK, "the token is [object Promise]: what asks for it was not awaited; await it, then send the access_token of its answer"),
    Mistake("in upper case", push_with(lambda token: f"Bearer {token.upper()}"), *STK, f"the token is all in upper case, and an access_token has letters of both: something changed its letters; send it as it came, or get a new token: {GENERATE}"),
    Mistake("Basic with key and secret", push_with(f"Basic {PAIR}"), *STK, f"Basic credentials were sent where a bearer token belongs; send Authorization: Bearer <access_token>, from {GENERATE}"),
    Mistake("Basic with the token", push_with(lambda token: f"Basic {token}"), *STK, f"Basic credentials were sent where a bearer token belongs; send Authorization: Bearer <access_token>, from {GENERATE}"),
    Mistake("of an app without the product", push_of(C2B_KEY, C2B_SECRET), *STK, "the token was granted when its app had no product stk-push; the app has now: c2b; add the product to the app: `mock-daraja app third-key --products c2b,stk-push`, then get a new token: GET /oauth/v1/generate?grant_type=client_credentials"),
    Mistake("of an app with another shortcode", push_of(OTHER_KEY, OTHER_SECRET), 500, "500.001.1001", "the app may not use shortcode 174379; it has 600111: use one of its own"),
    Mistake("undefined, where the core asks", lambda shop: shop.post("/mpesa/b2c/v3/paymentrequest", b"{}", Authorization="Bearer undefined"), 401, "401.002.01", "the token is the word undefined: it was not there yet when the header was made; wait for the answer to the token's request, then send its access_token"),
    Mistake("the key and a colon in front of the token", push_with(lambda token: f"Bearer {APP_KEY}:{token}"), *STK, f"something and a colon stand in front of the token; {ALONE}"),
    Mistake("its name and a colon in front of the token", push_with(lambda token: f"Bearer access_token: {token}"), *STK, f"something stands in front of the token; {ALONE}"),
    Mistake("in brackets", push_with(lambda token: f"Bearer [{token}]"), *STK, f"something stands around the token; {ALONE}"),
    Mistake("in braces", push_with(lambda token: f"Bearer {{{token}}}"), *STK, f"something stands around the token; {ALONE}"),
    Mistake("the token twice", push_with(lambda token: f"Bearer {token}, {token}"), *STK, f"something stands behind the token; {ALONE}"),
    Mistake("a semicolon behind the token", push_with(lambda token: f"Bearer {token};"), *STK, f"something stands behind the token; {ALONE}"),
    Mistake("the token in base64", push_with(lambda token: f"Bearer {encoded(token)}"), *STK, f"the token was encoded in base64; {ALONE}"),
    Mistake("the whole header in quotes", push_with(lambda token: f'"Bearer {token}"'), *STK, f"the whole header stands in quotes; {BEARER}"),
    Mistake("the passkey as the token", push_with(f"Bearer {PASSKEY}"), *STK, f"Bearer is followed by 64 hexadecimal digits, such as a passkey has, which is no token; {BEARER}"),
    Mistake("the Password as the token", push_with(f"Bearer {encoded(f'174379{PASSKEY}{STAMP}')}"), *STK, f"Bearer is followed by the Password of a push, which is no token; {BEARER}"),
    Mistake("a SecurityCredential as the token", push_with(f"Bearer {b64encode(bytes(256)).decode()}"), *STK, f"Bearer is followed by a SecurityCredential, which is no token; {BEARER}"),
)  # fmt: skip
