"""The prompt on a customer's handset: what the customer does with it, for STK push and USSD push alike."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from mock_daraja.model import Customer, PromptEnd, Transaction, changed
from mock_daraja.products import core, levers
from mock_daraja.products.base import World
from mock_daraja.products.values import Secret

WRONG_PINS_ALLOWED: Final = 3  # the third locks the PIN (callbacks.md §2)
PROMPT_LIFE_MS: Final = 60_000  # typical; one to three minutes by handset (callbacks.md §1.4)
ANSWERED: Final = "answered"  # not a result: the customer's answer is there, and it is final at once
_HABITS: Final = {"cancel": "cancel", "wrong-pin": "pin:wrong"}


class Prompted(Struct, frozen=True):
    """`code` of None: the right PIN was entered. Else the STK result code for what happened instead."""

    code: str | None
    why: str
    end: PromptEnd
    pin: Secret | None = None


RIGHT_PIN: Final = Prompted(None, "the right PIN", "pin", "right")


def foreseen(transaction: Transaction, payer: Customer) -> str:
    """ANSWERED, or the STK result code to expect as things stand, as far as it decides how long the prompt is open."""
    if transaction.prompt != "open":
        return "1037" if transaction.prompt == "ignore" else ANSWERED
    if payer.handset == "offline" or payer.prompt == "ignore":
        return "1037"
    return "1019" if payer.prompt == "ask" else "0"


def is_unseen(transaction: Transaction, world: World) -> bool:
    """Whether an open prompt doesn't come up, as things stand."""
    return transaction.prompt == "open" and world.customer(transaction.msisdn or "").handset == "offline"


def blocked_by(blocking: Transaction) -> tuple[str, str]:
    """Why no other prompt can come up, and how to end the one that is open."""
    msisdn, product = blocking.msisdn or "", core.product_of(blocking)
    answers = {"pin": "1234"}, {"action": "cancel"}
    answer = levers.by_control("POST", f"customers/{msisdn}/prompt", *answers)
    why = f"{msisdn} still has the prompt of {product} {blocking.reference} open"
    return why, f"wait until it is final, advance the clock, or answer it: {answer}"


def at_best(transaction: Transaction, world: World) -> Transaction:
    """As if the customer had entered the right PIN, where the handset can show the prompt at all."""
    payer = world.customer(transaction.msisdn or "")
    return transaction if payer.handset == "offline" else changed(transaction, prompt=f"pin:{payer.pin}")


def prompted(transaction: Transaction, payer: Customer) -> Prompted:
    """The customer's answer, or, where none was given, what handset and habit make of the prompt."""
    if not payer.registered:  # the same code as a wrong PIN (DJ22, 2022)
        return Prompted("2001", f"{payer.msisdn} is not registered with M-PESA", "unseen")
    answer = transaction.prompt or "open"
    if answer == "open":
        if payer.handset == "offline":
            return Prompted("1037", f"the handset of {payer.msisdn} is offline", "unseen")
        if payer.prompt == "ask":
            return Prompted("1019", "nobody answered the prompt while it lived", "ignore")
        if payer.prompt == "ignore":
            return Prompted("1037", f"{payer.msisdn} ignores prompts", "ignore")
        answer = _HABITS.get(payer.prompt, f"pin:{payer.pin}")
    if answer == "ignore":
        return Prompted("1037", "the prompt was ignored", "ignore")
    if answer == "cancel":
        return Prompted("1032", "the customer pressed cancel", "cancel")
    return _entered(answer.removeprefix("pin:"), payer)


def _entered(pin: str, payer: Customer) -> Prompted:
    end: PromptEnd = "pin" if pin == payer.pin else "wrong-pin"
    if payer.pin_locked:
        return Prompted("8006", f"the PIN of {payer.msisdn} is locked; unlock the customer to go on", end)
    if end == "pin":
        return RIGHT_PIN
    wrong = payer.wrong_pins + 1
    why = f"wrong PIN, number {wrong} of {WRONG_PINS_ALLOWED}"
    is_last = wrong >= WRONG_PINS_ALLOWED
    return Prompted("8006" if is_last else "2001", why, end, "locked" if is_last else "wrong")
