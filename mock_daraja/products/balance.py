"""Account balance of an organisation (requests.md §4.9, callbacks.md §3.4)."""

from __future__ import annotations

from typing import Final

from mock_daraja.clock import eat_digits
from mock_daraja.defaults import INITIATOR
from mock_daraja.ids import zero_receipt
from mock_daraja.ledger import ORGANISATION_ACCOUNTS, organisation
from mock_daraja.model import Transaction
from mock_daraja.products import core, initiators, lesson
from mock_daraja.products.base import Lesson, Product, World
from mock_daraja.products.reading import shortcode_of
from mock_daraja.products.result import Pair, account_line, envelope, internal_timeout_url
from mock_daraja.products.values import Body, Command, Settlement

ROLE: Final = "Balance Query ORG API"
_ERROR_MESSAGES: Final = {"8006": "API Password is locked. "}  # trailing blank captured (NM 2026-10-06)


def read(body: Body, world: World) -> Command:
    return Command(amount_cents=0, shortcode=shortcode_of(body["PartyA"], world), details=core.Initiated())


def settle(transaction: Transaction[core.Initiated], world: World) -> Settlement:
    found = core.success(transaction, f"the accounts of {transaction.shortcode}")
    return initiators.settle(transaction, initiators.fault(transaction, world, ROLE), found)


def result(transaction: Transaction[core.Initiated], world: World) -> Body:
    """Success as captured in production on 2026-08-25, failure as captured in the sandbox on 2026-10-06."""
    completed: Pair = ("BOCompletedTime", int(eat_digits(transaction.final_ms or 0)))
    action: Pair = ("ActionType", "AccountBalance")
    if transaction.result == "0":
        accounts = (organisation(transaction.shortcode, each) for each in ORGANISATION_ACCOUNTS)
        balances = "&".join(account_line(each, world) for each in accounts)
        parameters = [action, ("AccountBalance", balances), completed]
        timeout = internal_timeout_url("abresults", world)
    else:
        message = _ERROR_MESSAGES.get(transaction.result or "", f"{transaction.result_desc} ")
        parameters = [action, ("ErrorMsg", message), completed]
        timeout = ("QueueTimeoutURL", None)
    return envelope(transaction, parameters, [timeout], zero_receipt(transaction.final_ms or 0))


def in_lesson(body: Body, world: World, url: str) -> Body:
    own = {"CommandID": "AccountBalance", "IdentifierType": "4"}
    return lesson.left_out(body, own) | lesson.by_initiator(body, world, url, initiator="Initiator")


_LESSON: Final = Lesson(
    title="ask what is in your account: account balance",
    example={"Shortcode": lesson.ASKS, "Initiator": INITIATOR},
    names={"Shortcode": ("PartyA",), "Initiator": ("Initiator",), "SecurityCredential": ("SecurityCredential",)},
    values=in_lesson,
)
PRODUCT: Final = Product(
    slug="balance",
    title="Account Balance",
    brief="Balance",
    operations=(
        core.opens(
            "query",
            "/mpesa/accountbalance/v1/query",
            core.Initiated,
            owner="PartyA",
            read=read,
            settle=settle,
            result=result,
            lesson=_LESSON,
            has_receipt=False,
        ),
    ),
    success="answered",
    common_outcomes=("0", "2001"),
    docs="balance.md#account-balance",
)
