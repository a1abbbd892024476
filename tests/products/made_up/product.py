"""A product that Safaricom doesn't have: paid now, then every day, until it was paid as often as ordered."""

from __future__ import annotations

from typing import Final

from mock_daraja.errors import DarajaError
from mock_daraja.model import Details, Row, Transaction, changed
from mock_daraja.model.noun import Noun
from mock_daraja.money import cents
from mock_daraja.products import base, core, payment, values, voice

VOICE: Final = changed(voice.CORE, invalid_field=DarajaError(400, "400.099.02", "Standing order: bad {}"))


class StandingOrder(Row, frozen=True):
    name: str
    payer: str
    shortcode: str
    shillings: int
    url: str
    times_left: int


class Instalment(Details, frozen=True):
    order: str


ORDERS: Final = Noun("standing-order", StandingOrder, key=lambda order: order.name)


def _pay(order: StandingOrder) -> values.Command:
    shortcode, details = order.shortcode, Instalment(order.name)
    return values.Command(cents(order.shillings), shortcode, details, order.payer, shortcode, result_url=order.url)


def _pay_now(order: StandingOrder) -> values.Changes:
    left = changed(order, times_left=order.times_left - 1)
    again = (values.Repeat(order.name, 86_400_000),) if left.times_left else ()
    return values.Changes(puts=(values.Put(ORDERS, left),), starts=(values.Start("pay", _pay(order)),), repeats=again)


def create(body: values.Body, world: base.World) -> values.Answer:
    order = StandingOrder(*(body[name] for name in ("Name", "Msisdn", "ShortCode", "Amount", "CallBackURL", "Times")))
    return values.Answer({"Order": order.name, "ResponseCode": "0"}, _pay_now(order))


def repeat(key: str, world: base.World) -> values.Changes:
    order = world.get(ORDERS, key)
    return values.NOTHING if order is None else _pay_now(order)


def read(body: values.Body, world: base.World) -> values.Command | values.Refusal:
    order = world.get(ORDERS, body["Name"])
    if order is None:
        return core.refuse(VOICE.invalid_field.about("Name"), "there is none", body["Name"], "create it first")
    return _pay(order)


def settle(row: Transaction[Instalment], world: base.World) -> values.Settlement:
    postings, charged = payment.payment(row, world)
    paid = core.success(row, "an instalment", postings, charged)
    return core.settle(row, payment.payer_fault(row, world) or paid, paid)


def notices(row: Transaction[Instalment], world: base.World) -> tuple[values.Notice, ...]:
    body = {"Order": row.details.order, "Result": row.result, "Receipt": row.receipt}
    return (values.Notice("instalment", row.result_url or "", body, delay_ms=1000),)


LIFE: Final = base.Life(settle=settle, notices=notices, customer="pays")
PAY: Final = base.Opens(
    name="pay", paths=("/standing/v1/pay",), details=Instalment, read=read, acknowledge=core.acknowledge, life=LIFE
)
CREATE: Final = base.Answers(name="create", paths=("/standing/v1/create",), answer=create)
PRODUCT: Final = base.Product(
    slug="standing", title="Standing orders", voice=VOICE, operations=(CREATE, PAY), nouns=(ORDERS,), repeat=repeat
)
