"""Names of accounts, and entries that sum to zero."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_daraja import ledger
from mock_daraja.ledger import Unbalanced, check, transfer
from mock_daraja.model import Posting


def test_an_account_of_an_organisation_bears_its_shortcode() -> None:
    assert ledger.organisation("174379", ledger.UTILITY) == "174379:Utility Account"


def test_a_wallet_is_the_msisdn() -> None:
    assert ledger.customer("254708374149") == "254708374149"


@given(st.integers())
def test_a_transfer_is_balanced_whatever_it_moves(cents: int) -> None:
    entry = transfer("a", "b", cents)

    check(entry)
    assert entry == (Posting("a", -cents), Posting("b", cents))


@pytest.mark.parametrize("entry", [(Posting("a", 1),), (Posting("a", 1), Posting("b", -2))])
def test_an_entry_that_makes_money_is_refused_with_its_legs(entry: tuple[Posting, ...]) -> None:
    with pytest.raises(Unbalanced, match=r"a \+1"):
        check(entry)


def test_no_postings_are_balanced() -> None:
    check(())
