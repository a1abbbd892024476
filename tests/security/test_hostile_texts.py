"""What a client sends makes redaction take no longer than its length: the square of it would be seconds here."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.journal.known import KnownSecrets
from mock_daraja.journal.redact import redact_content, redact_message, redact_text

LENGTH = 30_000
PIECES = [
    '"', '\\"', "'", "%41", "%25", '"a":', '"pin":', '"pin":[', '"pin":{', '\\"pin\\":\\"', '\\"pin\\":{', "http://",
    "http://a?", 'name="pin"', 'name="pin"\r\n', "<pin>", "<pin ", "aB3", "\\u0041", "a=", "&pin=", "?pin=1&", "\\",
    '{"a":', "[", "...'", "x...' ", "aB3dEf7hI...' ", "\n", "a" * 20 + "\n", "Bearer ", "Authorization: ", "token is ",
    "pin of ", "pin is {", 'Password: "', '"Password": "\\', " ", '"a" ', "=",
    "s3cret-o", "_secret", "a-", "a_", "a:b@",
]  # fmt: skip
SECRETS = KnownSecrets({"aB3" * 10}.__contains__)
SECRETS.add_all([("s3cret-of-Ours!", False), ("passkey0" * 8, True)])


@pytest.mark.parametrize(
    "redact",
    [redact_content, redact_text, lambda text: redact_message(text.encode()), SECRETS.hide],
    ids=["content", "text", "message", "value"],
)
def test_no_text_takes_long(redact: Callable[[str], Any]) -> None:
    took = {}
    for piece in PIECES:
        text = (piece * (LENGTH // len(piece) + 1))[:LENGTH]
        began = time.process_time()
        redact(text)
        took[piece] = time.process_time() - began

    assert {piece: seconds for piece, seconds in took.items() if seconds > 0.5} == {}
