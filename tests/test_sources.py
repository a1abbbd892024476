"""Flags before environment before mock-daraja.toml before defaults, and mistakes that name themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mock_daraja.clock import ClockSetting
from mock_daraja.errors import Problem
from mock_daraja.settings import Quirks, Settings, option_fields
from mock_daraja.sources import load, quirks_from

Write = Callable[[str], Path]


@pytest.fixture
def file(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        (tmp_path / "mock-daraja.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_without_any_source_the_defaults_stand(tmp_path: Path) -> None:
    assert load({}, {}, tmp_path) == Settings()


def test_a_file_is_read(file: Write) -> None:
    folder = file(
        """
        port = 7000
        clock = "scaled:60"
        app = ["a:b", "c:d"]
        pure = true
        callback_timeout = 2

        [quirks]
        in_flight = "4999"
        checkout_id_digits = 3
        balance_item = false

        [[customers]]
        msisdn = "254712345678"
        """
    )

    settings = load({}, {}, folder)

    assert (settings.port, settings.clock, settings.app) == (7000, ClockSetting("scaled", 60), ("a:b", "c:d"))
    assert settings.pure is True
    assert settings.callback_timeout == 2.0
    assert settings.quirks == Quirks(in_flight="4999", checkout_id_digits=3, balance_item=False)
    assert settings.customers == ({"msisdn": "254712345678"},)


def test_flags_come_before_environment_before_file(file: Write) -> None:
    folder = file("port = 1\nseed = 1\nkeep = 1\nanswer_after = 1")
    environment = {"MOCK_DARAJA_PORT": "2", "MOCK_DARAJA_SEED": "2", "MOCK_DARAJA_KEEP": "2"}

    settings = load({"port": 3, "seed": 3, "keep": None, "app": ()}, environment, folder)

    assert (settings.port, settings.seed, settings.keep, settings.answer_after) == (3, 3, 2, 1.0)


def test_a_flag_of_zero_or_false_counts_as_given(file: Write) -> None:
    settings = load({"port": 0, "pure": False}, {"MOCK_DARAJA_PORT": "9", "MOCK_DARAJA_PURE": "yes"}, file(""))

    assert (settings.port, settings.pure) == (0, False)


def test_a_quirk_of_the_environment_leaves_the_other_quirks_of_the_file(file: Write) -> None:
    folder = file('[quirks]\nin_flight = "mixed"\nbalance_item = true')

    settings = load({}, {"MOCK_DARAJA_BALANCE_ITEM": "false"}, folder)

    assert settings.quirks == Quirks(in_flight="mixed", balance_item=False)


def test_every_option_can_come_from_the_environment() -> None:
    samples: dict[str, str] = {
        "clock": "auto", "start": "2026-11-24T10:00", "app": "k:s", "rewrite_callbacks": "http://a=http://b",
        "environment": "production", "credentials": "strict", "callback_timeout": "1.5", "answer_after": "2.5",
        "callback_after": "0", "callback_retries": "3", "callback_grace": "0.5", "selectors": "false",
    }  # fmt: skip
    for each in option_fields():
        kind = type(each.default)
        text = samples.get(each.name) or {bool: "true", int: "2001"}.get(kind, "7")

        settings = load({}, {f"MOCK_DARAJA_{each.name.upper()}": text}, Path("/nowhere"))

        assert getattr(settings, each.name) != each.default or text == "127.0.0.1", each.name


@pytest.mark.parametrize("name", ["environment", "credentials"])
def test_an_option_that_there_is_not_is_refused_in_python_too(name: str) -> None:
    with pytest.raises(Problem, match=f"{name} is 'stict'"):
        Settings(**{name: "stict"})


def test_a_list_in_the_environment_is_parted_by_commas(tmp_path: Path) -> None:
    settings = load({}, {"MOCK_DARAJA_ALLOW_CALLBACKS_TO": "a.example,*.b.example"}, tmp_path)

    assert settings.allow_callbacks_to == ("a.example", "*.b.example")


@pytest.mark.parametrize(
    ("text", "what", "line", "remedy"),
    [
        ("prot = 1", "there is no setting 'prot'", 1, "did you mean 'port'?"),
        ("CLOCK = 'auto'", "there is no setting 'CLOCK'", 1, "did you mean 'clock'?"),
        ("[[customers]]\nphone = '0712345678'", "a customer has no 'phone'", 2, "did you mean 'msisdn'?"),
        ("[[customers]]\nphone_number = '0712345678'", "a customer has no 'phone_number'", 2, "did you mean 'msisdn'?"),
        ("\n\nport = 'x'", "port is 'x'", 3, "a whole number"),
        ("port = true", "port is true", 1, "a whole number"),
        ("pure = 'maybe'", "pure is 'maybe'", 1, "true or false"),
        ("environment = 'test'", "environment is 'test'", 1, "sandbox or production"),
        ("[quirks]\nin_flihgt = 'mixed'", "there is no setting 'in_flihgt'", 2, "did you mean 'in_flight'?"),
        ("[quirks]\nin_flight = 'never'", "in_flight is 'never'", 2, "processing or 4999 or empty or mixed"),
        ("[quirks]\ncheckout_id_digits = 2", "checkout_id_digits is 2", 2, "1 or 3"),
        ("\nin_flight = '4999'", "there is no setting 'in_flight'", 2, "it belongs to [quirks]"),
        ("[quirks]\nport = 5", "there is no setting 'port'", 2, "it belongs to the top of the file, above all tables"),
        ("pin = '1234'", "there is no setting 'pin'", 1, "it belongs to [[customers]]"),
        ("[[apps]]\nkey = 'k'\nsecret = 's'\nseed = 5", "an app has no 'seed'", 4, "the top of the file"),
        (
            "[[customers]]\nmsisdn = '0712345678'\npassword = 'x'",
            "a customer has no 'password'",
            3,
            "it belongs to initiators of [[organisations]]",
        ),
        (
            "[[customers]]\nmsisdn = '0712345678'\nprompt = 'canceled'",
            "prompt is 'canceled'",
            3,
            "did you mean 'cancel'?",
        ),
        ("[quirks]\nsame_amount_seconds = -5", "same_amount_seconds is -5", 2, "from 0 to 86400"),
        (
            "[[customers]]\nmsisdn = '0712345678'\nbalance = -5",
            "balance of a customer is -5",
            3,
            "give shillings, zero or more",
        ),
        ("admin_token = ''", "admin_token is empty", 1, "or none at all"),
        ("[server]\nport = 1", "there is no setting 'server'", 1, "the settings are "),
        ("quirks = 5", "quirks is 5", 1, "give an object"),
        ("clock = 'sundial'", "'sundial' is not a clock", 1, "scaled:60"),
        ("callback_timeout = 'soon'", "callback_timeout is 'soon'", 1, "a number"),
        ("apps = ['k:s']", "apps is no list of tables", 1, "begin each with [[apps]]"),
        ("customers = 5", "customers is no list of tables", 1, "begin each with [[customers]]"),
        ("[[customer]]\nmsisdn = '0712345678'", "there is no setting 'customer'", 1, "did you mean 'customers'?"),
        ("[[apps]]\nkey = 'a'", "app 'a' has no secret", 1, "give secret"),
        ("[[app]]\nkey = 'a'\nsecret = 'hush-hush-hush'", "app holds a table", 1, "begin it with [[apps]]"),
        (
            "[[customers]]\nmsisdn = '0712345678'\nbalance = 5\n\n[[customers]]\nmsisdn = '0712345679'\nbalace = 5",
            "a customer has no 'balace'",
            7,
            "did you mean 'balance'?",
        ),
        ("customers = [{msisdn = '0712345678', pim = '1'}]", "a customer has no 'pim'", 1, "did you mean 'pin'?"),
        ("\n[[organisations]]\nname = 'Duka'", "an organisation has no shortcode", 2, "give shortcode"),
        (
            "[[organisations]]\nshortcode = '400200'\n[[organisations.initiators]]\nnme = 'x'",
            "an initiator has no 'nme'",
            4,
            "did you mean 'name'?",
        ),
        (
            "[[organisations]]\nshortcode = '400200'\ninitiators = [{name = 'x', pasword = 'y'}]",
            "an initiator has no 'pasword'",
            3,
            "did you mean 'password'?",
        ),
        ("customers = [\n  {msisdn = '0712345678', pim = '1'},\n]", "a customer has no 'pim'", 2, "'pin'?"),
        ("keep_bodies = 5\nkeep = 0", "keep is 0", 2, "from 1 to 100000000"),
        ("\napp = ['a:b', 'key']", "app 2 of 2 is no key and secret", 2, "KEY:SECRET"),
        ("\nstart = 'tomorrow'", "'tomorrow' is not a date and time", 2, "write it as"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_line(
    file: Write, text: str, what: str, line: int, remedy: str
) -> None:
    with pytest.raises(Problem) as caught:
        load({}, {}, file(text))

    assert caught.value.what == what
    assert caught.value.where.endswith(f"mock-daraja.toml:{line}")
    assert remedy in caught.value.remedy


def test_an_initiator_that_is_there_already_needs_no_password(file: Write) -> None:
    folder = file("[[organisations]]\nshortcode = '400200'\ninitiators = [{name = 'testapi', locked = true}]")

    assert load({}, {}, folder).organisations[0]["initiators"] == [{"name": "testapi", "locked": True}]


@pytest.mark.parametrize(("text", "line"), [("port: 5", 1), ("port = 5\nkeep =\n", 2), ("port = 5\napp = ['a:b'", 2)])
def test_a_file_that_is_not_toml_says_so_with_its_line(file: Write, text: str, line: int) -> None:
    with pytest.raises(Problem, match="this is not TOML") as caught:
        load({}, {}, file(text))

    assert caught.value.where.endswith(f"mock-daraja.toml:{line}")


def test_a_mistake_in_the_environment_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="port is 'x'") as caught:
        load({}, {"MOCK_DARAJA_PORT": "x"}, tmp_path)

    assert caught.value.where == "MOCK_DARAJA_PORT"


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("MOCK_DARAJA_ADMIN_TOKEN", "", "admin_token is empty"),
        ("MOCK_DARAJA_SAME_AMOUNT_SECONDS", "-1", "same_amount_seconds is -1"),
    ],
)
def test_a_value_that_will_not_do_names_the_variable(name: str, value: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(Problem, match=what) as caught:
        load({}, {name: value}, tmp_path)

    assert caught.value.where == name


def test_what_kubernetes_says_of_a_service_of_our_name_is_not_ours(tmp_path: Path) -> None:
    links = {
        "MOCK_DARAJA_PORT": "tcp://10.0.0.7:6737",
        "MOCK_DARAJA_PORT_6737_TCP": "tcp://10.0.0.7:6737",
        "MOCK_DARAJA_PORT_6737_TCP_ADDR": "10.0.0.7",
        "MOCK_DARAJA_SERVICE_HOST": "10.0.0.7",
        "MOCK_DARAJA_SERVICE_PORT": "6737",
        "MOCK_DARAJA_SERVICE_PORT_HTTP": "6737",
    }

    assert load({}, links, tmp_path) == Settings()


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("MOCK_DARAJA_SERVICE", "unset it; `mock-daraja docs settings#every-setting` lists those there are"),
        ("MOCK_DARAJA_MAX_CONECTIONS", "did you mean MOCK_DARAJA_MAX_CONNECTIONS?"),
        ("MOCK_DARAJA_ULR", "did you mean MOCK_DARAJA_URL?"),
        ("mock_daraja_clock", "did you mean MOCK_DARAJA_CLOCK?"),
        ("MOCK_DARAJA_INFLIGHT", "did you mean MOCK_DARAJA_IN_FLIGHT?"),
        ("MOCKDARAJA_CLOCK", "did you mean MOCK_DARAJA_CLOCK?"),
        ("MOCK_DARAJA_XYZ", "unset it; `mock-daraja docs settings#every-setting` lists those there are"),
    ],
)
def test_a_variable_that_is_none_of_ours_is_refused(name: str, remedy: str, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="there is no such variable") as caught:
        load({}, {name: "1"}, tmp_path)

    assert (caught.value.where, caught.value.remedy) == (name, remedy)


def test_variables_of_others_and_the_url_of_the_commands_are_left_alone(tmp_path: Path) -> None:
    assert load({}, {"MOCK_DARAJA_URL": "http://a", "MOCKDARAJA_PORT": "x", "PORT": "x"}, tmp_path) == Settings()


def test_a_value_out_of_bounds_is_named_with_its_variable_or_flag(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="max_connections is -1") as of_variable:
        load({}, {"MOCK_DARAJA_MAX_CONNECTIONS": "-1"}, tmp_path)
    with pytest.raises(Problem, match="callback_connections is 0") as of_flag:
        load({"callback_connections": 0}, {"MOCK_DARAJA_CALLBACK_CONNECTIONS": "5"}, tmp_path)

    assert of_variable.value.where == "MOCK_DARAJA_MAX_CONNECTIONS"
    assert of_flag.value.where == "--callback-connections"


def test_quirks_come_from_json_as_well() -> None:
    assert quirks_from({"in_flight": "empty", "one_token_only": True}) == Quirks(in_flight="empty", one_token_only=True)
    with pytest.raises(Problem, match="no setting 'onetokenonly'") as caught:
        quirks_from({"onetokenonly": True})
    assert caught.value.where == "quirks.onetokenonly"


@pytest.mark.parametrize(
    ("raw", "what", "line"),
    [
        ('clock = "auto"\n'.encode("utf-16"), "the file is not UTF-8", ":1:1"),
        ("seed = 1\n# caf\u00e9\n".encode("latin-1"), "the file is not UTF-8", ":2:6"),
        (None, "the settings cannot be read", ""),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, raw: bytes | None, what: str, line: str) -> None:
    path = tmp_path / "mock-daraja.toml"
    if raw is None:
        path.mkdir()
    else:
        path.write_bytes(raw)

    with pytest.raises(Problem) as caught:
        load({}, {}, tmp_path)

    assert caught.value.what.startswith(what)
    assert caught.value.where == f"{path}{line}"
    assert caught.value.remedy


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "mock-daraja.toml").write_bytes(b"\xef\xbb\xbfseed = 7\n")

    assert load({}, {}, tmp_path).seed == 7
