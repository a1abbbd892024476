from __future__ import annotations

import json
from pathlib import Path

from bench.peers import stubs


def test_a_root_folder_has_the_stub_and_one_for_tokens_and_nothing_of_before(tmp_path: Path) -> None:
    stubs.write(tmp_path / "static", stubs.WEBHOOK)

    folder = stubs.write(tmp_path / "static", stubs.STATIC)

    assert sorted(path.name for path in folder.rglob("*.json")) == ["push.json", "token.json"]
    assert json.loads((folder / "mappings/push.json").read_text()) == stubs.STATIC


def test_answer_and_callback_name_the_same_checkout() -> None:
    answered = stubs.WEBHOOK["response"]["jsonBody"]["CheckoutRequestID"]
    (listener,) = stubs.WEBHOOK["serveEventListeners"]

    callback = json.loads(listener["parameters"]["body"])["Body"]["stkCallback"]

    assert callback["CheckoutRequestID"] == answered.replace("request.body", "originalRequest.body")
