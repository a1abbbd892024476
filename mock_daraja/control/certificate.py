"""The sandbox's certificate, to encrypt an initiator's password with, and the SecurityCredential made with it."""

from __future__ import annotations

from typing import Any

from mock_daraja.control.call import Call, Response, Shape
from mock_daraja.fields import text


def certificate(call: Call) -> Response:
    """PEM, as Safaricom hands out its own. A file of this name can be given to any client that wants one."""
    disposition = f'attachment; filename="mock-daraja-{call.sandbox.name}.cer"'
    headers = [
        ("Content-Type", "application/x-pem-file"),
        ("Content-Disposition", disposition),
        ("Cache-Control", "no-store"),
    ]
    return Response(call.sandbox.certificate.pem(), 200, headers)


def credential(call: Call) -> Shape:
    given = call.body({"password": _password}, required=("password",))
    return {"credential": call.sandbox.certificate.encrypt(given["password"])}


def _password(value: Any) -> str:
    from mock_daraja.access.security_credential import MOST_BYTES

    password = text(value)
    try:
        fits = len(password.encode()) <= MOST_BYTES
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can write
        fits = False
    if not fits:
        raise ValueError(f"text of at most {MOST_BYTES} bytes, which is what one RSA block holds")
    return password
