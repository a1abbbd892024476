"""The published SDKs that are driven: what each driver calls, and what becomes of each call.

This is the one place. test_sdks.py holds each run against it, and docs/clients.md is made from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Call:
    """One thing done with an SDK. `operations` are those that our journal sees, in order; a parser sends nothing.

    Without more, it is accepted, final with `result`, and the SDK says so.
    """

    name: str
    operations: tuple[str, ...] = ()
    refused: tuple[int, str, str] | None = None
    """HTTP status, errorCode and errorMessage, as the real API refuses it."""
    result: str = "0"
    raises: str = ""
    """Part of what the SDK raises."""
    opens: str = ""
    """The pattern of what stands in the SecurityCredential that the SDK made."""
    finding: str = ""


@dataclass(frozen=True, slots=True)
class Sdk:
    """`pointed` says how it gets to the mock."""

    name: str
    over: str
    pointed: str
    calls: tuple[Call, ...]

    @property
    def driver(self) -> Path:
        return HERE / "drivers" / f"{self.name.replace('-', '_')}.py"

    @property
    def requirements(self) -> Path:
        """Everything it needs, each at one version."""
        return HERE / "requirements" / f"{self.name}.txt"

    @property
    def version(self) -> str:
        def plain(name: str) -> str:
            return name.lower().replace("_", "-")

        pins = dict(line.split("==") for line in self.requirements.read_text(encoding="utf-8").split())
        return next(version for name, version in pins.items() if plain(name) == self.name)


def _call(name: str, *operations: str, **more: str) -> Call:
    return Call(name, operations, **more)  # type: ignore[arg-type]  # Call's fields, by name


def _refused(name: str, operation: str, field: str, finding: str, raises: str = "") -> Call:
    code = "400.003.02" if operation.startswith("c2b.") else "400.002.02"
    return Call(name, (operation,), (400, code, f"Bad Request - Invalid {field}"), raises=raises, finding=finding)


_PASSWORD: Final = re.escape("Safaricom999!*!")
_WRONG_NAME: Final = (
    "it writes `ReceiverIdentifierType`; the API wants `RecieverIdentifierType` "
    "(captured: safaricom/LNMOnlineAndroidSample#8)"
)
_FORM: Final = (
    "it sends a form and calls it JSON; the API then reads no field at all "
    "(captured: safaricom/LNMOnlineAndroidSample#46)"
)
_INTERCEPTED: Final = "hosts built in: `redirect`"
_ARGUMENT: Final = "base URL argument"


def _family(query: Call, status: Call) -> tuple[Call, ...]:
    """What flask-mpesa and daraja-mpesa have in common (common/wanjohi.py)."""
    return (
        _call("MpesaExpress.stk_push", "stk-push.process"),
        query,
        _call("C2B.register", "c2b.register-v1"),
        _call("C2B.simulate", "c2b.simulate"),
        _call("B2C.transact", "b2c.payment-v1"),
        _call("B2B.transact", "b2b.payment"),
        _call("Balance.get_balance", "balance.query"),
        status,
        _refused("Reversal.reverse", "reversal.request", "RecieverIdentifierType", _WRONG_NAME),
    )


SDKS: Final = (
    Sdk(
        "mpesakit",
        "requests, httpx (async)",
        _INTERCEPTED,
        (
            _call(
                "generate_security_credential",
                opens=_PASSWORD + r"\d{14}",
                finding="it encrypts the password with the time behind it; the API wants the password",
            ),
            _call("stk_push", "stk-push.process"),
            _call("stk_query", "stk-push.query"),
            _call("process_stk_callback"),
            _call("c2b.register_url", "c2b.register-v1"),
            _call("b2c.send_payment", "b2c.payment"),
            _call(
                "process_b2c_callback",
                raises="Result.ResultParameters\n  Input should be a valid list",
                finding="it wants ResultParameters as a list; the API sends an object that holds the list",
            ),
            _call("b2c.account_topup", "b2b.payment"),
            _call("b2b.paybill", "b2b.payment"),
            _call("b2b.buygoods", "b2b.payment"),
            _call("b2b.express_checkout", "b2b-express.push"),
            _call("process_b2b_callback"),
            _call("tax.remittance", "tax.remit"),
            _call(
                "process_tax_remittance_callback",
                raises="Input should be a valid string",
                finding=(
                    "it wants every value as text, as Safaricom's page prints them; the captured results of B2B "
                    "have numbers, and the mock follows those"
                ),
            ),
            _call("balance.query", "balance.query"),
            _call("process_account_balance_callback"),
            _call("transactions.query_status", "status.query"),
            _call(
                "process_transactions_callback",
                raises="Result.ResultParameters\n  Input should be a valid list",
                finding="the same as process_b2c_callback",
            ),
            _call("reversal.reverse", "reversal.request"),
            _call(
                "process_reversal_callback",
                raises="Result.ResultCode\n  Input should be a valid string",
                finding="it wants ResultCode as text; every captured result has a number",
            ),
            _call(
                "b2c.send_payment, with the credential it makes",
                "b2c.payment",
                result="2001",
                finding="what is in the credential (see generate_security_credential) is not the password",
            ),
            _call("AsyncMpesaClient: balance.query", "balance.query"),
        ),
    ),
    Sdk(
        "daraja-sdk-py",
        "httpx (sync, async)",
        _INTERCEPTED,
        (
            _call(
                "utils.generate_security_credential",
                opens="U2FmYXJpY29tOTk5ISoh",
                finding="it encrypts the base64 of the password; the API wants the password",
            ),
            _call("stk_push", "stk-push.process"),
            _call("stk_query", "stk-push.query"),
            _call("WebhookManager.parse_stk_callback"),
            _call("c2b_register_url", "c2b.register"),
            _call("c2b_simulate", "c2b.simulate"),
            _call("b2c", "b2c.payment"),
            _call("b2pochi", "pochi.payment"),
            _call("business_pay_bill", "b2b.payment"),
            _call("business_buy_goods", "b2b.payment"),
            _call("b2c_account_top_up", "b2b.payment"),
            _call("tax_remittance", "tax.remit"),
            _call("b2b_express", "b2b-express.push"),
            _call("account_balance", "balance.query"),
            _call("transaction_status", "status.query"),
            _call("reversal", "reversal.request"),
            _call(
                "b2c, with the credential it makes",
                "b2c.payment",
                result="2001",
                finding="what is in the credential (see utils.generate_security_credential) is not the password",
            ),
            _call("AsyncMpesa: stk_push", "stk-push.process"),
        ),
    ),
    Sdk(
        "daraja-v3",
        "urllib, aiohttp",
        f"{_ARGUMENT}; aiohttp with {_INTERCEPTED}",
        (
            _call("stk_push", "stk-push.process"),
            _call("stk_query", "stk-push.query"),
            _call("parse_stk_callback"),
            _call("b2c", "b2c.payment"),
            _call("c2b_register_urls", "c2b.register-v1"),
            _call("account_balance", "balance.query"),
            _call("MpesaAsyncClient: stk_push, stk_query", "stk-push.process", "stk-push.query"),
        ),
    ),
    Sdk(
        "django-daraja",
        "requests",
        _INTERCEPTED,
        (
            _call("encrypt_security_credential", opens=_PASSWORD),
            _call("stk_push", "stk-push.process"),
            _call("parse_stk_result"),
            _call("business_payment", "b2c.payment-v1"),
            _call("salary_payment", "b2c.payment-v1"),
            _call("promotion_payment", "b2c.payment-v1"),
        ),
    ),
    Sdk(
        "flask-mpesa",
        "requests, which it doesn't list as needed",
        _INTERCEPTED,
        _family(
            query=_refused(
                "MpesaExpress.query",
                "stk-push.query",
                "Password",
                "it sends Python's `b'...'` around the Password; that the API refuses it so is inferred",
            ),
            status=_call("TransactionStatus.check_transaction_status", "status.query"),
        ),
    ),
    Sdk(
        "daraja-mpesa",
        "requests",
        _ARGUMENT,
        _family(
            query=_call("MpesaExpress.query", "stk-push.query"),
            status=_call(
                "TransactionStatus.check_transaction_status",
                "status.query",
                result="2001",
                finding="it puts the base64 of shortcode, passcode and time where the SecurityCredential belongs",
            ),
        ),
    ),
    Sdk(
        "mpesa-connect",
        "requests",
        _INTERCEPTED,
        (
            _call("Authorization.generate_token", "oauth.generate"),
            _call("STKPush.process_request", "stk-push.process"),
            _call("STKPush.query", "stk-push.query"),
            _call("C2B.register_url, COMPLETED", "c2b.register-v1"),
            _refused(
                "C2B.register_url, CANCELED",
                "c2b.register-v1",
                "ResponseType",
                "it writes `Canceled`; the documented word is `Cancelled`",
            ),
            _call("C2B.simulate", "c2b.simulate"),
            _call("B2C.payment_request", "b2c.payment-v1"),
            _call("AccountBalance.query", "balance.query"),
            _call("TransactionStatus.query", "status.query"),
        ),
    ),
    Sdk(
        "mpesa-sdk",
        "requests",
        _INTERCEPTED,
        (
            _call("oauth_generate_token", "oauth.generate"),
            _call("mpesa_express_payment", "stk-push.process"),
            _call("mpesa_express_query", "stk-push.query"),
            _call("c2b_register_url", "c2b.register-v1"),
            _call("c2b_simulate_transaction", "c2b.simulate"),
            _call("b2c_payment_request", "b2c.payment"),
            _call("b2b_payment_request", "b2b.payment"),
            _call("account_balance_request", "balance.query"),
            _call("transaction_status_request", "status.query"),
            _call("reversal_request", "reversal.request"),
        ),
    ),
    Sdk(
        "mpesa-wrapper",
        "requests, httpx (async)",
        _INTERCEPTED,
        (
            _call("generate_security_credential", opens=_PASSWORD),
            _call("stk_push", "stk-push.process"),
            _call(
                "MpesaCallbackPayload.get_stk_callback",
                raises="CallbackMetadata\n  Input should be None",
                finding="its class has a field of its own type's name, so it takes no callback that has metadata",
            ),
            _call("register_url", "c2b.register-v1"),
            _call("simulate_transaction", "c2b.simulate"),
            _call("b2c_payment", "b2c.payment-v1"),
            _call("account_balance", "balance.query"),
            _call("transaction_status", "status.query"),
            _refused(
                "reverse_transaction",
                "reversal.request",
                "RecieverIdentifierType",
                _WRONG_NAME,
                raises="MpesaAPIError: Bad Request - Invalid RecieverIdentifierType",
            ),
            _call("AsyncMpesaClient: stk_push", "stk-push.process"),
        ),
    ),
    Sdk(
        "noriapay",
        "httpx (sync, async)",
        "`MPESA_BASE_URL`",
        (
            _call("stk_push", "stk-push.process"),
            _call("stk_push_query", "stk-push.query"),
            _call("register_c2b_urls", "c2b.register"),
            _call("b2c_payment", "b2c.payment-v1"),
            _refused(
                "b2b_payment",
                "b2b.payment",
                "SenderIdentifierType",
                "its type of the request lacks two fields that are documented as required",
                raises="ApiError: Bad Request - Invalid SenderIdentifierType",
            ),
            _call("b2b_payment, with the identifier types its type lacks", "b2b.payment"),
            _call("account_balance", "balance.query"),
            _call("transaction_status", "status.query"),
            _call("reversal", "reversal.request"),
            _call("AsyncMpesaClient: stk_push", "stk-push.process"),
        ),
    ),
    Sdk(
        "pydaraja",
        "requests",
        _ARGUMENT,
        (
            _call("trigger_stk_push", "stk-push.process"),
            _call("query_stk_push", "stk-push.query"),
        ),
    ),
    Sdk(
        "python-daraja",
        "requests",
        _INTERCEPTED,
        (
            _refused("trigger_stk_push", "stk-push.process", "BusinessShortCode", _FORM),
            _refused("query_stk_push", "stk-push.query", "BusinessShortCode", "the same as trigger_stk_push"),
            _refused("register_urls", "c2b.register-v1", "ShortCode", "the same as trigger_stk_push"),
            _refused("c2b_transaction", "c2b.simulate", "ShortCode", "the same as trigger_stk_push"),
        ),
    ),
)
