from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from mock_daraja.model import Credential


def test_the_certificate_is_a_pem_file(control: Any) -> None:
    answer = control.call("GET", "certificate")

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/x-pem-file"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="mock-daraja-default.cer"'
    assert answer.body.startswith(b"-----BEGIN CERTIFICATE-----\n")
    assert answer.body == control.call("GET", "certificate").body


def test_what_a_client_encrypts_with_it_is_opened(control: Any) -> None:
    key = x509.load_pem_x509_certificate(control.call("GET", "certificate").body).public_key()
    assert isinstance(key, RSAPublicKey)

    credential = b64encode(key.encrypt(b"secret", PKCS1v15())).decode()

    assert control.mock.sandbox.certificate.open(credential) == Credential("password", "secret")


def test_a_credential_is_made_and_is_good(control: Any) -> None:
    made = control.ok("POST", "credential", {"password": "Safaricom999!*!"})

    assert list(made) == ["credential"]
    assert len(b64decode(made["credential"], validate=True)) == 256
    assert control.mock.sandbox.certificate.open(made["credential"]) == Credential("password", "Safaricom999!*!")


def test_each_sandbox_has_a_certificate_of_its_own(control: Any) -> None:
    control.ok("POST", "sandboxes", {"name": "two"})

    one, two = control.call("GET", "certificate"), control.at("two").call("GET", "certificate")

    assert one.body != two.body
    assert "mock-daraja-two.cer" in two.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "password is missing"),
        ({"password": ""}, "password is ''"),
        ({"password": 5}, "password is '***'"),
        ({"password": None}, "password is null"),
        ({"password": "x" * 246}, "password is '***'"),
        ({"password": "\N{EURO SIGN}" * 82}, "password is"),
        ({"password": "\ud800"}, "password is"),
        ({"passwort": "x"}, "no key 'passwort'"),
        ([], "the body is []"),
    ],
    ids=lambda each: ascii(each)[:40],
)
def test_a_bad_password_is_named(control: Any, body: Any, said: str) -> None:
    status, problem, _, remedy = control.problem("POST", "credential", body)

    assert status == 400
    assert said in problem
    assert remedy


def test_the_longest_password_fits(control: Any) -> None:
    control.ok("POST", "credential", {"password": "x" * 245})


@pytest.mark.parametrize("request_line", ["POST certificate", "GET credential", "GET certificate/x"])
def test_other_methods_and_paths_are_refused(control: Any, request_line: str) -> None:
    status, _, _, remedy = control.problem(*request_line.split(" "))

    assert status in (404, 405)
    assert remedy
