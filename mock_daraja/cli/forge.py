"""`mock-daraja forge`: a callback that M-Pesa would not send."""

from __future__ import annotations

import click

from mock_daraja.cli.following import CALLBACK, TRANSACTION
from mock_daraja.cli.output import Printer, client_at, json_option, sandbox_option, url_option
from mock_daraja.cli.resend import show
from mock_daraja.cli.usage import ByMsisdn, a_product, examples
from mock_daraja.client.api import only_given


@click.command(
    cls=ByMsisdn,
    epilog=examples(
        "mock-daraja forge t1 --amount 1",
        "mock-daraja forge c1 --receipt NOTAREAL01",
        "mock-daraja forge --operation stk-push --callback-url http://127.0.0.1:8000/mpesa",
    ),
    short_help="Send a callback that M-Pesa would not: is it believed?",
)
@click.argument("about", required=False, metavar="[ID]")
@click.option("--callback-url", metavar="URL", help="Your webhook.  [default: where that of ID went]")
@click.option("--operation", metavar="NAME", shell_complete=a_product, help="Of a payment of this kind that never was.")
@click.option("--kind", metavar="KIND", help="Which of its callbacks: stk, result, confirmation.")
@click.option("--amount", metavar="SHILLINGS", help="What it says was paid.")
@click.option("--receipt", metavar="TEXT", help="The receipt that it names.")
@click.option("--reference", metavar="TEXT", help="The CheckoutRequestID or ConversationID that it names.")
@click.option("--originator-id", metavar="TEXT", help="The MerchantRequestID or OriginatorConversationID.")
@click.option("--result", metavar="CODE", help="The result that it tells: 0, 1032.")
@click.option("--msisdn", metavar="MSISDN", help="Who it says has paid.")
@sandbox_option
@json_option
@url_option
def forge(
    *, about: str | None, callback_url: str | None, sandbox: str, as_json: bool, url: str | None, **said: str | None
) -> bool:
    """Send a callback that M-Pesa would not: does your webhook check amount, receipt and sender, or does it believe it?

    It has the shape of a real one. ID is a callback (c1) or a transaction (t1, a receipt, a CheckoutRequestID); without
    one it is about a payment that never was. No money moves. The exit code is 0 only if it was delivered.
    """
    callback, transaction = CALLBACK.fullmatch(about or ""), TRANSACTION.fullmatch(about or "")
    row = client_at(url, sandbox).forge(
        **only_given(
            callback=None if callback is None else callback[1],
            transaction=about if transaction is None and callback is None else transaction and transaction[1],
            url=callback_url,
            **said,
        )
    )
    return show(Printer(), row, as_json=as_json)
