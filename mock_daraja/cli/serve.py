"""`mock-daraja serve`: its options are the settings, one for one; then the listening line and what to paste."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

import click

from mock_daraja import defaults
from mock_daraja.cli.colour import Colour
from mock_daraja.cli.log import Form, Log
from mock_daraja.cli.output import Printer, ServerPrinter, given_settings, settings_applied
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
    """What to paste into a client of the default sandbox, what holds there, and where to read on."""
    shared = gateway.shared
    sandbox, own = shared.sandboxes.default, shared.settings
    payer = sandbox.customer(defaults.CUSTOMER)
    merchant = sandbox.organisation(defaults.PAYBILL)
    pasted = [
        *(pair for app in sandbox.apps() for pair in (("Consumer key", app.key), ("Consumer secret", app.secret))),
        ("Shortcode", defaults.PAYBILL),
        ("Passkey", merchant.passkey if merchant else None),
        ("Customer", f"{payer.msisdn}, PIN {payer.pin}"),
        ("Initiator", defaults.INITIATOR),
        ("Initiator password", defaults.INITIATOR_PASSWORD),
    ]
    holds = [
        ("Callbacks", _callbacks_go_to(own)),
        ("Scenario", own.scenario or "none: the ledger decides, and whatever `mock-daraja next` says"),
        ("Sandboxes", ", ".join(each.name for each in shared.sandboxes.all())),
        ("Clock", str(sandbox.clock.setting)),
        ("Seed", f"{sandbox.seed} (serve --seed {sandbox.seed} gives the same ids again)"),
        ("Control API", f"{url}/_mock/health"),
    ]
    if not own.pure:
        holds.append(("In a browser", f"{url}/"))
    for rows in (pasted, holds):
        printer.say()
        for name, value in rows:
            printer.say(f"  {printer.paint(f'{name:20}', 'name')}{value or '(any)'}")
    printer.say()
    printer.say("mock-daraja env    prints these as variables")
    printer.say("mock-daraja push   asks the customer to pay; `mock-daraja --help` has the other commands")
    printer.say("mock-daraja why    explains the last refusal, `mock-daraja docs` the rest. Ctrl-C stops the server.")


def _callbacks_go_to(own: Settings) -> str:
    allowed = ", ".join(("this machine", *own.allow_callbacks_to))
    further = "" if own.allow_callbacks_to else " alone (--allow-callbacks-to private adds your own network)"
    return "; ".join((f"to {allowed}{further}", *own.rewrite_callbacks))


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
@click.option(
    "--log",
    "form",
    type=click.Choice(get_args(Form)),
    default="text",
    help="How what happens is told on standard error: a line each, as JSON, or not at all.  [default: text]",
)
@click.option("--log-file", metavar="FILE", help="Append it to this file instead.")
@click.option("--quiet", "-q", is_flag=True, help="The same as --log quiet.")
@click.option(
    "--color",
    "colour",
    type=click.Choice(get_args(Colour)),
    default="auto",
    help="Whether to print in colour: where a terminal can and NO_COLOR isn't set, or in any case.  [default: auto]",
)
def serve(form: Form, log_file: str | None, quiet: bool, colour: Colour, **flags: Any) -> None:
    """Serve Daraja on this machine until Ctrl-C, SIGTERM or SIGHUP.

    Prints one line with the URL when it accepts connections, then the credentials to paste. What happens is told on
    standard error, at the sandbox's time: each request with its answer, and why it was refused; the prompt on the
    customer's phone, and what the customer did; how the payment ended, with cause and remedy where it failed; each
    callback, and how its receiver took it or why it never left. x1, t1 and c1 are what `mock-daraja why` explains.
    When it stops, one more line says how many callbacks and events it leaves unfinished, if there are any.
    """
    settings = given_settings(flags)
    with settings_applied():
        log = Log("quiet" if quiet else form, log_file, colour)
    with (
        closing(ServerPrinter(colour)) as printer,
        suppress(KeyboardInterrupt),  # one that comes just before `until_stopped` is there to catch it
        running(settings, log) as (server, gateway),
        until_stopped() as wait,
    ):
        printer.say(listening_line(server.url))
        introduce(server.url, gateway, printer)
        wait()
    end_quietly()
