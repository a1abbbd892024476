"""Secrets that are known by their value."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from mock_daraja import defaults
from mock_daraja.errors import Problem
from mock_daraja.journal.known import KnownSecrets
from mock_daraja.journal.needles import Value

TOKEN = "aB3dEf7hIjKlMnOpQrStUvWxYz19"
SECRET = "s3cret of Ours/+?"
PASSKEY = "0123456789abcdef" * 4


def known(*secrets: Value) -> KnownSecrets:
    made = KnownSecrets({TOKEN}.__contains__)
    made.add_all(secrets or ((SECRET, False), (PASSKEY, True)))
    return made


def base64(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (TOKEN, "***"),
        (f"x{TOKEN}y and {TOKEN}", "x***y and ***"),
        (f"/a/{SECRET}/b", "/a/***/b"),
        (f"a={quote(SECRET, safe='')}&b=1", "a=***&b=1"),
        (f"a={quote_plus(SECRET)}&b=1", "a=***&b=1"),
        (f"read as a form: {SECRET.replace('+', ' ')}", "read as a form: ***"),
        (f"a={quote(quote(SECRET, safe=''))}&b=1", "a=***&b=1"),
        ("".join(f"%{ord(each):02x}" for each in TOKEN) + "&b=1", "***&b=1"),
        ('{"a": "' + "".join(f"\\u{ord(each):04x}" for each in TOKEN) + '"}', '{"a": "***"}'),
        (f"Basic {base64('key:' + TOKEN)}", "Basic a2V5O***="),
        (f"Basic {base64('ke:' + TOKEN)}", "Basic a2U6***=="),
        (f"Basic {base64('k:' + TOKEN)}", "Basic az***"),
        (quote(base64("k:" + SECRET), safe=""), "az***%3D%3D"),
        (base64("174379" + PASSKEY + "20261124100000"), "MTc0Mzc***IwMjYxMTI0MTAwMDAw"),
        (base64("a" * 30) + "\r\n" + base64(TOKEN), base64("a" * 30) + "\r\n***=="),
        ("of another server: " + TOKEN.swapcase(), "of another server: " + TOKEN.swapcase()),
        ("a text with nothing to hide in it, at all", "a text with nothing to hide in it, at all"),
        ("short", "short"),
        ("", ""),
    ],
)
def test_a_secret_is_hidden_however_it_is_written(text: str, left: str) -> None:
    assert known().hide(text) == left


@pytest.mark.parametrize("before", range(3))
@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
def test_base64_shows_nothing_at_any_alignment(before: int, encode: Callable[[bytes], bytes]) -> None:
    for secret in (TOKEN, SECRET, PASSKEY):
        written = encode(b"<?>"[:before] + secret.encode() + b"~~~").decode()

        shown = known().hide(f"it is {written} here")

        assert "***" in shown
        assert len(shown) <= len("it is  here") + 3 + 8


def test_a_password_that_is_in_base64_once_more_is_hidden() -> None:
    assert "***" in known().hide(base64("k:" + base64("600111" + PASSKEY + "20261124100000")))


def test_a_security_credential_is_hidden_by_its_form() -> None:
    credential = base64(bytes(range(256)).decode("latin-1"))[:342] + "=="

    assert known().hide(f"it is {credential}") == "it is ***=="


def test_a_security_credential_that_was_read_as_a_form_is_hidden() -> None:
    credential = ("aB3/" * 16 + "x ") * 5 + "aB3/" * 4  # its `+` are blanks
    words = "Pay 3 goats to Wanjiku at 5 in the shop of Otieno " * 8
    line = f"GET /nowhere/00001/{'x' * 6000} 404 2 ms in all"

    assert known().hide(f"={credential}=") == "=***="
    assert known().hide(words + line) == words + line


@pytest.mark.parametrize("cut", range(8, 28))
def test_the_beginning_of_a_secret_that_was_cut_is_hidden(cut: int) -> None:
    assert known().hide(f"Amount is 'x {TOKEN[:cut]}...', not a number") == "Amount is 'x ***...', not a number"
    assert known().hide(f"it is 'x {SECRET[:cut]}...'")[:12] == "it is 'x ***"
    assert known().hide(f"{TOKEN[:cut]}... and more") == "***... and more"
    assert known().hide(f"line 3: x: {TOKEN[:cut]}\N{HORIZONTAL ELLIPSIS}") == "line 3: x: ***\N{HORIZONTAL ELLIPSIS}"


@pytest.mark.parametrize(
    "text", ["it is 'the-beginning-of-a...'", "Processing... Reversing...", "ABCDEFGHIJ... lower..."]
)
def test_words_before_three_dots_are_no_secrets(text: str) -> None:
    assert known().hide(text) == text


def test_what_is_public_or_short_is_no_secret() -> None:
    public = (defaults.APP_SECRET, defaults.PASSKEY, defaults.INITIATOR_PASSWORD, "1234567")
    secrets = known(*((each, True) for each in public))

    assert [secrets.hide(f"it is {each}") for each in public] == [f"it is {each}" for each in public]


def test_of_many_secrets_each_is_found() -> None:
    many = [f"secret-number-{number}-of-ours" for number in range(1000)]
    secrets = known(*((each, False) for each in many))

    for each in many[::97]:
        assert secrets.hide(f"x{each}y") == "x***y"
        assert "***" in secrets.hide(base64(f"key:{each}"))
    assert secrets.hide("secret-number-x-of-ours") == "secret-number-x-of-ours"


def test_a_secret_that_comes_later_is_hidden_from_then_on() -> None:
    tokens: set[str] = set()
    secrets = KnownSecrets(tokens.__contains__, lambda: len(tokens))
    text = f"{SECRET}, {TOKEN}"
    before = secrets.hide(text)

    secrets.add(SECRET)
    tokens.add(TOKEN)

    assert before == text
    assert secrets.hide(text) == "***, ***"


def test_what_becomes_a_passkey_has_its_passwords_hidden() -> None:
    secrets = KnownSecrets(lambda text: False)
    password = base64(f"174379{PASSKEY}20261124100000")

    secrets.add(PASSKEY)
    secrets.add(PASSKEY, is_passkey=True)

    assert "***" in secrets.hide(base64(password))


def test_a_token_that_has_ended_stays_hidden() -> None:
    secrets = KnownSecrets(lambda text: False)

    secrets.add_token(TOKEN)

    assert secrets.hide(f"x {TOKEN}") == "x ***"


def test_only_so_many_that_have_ended_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mock_daraja.journal.known._MOST_VALUES", 3)
    monkeypatch.setattr("mock_daraja.journal.known._MOST_TOKENS", 1)
    secrets = KnownSecrets(lambda text: False, values=lambda: [("the-one-there-is", False)])

    for value in ("the-one-there-is", "a-former-one", "another-former", "one-more-former"):
        secrets.add(value)
    assert secrets.hide("nothing") == "nothing"
    secrets.add("the-last-of-them")
    secrets.add_token(TOKEN)
    secrets.add_token("zZ9" * 9 + "z")

    assert secrets.hide("the-one-there-is the-last-of-them a-former-one") == "*** *** a-former-one"
    assert secrets.hide(TOKEN) == TOKEN


def test_json_is_hidden_in_wherever_it_is() -> None:
    shape = {"a": [TOKEN, 1, None], "b": {"c": (SECRET, True)}, "rows": iter([{"d": TOKEN}])}

    hidden = known().hide_in(shape)

    assert {**hidden, "rows": [*hidden["rows"]]} == {
        "a": ["***", 1, None],
        "b": {"c": ["***", True]},
        "rows": [{"d": "***"}],
    }


def test_a_problem_keeps_the_example_of_its_remedy() -> None:
    problem = Problem(f"pin is '12', and {TOKEN}", where=TOKEN, remedy='give {"pin": "1234"}')

    shown = known().hide_of(problem)

    assert shown == {"problem": "pin is '***', and ***", "where": "***", "remedy": 'give {"pin": "1234"}'}


def test_what_json_writes_as_two_halves_is_read_as_one_letter() -> None:
    secret = "s3cr\U0001f600t-emoji-9"
    text = json.dumps({"note": secret})

    assert "\\ud83d\\ude00" in text
    assert known((secret, False)).hide(text) == '{"note": "***"}'


@pytest.mark.parametrize("cut", range(20, 60, 7))
def test_what_is_cut_in_an_escape_shows_no_beginning(cut: int) -> None:
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in "Adm1n-T0ken-Zq8")

    shown = known(("Adm1n-T0ken-Zq8", False)).hide(f"grant_type is '{escaped[:cut]}...'")

    assert "\\u0041\\u0064\\u006d\\u0031\\u006e\\u002d\\u0054\\u0030" not in shown
