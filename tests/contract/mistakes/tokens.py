"""Mistakes in asking for a token (requests.md §2)."""

# ruff: noqa: E501 - a row is a line

from __future__ import annotations

import json

from mock_daraja.defaults import APP_KEY, APP_SECRET
from tests.contract.mistakes.asking import (
    GENERATE,
    OTHER_SECRET,
    PAIR,
    Mistake,
    basic,
    encoded,
    token,
    token_posted,
    token_with,
)

PATH = "/oauth/v1/generate"
QUERY = "?grant_type=client_credentials"
BASIC = "send Authorization: Basic base64(ConsumerKey:ConsumerSecret)"
ELSEWHERE = "where M-Pesa does not look"
LISTED = "GET /_mock/apps lists them, or for another sandbox GET /_mock/sandboxes/NAME/apps"

TOKENS = (
    Mistake("POST with grant_type in the body", token_posted("grant_type=client_credentials"), 405, "405.001", f"oauth.generate wants GET, not POST; send {GENERATE}, with key and secret in the Authorization header and no body"),
    Mistake("POST with grant_type in a JSON body", token_posted('{"grant_type": "client_credentials"}'), 405, "405.001", f"oauth.generate wants GET, not POST; send {GENERATE}, with key and secret in the Authorization header and no body"),
    Mistake("POST with grant_type in the URL", token_posted("", PATH + QUERY), 405, "405.001", f"oauth.generate wants GET, not POST; send {GENERATE}, with key and secret in the Authorization header and no body"),
    Mistake("no Authorization header", token(None), 400, "400.008.01", "there is no Authorization header; send Authorization: Basic base64(ConsumerKey:ConsumerSecret)"),
    Mistake("Bearer in place of Basic", token(f"Bearer {PAIR}"), 400, "400.008.01", "the scheme is Bearer, not Basic; send Authorization: Basic base64(ConsumerKey:ConsumerSecret)"),
    Mistake("no scheme", token(PAIR), 400, "400.008.01", "the header does not begin with Basic and a blank; send Authorization: Basic base64(ConsumerKey:ConsumerSecret)"),
    Mistake("a colon behind Basic", token(f"Basic: {PAIR}"), 400, "400.008.01", "a colon stands behind Basic; send Authorization: Basic base64(ConsumerKey:ConsumerSecret)"),
    Mistake("no blank behind Basic", token(f"Basic{PAIR}"), 400, "400.008.01", "no blank stands behind Basic; send Authorization: Basic base64(ConsumerKey:ConsumerSecret)"),
    Mistake("Basic twice", token(f"Basic Basic {PAIR}"), 400, "400.008.01", "Basic stands twice; send Authorization: Basic base64(ConsumerKey:ConsumerSecret)"),
    Mistake("nothing behind Basic", token("Basic "), 400, "400.008.01", "nothing follows Basic; send Authorization: Basic base64(ConsumerKey:ConsumerSecret)"),
    Mistake("not encoded", token(f"Basic {APP_KEY}:{APP_SECRET}"), 400, "400.008.01", "key and secret stand behind Basic as they are, and not in base64; send Authorization: Basic base64(ConsumerKey:ConsumerSecret)"),
    Mistake("encoded twice", basic(PAIR), 400, "400.008.01", "key and secret were encoded twice; send Authorization: Basic base64(ConsumerKey:ConsumerSecret)"),
    Mistake("encoded for a URL", token(f"Basic {PAIR.replace('=', '%3D')}"), 400, "400.008.01", "what follows Basic was encoded for a URL (%3D is =); send Authorization: Basic base64(ConsumerKey:ConsumerSecret)"),
    Mistake("in quotes", token(f'Basic "{PAIR}"'), 400, "400.008.01", "what follows Basic stands in quotes; send Authorization: Basic base64(ConsumerKey:ConsumerSecret)"),
    Mistake("broken by a line break of base64", token(f"Basic {PAIR[:20]} {PAIR[20:]}"), 400, "400.008.01", "the base64 behind Basic is broken by a blank or a line break; send Authorization: Basic base64(ConsumerKey:ConsumerSecret)"),
    Mistake("key and secret encoded apart", token(f"Basic {encoded(APP_KEY)}:{encoded(APP_SECRET)}"), 400, "400.008.01", "key and secret were encoded one by one, and not together with a colon between them; send Authorization: Basic base64(ConsumerKey:ConsumerSecret)"),
    Mistake("as Python shows bytes", token(f"Basic b'{PAIR}'"), 400, "400.008.01", "what follows Basic is what Python shows of bytes (b'...'): decode them to text; send Authorization: Basic base64(ConsumerKey:ConsumerSecret)"),
    Mistake("a byte order mark before the key", basic(f"\ufeff{APP_KEY}:{APP_SECRET}"), 400, "", "the consumer key has a byte order mark (BOM) in front of it; send test-key exactly"),
    Mistake("base64 cut", token(f"Basic {PAIR[:-2]}"), 400, "400.008.01", "what follows Basic is not base64; send Authorization: Basic base64(ConsumerKey:ConsumerSecret)"),
    Mistake("the key alone", basic(APP_KEY), 400, "400.008.01", "the decoded credentials have no colon between key and secret; send Authorization: Basic base64(ConsumerKey:ConsumerSecret)"),
    Mistake("no colon between key and secret", basic(APP_KEY + APP_SECRET), 400, "400.008.01", "the decoded credentials have no colon between key and secret; send Authorization: Basic base64(ConsumerKey:ConsumerSecret)"),
    Mistake("secret with a newline", basic(f"{APP_KEY}:{APP_SECRET}\n"), 400, "", "the consumer secret has a line break behind it; strip it before it is encoded"),
    Mistake("secret with a blank in front", basic(f"{APP_KEY}: {APP_SECRET}"), 400, "", "the consumer secret has a blank in front of it; strip it before it is encoded"),
    Mistake("key with a blank behind", basic(f"{APP_KEY} :{APP_SECRET}"), 400, "", "the consumer key has a blank behind it; send test-key exactly"),
    Mistake("secret in quotes", basic(f'{APP_KEY}:"{APP_SECRET}"'), 400, "", "the consumer secret stands in quotes; strip it before it is encoded"),
    Mistake("key and secret exchanged", basic(f"{APP_SECRET}:{APP_KEY}"), 400, "", "consumer key and secret are exchanged; the key comes first: Authorization: Basic base64(ConsumerKey:ConsumerSecret)"),
    Mistake("no secret", basic(f"{APP_KEY}:"), 400, "", "the consumer secret is empty; set the variable that it is read from; `mock-daraja env` prints both"),
    Mistake("another secret", basic(f"{APP_KEY}:another"), 400, "", f"the consumer secret is not that of this key; send the two of one app; {LISTED}"),
    Mistake("the secret of another app", basic(f"{APP_KEY}:{OTHER_SECRET}"), 400, "", f"the consumer secret is not that of this key; send the two of one app; {LISTED}"),
    Mistake("key of Safaricom's own sandbox", basic("Gk3lPq8sVtYw2zXcBn5mRf7hJd9aLs1u:x"), 400, "", "no app here has this consumer key; use one of test-key, second-key, third-key; add yours with --app KEY:SECRET, or start with --accept-any-app"),
    Mistake("key misspelt", basic(f"test-keys:{APP_SECRET}"), 400, "", "no app here has this consumer key; use one of test-key, second-key, third-key; add yours with --app KEY:SECRET, or start with --accept-any-app"),
    Mistake("key in other case", basic(f"TEST-KEY:{APP_SECRET}"), 400, "", "the consumer key is written in other capitals; send test-key exactly"),
    Mistake("variables that were not set", basic("undefined:undefined"), 400, "", "the consumer key is the word undefined: a variable is not set; set the variable that it is read from; `mock-daraja env` prints both"),
    Mistake("nothing on both sides", basic(":"), 400, "", "the consumer key is empty; set the variable that it is read from; `mock-daraja env` prints both"),
    Mistake("grant_type missing", token(path=PATH), 400, "400.008.02", f"grant_type is missing; ask for it as {GENERATE}"),
    Mistake("grant_type misspelt", token(path=f"{PATH}?grant_type=client_credential"), 400, "400.008.02", f"grant_type is 'client_credential', not client_credentials; ask for it as {GENERATE}"),
    Mistake("grant_type of another flow", token(path=f"{PATH}?grant_type=password"), 400, "400.008.02", f"grant_type is 'password', not client_credentials; ask for it as {GENERATE}"),
    Mistake("grant_type with a blank behind", token(path=f"{PATH}{QUERY}%20"), 400, "400.008.02", f"a blank stands beside client_credentials in the URL; ask for it as {GENERATE}, without the blank"),
    Mistake("grantType", token(path=f"{PATH}?grantType=client_credentials"), 400, "400.008.02", f"the query has 'grantType'; the name is grant_type; ask for it as {GENERATE}"),
    Mistake("grant_type in capitals", token(path=f"{PATH}?grant_type=CLIENT_CREDENTIALS"), 400, "400.008.02", f"grant_type is 'CLIENT_CREDENTIALS', not client_credentials; ask for it as {GENERATE}"),
    Mistake("key and secret in the URL", token_with(f"&consumer_key={APP_KEY}&consumer_secret={APP_SECRET}"), 400, "400.008.01", f"consumer key and secret stand in the query of the URL, {ELSEWHERE}; {BASIC}"),
    Mistake("client_id and client_secret in the URL", token_with(f"&client_id={APP_KEY}&client_secret={APP_SECRET}"), 400, "400.008.01", f"consumer key and secret stand in the query of the URL, {ELSEWHERE}; {BASIC}"),
    Mistake("key and secret in a JSON body", token_with("", json.dumps({"ConsumerKey": APP_KEY, "ConsumerSecret": APP_SECRET})), 400, "400.008.01", f"consumer key and secret stand in the body, {ELSEWHERE}; {BASIC}"),
    Mistake("key and secret in a form", token_with("", f"client_id={APP_KEY}&client_secret={APP_SECRET}"), 400, "400.008.01", f"consumer key and secret stand in the body, {ELSEWHERE}; {BASIC}"),
    Mistake("key and secret in headers of their own", token_with("", **{"Consumer-Key": APP_KEY, "Consumer-Secret": APP_SECRET}), 400, "400.008.01", f"consumer key and secret stand in headers of their own, {ELSEWHERE}; {BASIC}"),
    Mistake("key and secret in the URL, and no grant_type", token(None, f"{PATH}?consumer_key={APP_KEY}&consumer_secret={APP_SECRET}"), 400, "400.008.02", f"grant_type is missing; ask for it as {GENERATE}, with key and secret in the Authorization header: they stand in the query of the URL"),
    Mistake("two Authorization headers in one", token(f"Basic {PAIR}, Basic {PAIR}"), 400, "400.008.01", f"the Authorization header came twice, or has two values; {BASIC}"),
    Mistake("base64 without its =", token(f"Basic {PAIR.rstrip('=')}"), 400, "400.008.01", f"the base64 behind Basic has lost the = at its end; {BASIC}"),
    Mistake("in hexadecimal", token(f"Basic {f'{APP_KEY}:{APP_SECRET}'.encode().hex()}"), 400, "400.008.01", f"key and secret stand behind Basic in hexadecimal, and not in base64; {BASIC}"),
    Mistake("the whole header in quotes", token(f'"Basic {PAIR}"'), 400, "400.008.01", f"the whole header stands in quotes; {BASIC}"),
)  # fmt: skip
