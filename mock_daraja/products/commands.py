"""Commands: which path takes a CommandID, for one that was sent to another (requests.md §4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mock_daraja.products.base import World
from mock_daraja.products.values import Body
from mock_daraja.quoting import shown
from mock_daraja.validation import FieldProblem

PATHS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("CustomerPayBillOnline", "CustomerBuyGoodsOnline"), "/mpesa/c2b/v2/simulate"),
    **dict.fromkeys(("SalaryPayment", "BusinessPayment", "PromotionPayment"), "/mpesa/b2c/v3/paymentrequest"),
    "BusinessPayToPochi": "/mpesa/b2pochi/v1/paymentrequest",
    **dict.fromkeys(
        (
            "BusinessPayBill",
            "BusinessBuyGoods",
            "BusinessPayToBulk",
            "DisburseFundsToBusiness",
            "BusinessToBusinessTransfer",
            "BusinessTransferFromMMFToUtility",
            "BusinessTransferFromUtilityToMMF",
            "MerchantToMerchantTransfer",
            "MerchantTransferFromMerchantToWorking",
            "MerchantServicesMMFAccountTransfer",
            "AgencyFloatAdvance",
        ),
        "/mpesa/b2b/v1/paymentrequest",
    ),
    "PayTaxToKRA": "/mpesa/b2b/v1/remittax",
    "AccountBalance": "/mpesa/accountbalance/v1/query",
    "TransactionStatusQuery": "/mpesa/transactionstatus/v1/query",
    "TransactionReversal": "/mpesa/reversal/v1/request",
}


def remedy(problem: FieldProblem, body: Body, world: World) -> str:
    """Whose a CommandID is that this operation does not take."""
    del body, world
    value = problem.value
    path = PATHS.get(value) if problem.field == "CommandID" and isinstance(value, str) else None
    return "" if path is None else f"{shown(value)} is a command of {path}, not of this one"
