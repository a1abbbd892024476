"""`mock-daraja serve`: its options are the settings, one for one; then the listening line and what to paste."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

import click

from mock_daraja import defaults
from mock_daraja.cli.output import Printer, ServerPrinter, given_settings
from mock_daraja.cli.running import end_quietly, running, until_stopped
from mock_daraja.cli.usage import examples
from mock_daraja.clock import ClockSetting
from mock_daraja.errors import Problem
from mock_daraja.settings import Settings, option_fields
from mock_daraja.sources import ENVIRONMENT_PREFIX, flag

if TYPE_CHECKING:
    from mock_daraja.gateway import Gateway


def _clock(text: str) -> ClockSetting:
    try:
        return ClockSetting.parse(text)
    except Problem as problem:
        raise click.BadParameter(f"{problem.what}; {problem.remedy}") from None


def setting_options() -> list[click.Option]:
    """One option a setting, in the order of the settings; one that was not given is None, or empty if it repeats."""
    kinds = get_type_hints(Settings)
    return [_option(each, kinds[each.name]) for each in option_fields()]


def _option(field: Any, kind: Any) -> click.Option:
    option = flag(field.name)
    text = field.metadata["help"]
    if kind is bool:
        return click.Option([f"{option}/--no-{option[2:]}", field.name], default=None, help=text)
    if kind == tuple[str, ...]:
        return click.Option([option, field.name], multiple=True, metavar=field.metadata["metavar"], help=text)
    if isinstance(field.default, (str, int, float)):
        text = f"{text}  [default: {field.default}]"
    return click.Option([option, field.name], type=_type(kind), metavar=field.metadata["metavar"] or None, help=text)


def _type(kind: Any) -> Any:
    if kind is ClockSetting:
        return _clock
    if get_origin(kind) is Literal:
        return click.Choice(get_args(kind))
    return next(iter(get_args(kind)), kind)  # of `int | None` the int


def listening_line(url: str) -> str:
    """The one line that programs may wait for."""
    return f"mock-daraja is listening on {url}"


def introduce(url: str, gateway: Gateway, printer: Printer) -> None:
    """What to paste into a client of the default sandbox, and the seed that gives the same ids again."""
    sandbox = gateway.shared.sandboxes.default
    payer = sandbox.customer(defaults.CUSTOMER)
    merchant = sandbox.organisation(defaults.PAYBILL)
    rows = []
    for app in sandbox.apps():
        rows += [("Consumer key", app.key), ("Consumer secret", app.secret or "(any)")]
    rows += [
        ("Shortcode", defaults.PAYBILL),
        ("Passkey", (merchant.passkey if merchant else None) or "(none)"),
        ("Customer", f"{payer.msisdn}, PIN {payer.pin}"),
        ("Initiator", defaults.INITIATOR),
        ("Initiator password", defaults.INITIATOR_PASSWORD),
        ("Control API", f"{url}/_mock/health"),
        ("Clock", str(sandbox.clock.setting)),
        ("Seed", f"{sandbox.seed} (serve --seed {sandbox.seed} gives the same ids again)"),
    ]
    printer.say()
    for name, value in rows:
        printer.say(f"  {printer.paint(f'{name:20}', 'name')}{value}")
    printer.say()
    printer.say("mock-daraja env    prints these as variables")
    printer.say("mock-daraja demo   shows a whole payment")
    printer.say("mock-daraja why    explains the last refusal; README.md has the rest. Ctrl-C stops the server.")


@click.command(
    params=setting_options(),
    short_help="Serve Daraja on this machine.",
    epilog=examples(
        "mock-daraja serve",
        "mock-daraja serve --port 8080 --clock scaled:60 --scenario stk_push/cancelled --app my-key:my-secret",
        after=(
            f"Each setting is also a variable ({ENVIRONMENT_PREFIX}CLOCK=auto) and a key of mock-daraja.toml. Flags go "
            "before variables, variables before the file."
        ),
    ),
)
@click.option("--quiet", "-q", is_flag=True, help="No line a request on standard error.")
def serve(quiet: bool, **flags: Any) -> None:
    """Serve Daraja on this machine until Ctrl-C, SIGTERM or SIGHUP.

    Prints one line with the URL when it accepts connections, then the credentials to paste. Each request is one line on
    standard error: method, path, status, its number for `mock-daraja why`, and why it was refused. A transaction that
    fails has a line more, with cause and remedy below, and so has each callback that was not delivered.
    When it stops, one more line says how many callbacks and events it leaves unfinished, if there are any.
    """
    settings = given_settings(flags)
    with (
        closing(ServerPrinter()) as printer,
        suppress(KeyboardInterrupt),  # one that comes just before `until_stopped` is there to catch it
        running(settings, None if quiet else lambda: True) as (server, gateway),
        until_stopped() as wait,
    ):
        printer.say(listening_line(server.url))
        introduce(server.url, gateway, printer)
        wait()
    end_quietly()
