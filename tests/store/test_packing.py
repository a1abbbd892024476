"""Rows as bytes: what comes out is what went in, and what is the same in most rows takes next to nothing."""

from __future__ import annotations

from typing import Literal

from mock_daraja.model.noun import Noun, Row
from mock_daraja.store.packing import Packing


class Leg(Row, frozen=True):
    account: str


class Parcel(Row, frozen=True):
    id: int
    state: Literal["sent", "lost"] | None
    url: str
    label: str | None
    subject: int | str
    legs: tuple[Leg, ...] = ()


PARCELS = Noun("parcel", Parcel, lambda row: row.id)
URL = "https://shop.example/callbacks/" + 200 * "x"


def test_a_row_comes_out_as_it_went_in_whether_its_texts_were_among_the_first_or_not() -> None:
    packing = Packing(PARCELS, Parcel)
    rows = [
        Parcel(0, None, "", None, 0),
        *(Parcel(n, ("sent", "lost")[n % 2], f"url {n}", f"label {n % 3}", (n, str(n))[n % 2]) for n in range(1, 99)),
        Parcel(99, "sent", "url 1", "1", "1", (Leg("a"), Leg("b"))),
    ]

    packed = [packing.pack(row) for row in rows]

    assert [packing.unpack(each) for each in packed] == rows


def test_a_text_that_comes_again_is_not_kept_again() -> None:
    packing = Packing(PARCELS, Parcel)

    assert [len(packing.pack(Parcel(n, "sent", URL, None, n))) < 20 for n in range(3)] == 3 * [True]


def test_only_so_many_texts_are_learned() -> None:
    packing = Packing(PARCELS, Parcel)
    for number in range(100):
        packing.pack(Parcel(number, None, str(number), None, 0))

    assert len(packing.pack(Parcel(100, None, URL, None, 0))) > len(URL)
    assert len(packing.pack(Parcel(101, None, URL, None, 0))) > len(URL)
