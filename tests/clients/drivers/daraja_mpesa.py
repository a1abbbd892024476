"""daraja-mpesa: one class a product over requests, with a base URL argument."""

from __future__ import annotations

from driving import PASSWORD, SHORTCODE, driving
from mpesa.api.b2b import B2B
from mpesa.api.b2c import B2C
from mpesa.api.balance import Balance
from mpesa.api.c2b import C2B
from mpesa.api.mpesa_express import MpesaExpress
from mpesa.api.reversal import Reversal
from mpesa.api.transaction_status import TransactionStatus
from wanjohi import drive


class Products:
    """Each product made anew, as flask-mpesa does it."""

    def __getattr__(self, name: str) -> object:
        made: object = CLASSES[name](app_key=mock.key, app_secret=mock.secret, sandbox_url=mock.url)
        return made


CLASSES = {each.__name__: each for each in (B2B, B2C, Balance, C2B, MpesaExpress, Reversal, TransactionStatus)}

with driving(intercepted=False) as mock:
    drive(mock, Products(), status={"passcode": PASSWORD, "shortcode": SHORTCODE})
