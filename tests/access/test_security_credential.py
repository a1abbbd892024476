"""What a SecurityCredential turns out to be, made in each of the ways in which integrators make one."""

from __future__ import annotations

import builtins
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, AsymmetricPadding, PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm

from mock_daraja.access import security_credential
from mock_daraja.access.security_credential import MOST_BYTES, Certificate, _raw
from mock_daraja.model import Credential

PASSWORD = "Safaricom999!*!"
OPAQUE = Credential("opaque")
KINDS = ("name", "password", "padding", "certificate", "encoding")


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    """One whose certificate has been handed out."""
    made = Certificate()
    made.pem()
    return made


@pytest.fixture(scope="module")
def foreign() -> Callable[[int], rsa.RSAPublicKey]:
    """Keys of others, by their size."""
    made: dict[int, rsa.RSAPublicKey] = {}

    def key(bits: int) -> rsa.RSAPublicKey:
        if bits not in made:
            made[bits] = rsa.generate_private_key(65537, bits).public_key()
        return made[bits]

    return key


def block(key: object, secret: bytes = PASSWORD.encode(), padding: AsymmetricPadding | None = None) -> bytes:
    assert isinstance(key, rsa.RSAPublicKey)
    return key.encrypt(secret, padding or PKCS1v15())


def ours(certificate: Certificate) -> rsa.RSAPublicKey:
    """The key as a client gets it: out of the PEM."""
    key = x509.load_pem_x509_certificate(certificate.pem()).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    return key


def oaep(digest: type[HashAlgorithm], mask: type[HashAlgorithm]) -> OAEP:
    return OAEP(MGF1(mask()), digest(), None)


def is_password(text: str) -> bool:
    """Of the one initiator there is."""
    return text == PASSWORD


def raw_rsa(certificate: Certificate, plain: bytes) -> bytes:
    numbers = ours(certificate).public_numbers()
    return pow(int.from_bytes(plain, "big"), numbers.e, numbers.n).to_bytes(256, "big")


def fault_in(opened: Credential) -> str:
    assert opened.kind == "fault"
    return opened.text


def test_a_password_encrypted_with_our_certificate_is_read(certificate: Certificate) -> None:
    credential = b64encode(block(ours(certificate))).decode()

    assert len(credential) == 344
    assert certificate.open(credential) == Credential("password", PASSWORD)


@pytest.mark.parametrize("password", ["x", "", "Pass:word", "naïve €", "p" * MOST_BYTES])
def test_any_password_comes_back_as_it_was(certificate: Certificate, password: str) -> None:
    assert certificate.open(certificate.encrypt(password)) == Credential("password", password)


@pytest.mark.parametrize("width", [64, 76])
def test_line_breaks_in_base64_do_no_harm(certificate: Certificate, width: int) -> None:
    credential = certificate.encrypt(PASSWORD)
    wrapped = "\r\n".join(credential[at : at + width] for at in range(0, len(credential), width)) + "\n"

    assert certificate.open(wrapped) == Credential("password", PASSWORD)


def test_the_certificate_is_made_once_and_says_whose_it_is(certificate: Certificate) -> None:
    parsed = x509.load_pem_x509_certificate(certificate.pem())

    assert certificate.pem() == certificate.pem()
    assert "not Safaricom" in parsed.subject.rfc4514_string()
    assert ours(certificate).key_size == 2048


def test_two_sandboxes_do_not_read_each_others(certificate: Certificate) -> None:
    other = Certificate()

    opened = certificate.open(other.encrypt(PASSWORD))

    assert opened == OPAQUE


def test_a_block_for_another_2048_bit_certificate_is_taken_as_it_is(
    certificate: Certificate, foreign: Callable[[int], rsa.RSAPublicKey]
) -> None:
    opened = certificate.open(b64encode(block(foreign(2048))).decode())

    assert opened == OPAQUE


def test_a_block_beyond_our_modulus_is_taken_as_it_is(certificate: Certificate) -> None:
    assert certificate.open(b64encode(b"\xff" * 256).decode()) == OPAQUE


def test_nothing_is_opened_while_nobody_has_our_certificate() -> None:
    unseen = Certificate()

    credential = b64encode(bytes(256)).decode()

    opened, known = unseen.open(credential), unseen.known(credential)

    assert opened == known == OPAQUE
    assert unseen._key is None  # no key was made to find that out


@pytest.mark.parametrize(
    ("digest", "mask"), [(SHA1, SHA1), (SHA256, SHA256), (SHA256, SHA1)], ids=["SHA-1", "SHA-256", "Java's SHA-256"]
)
def test_oaep_is_told_from_a_foreign_certificate(
    certificate: Certificate, digest: type[HashAlgorithm], mask: type[HashAlgorithm]
) -> None:
    credential = b64encode(block(ours(certificate), padding=oaep(digest, mask))).decode()

    assert fault_in(certificate.open(credential)) == (
        "padding: the SecurityCredential has OAEP's; use RSA with PKCS#1 v1.5 padding"
    )


def test_no_padding_at_all_is_told(certificate: Certificate) -> None:
    fault = fault_in(certificate.open(b64encode(raw_rsa(certificate, PASSWORD.encode())).decode()))

    assert fault == "padding: the SecurityCredential has none; use RSA with PKCS#1 v1.5 padding"


def test_what_was_encrypted_must_be_text(certificate: Certificate) -> None:
    fault = fault_in(certificate.open(b64encode(block(ours(certificate), b"\xff\xfe")).decode()))

    assert fault == "password: what was encrypted is not text; encrypt the password itself, in UTF-8"


def test_both_primes_give_what_the_private_exponent_gives(certificate: Certificate) -> None:
    key = certificate._private()
    numbers = key.private_numbers()
    p, q, n, d = numbers.p, numbers.q, numbers.public_numbers.n, numbers.d

    for number in (0, 1, p, q, n - p, n - 1, *(n // divisor for divisor in range(2, 12))):
        assert _raw(key, number.to_bytes(256, "big")) == pow(number, d, n).to_bytes(256, "big")
    assert _raw(key, n.to_bytes(256, "big")) is None


@pytest.mark.parametrize("bits", [1024, 4096])
def test_a_key_of_another_size_is_told(
    certificate: Certificate, foreign: Callable[[int], rsa.RSAPublicKey], bits: int
) -> None:
    fault = fault_in(certificate.open(b64encode(block(foreign(bits))).decode()))

    assert fault == (
        f"certificate: the SecurityCredential is base64 of {bits // 8} bytes, which is a block of a {bits}-bit key; "
        "use a 2048-bit certificate: GET /_mock/certificate"
    )


# with the initiators' passwords at hand


def test_an_initiators_password_is_read_by_openssl_alone(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(security_credential, "_raw")

    assert certificate.open(certificate.encrypt(PASSWORD), is_password) == Credential("password", PASSWORD)


FORMS: dict[str, Callable[[Certificate], bytes]] = {
    "right": lambda certificate: block(ours(certificate)),
    "wrong": lambda certificate: block(ours(certificate), b"guess"),
    "empty": lambda certificate: block(ours(certificate), b""),
    "no text": lambda certificate: block(ours(certificate), b"\xff\xfe"),
    "no padding": lambda certificate: raw_rsa(certificate, PASSWORD.encode()),
    "seven bytes of padding": lambda certificate: raw_rsa(certificate, b"\0\2" + b"p" * 7 + b"\0" + b"x" * 246),
    "padding without an end": lambda certificate: raw_rsa(certificate, b"\0\2" + b"p" * 254),
    "padding of a signature": lambda certificate: raw_rsa(certificate, b"\0\1" + b"\xff" * 238 + b"\0" + b"x" * 15),
    "OAEP": lambda certificate: block(ours(certificate), padding=oaep(SHA256, SHA1)),
    "zero": lambda certificate: bytes(256),
    "beyond the modulus": lambda certificate: b"\xff" * 256,
    "foreign": lambda certificate: block(ours(Certificate())),
}


@pytest.mark.parametrize("form", FORMS)
def test_knowing_the_passwords_changes_no_answer(certificate: Certificate, form: str) -> None:
    credential = b64encode(FORMS[form](certificate)).decode()

    opened = certificate.open(credential, is_password)

    assert opened == certificate.open(credential)
    assert (opened.text == PASSWORD) == (form == "right")


def test_what_openssl_makes_up_is_no_password_even_where_somebody_has_it(certificate: Certificate) -> None:
    """It makes up few characters often enough, for a wrong padding, to hit a short password."""
    key = certificate._private()

    def made_up() -> tuple[str, str]:
        for number in range(2, 5_000):
            plain = number.to_bytes(2, "big") * 128  # a block as good as any
            with suppress(ValueError):
                text = key.decrypt(plain, PKCS1v15()).decode()
                if len(text) < 6:
                    return b64encode(plain).decode(), text
        pytest.skip("this OpenSSL refuses a wrong padding")

    credential, short = made_up()

    assert certificate.open(credential, lambda text: text == short) == OPAQUE


@pytest.mark.parametrize("password", ["", "x", "short"])
def test_a_short_password_is_read_for_what_it_is(certificate: Certificate, password: str) -> None:
    opened = certificate.open(certificate.encrypt(password), lambda text: text == password)

    assert opened == Credential("password", password)


def test_where_openssl_refuses_a_wrong_padding_the_answer_is_the_same(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    credential = b64encode(FORMS["no padding"](certificate)).decode()
    monkeypatch.setattr(certificate, "_decrypted", lambda block: None)

    assert "has none" in fault_in(certificate.open(credential, is_password))


# what was opened is kept


@pytest.fixture
def unopened(certificate: Certificate) -> Certificate:
    """One that has opened nothing; the key is that of `certificate`."""
    made = Certificate()
    made._key, made._pem = certificate._key, certificate._pem
    return made


def no_rsa(patch: pytest.MonkeyPatch, certificate: Certificate) -> None:
    """Whoever asks for the key fails from now on, and whoever imports anything."""
    patch.delattr(security_credential, "_raw")
    patch.setattr(certificate, "_private", None)
    patch.setattr(builtins, "__import__", None)


@pytest.mark.parametrize("form", FORMS)
def test_what_was_opened_is_known_without_rsa(
    unopened: Certificate, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    credential = b64encode(FORMS[form](unopened)).decode()
    opened = unopened.open(credential, is_password)

    with monkeypatch.context() as patch:
        no_rsa(patch, unopened)
        again = unopened.known(credential), unopened.open(credential, is_password), unopened.open(credential)

    assert again == (opened, opened, opened)


def test_what_was_not_opened_yet_is_not_known(unopened: Certificate) -> None:
    unopened.open(unopened.encrypt(PASSWORD), is_password)

    assert unopened.known(unopened.encrypt(PASSWORD)) is None


def test_line_breaks_make_no_other_credential_of_it(unopened: Certificate) -> None:
    credential = unopened.encrypt(PASSWORD)
    unopened.open(credential)

    assert unopened.known(f" {credential[:76]}\r\n{credential[76:]}\n") == Credential("password", PASSWORD)


def test_so_many_are_kept_and_the_one_used_longest_ago_goes(unopened: Certificate) -> None:
    first, second, *others = (b64encode(b"\xff" * 254 + number.to_bytes(2, "big")).decode() for number in range(1_025))
    for credential in (first, second, *others[:-1]):
        unopened.open(credential)
    assert unopened.known(first) == OPAQUE  # a use

    unopened.open(others[-1])

    assert [unopened.known(each) for each in (first, second, *others)] == [OPAQUE, None, *[OPAQUE] * len(others)]


def test_a_credential_seen_before_there_was_a_key_is_read_once_there_is(certificate: Certificate) -> None:
    credential, unseen = certificate.encrypt(PASSWORD), Certificate()
    before = unseen.open(credential, is_password), unseen.known(credential)

    unseen._key, unseen._pem = certificate._key, certificate._pem

    assert before == (OPAQUE, OPAQUE)
    assert unseen.known(credential) is None
    assert unseen.open(credential, is_password) == Credential("password", PASSWORD)


def test_a_foreign_credential_is_opened_once_there_is_a_key(foreign: Callable[[int], rsa.RSAPublicKey]) -> None:
    credential, unseen = b64encode(block(foreign(2048))).decode(), Certificate()
    assert unseen.known(credential) == OPAQUE

    unseen.pem()

    assert unseen.known(credential) is None
    assert unseen.open(credential) == OPAQUE
    assert unseen.known(credential) == OPAQUE


def test_what_is_kept_does_not_depend_on_who_has_which_password(unopened: Certificate) -> None:
    credential = unopened.encrypt(PASSWORD)

    by_python = unopened.open(credential, lambda text: text == "another")
    kept = unopened.open(credential, is_password)

    assert by_python == kept == Credential("password", PASSWORD)


def test_threads_open_the_same_credentials_alike(certificate: Certificate, unopened: Certificate) -> None:
    credentials = [b64encode(make(unopened)).decode() for make in FORMS.values()] * 3

    with ThreadPoolExecutor(8) as pool:
        opened = [*pool.map(lambda credential: unopened.open(credential, is_password), credentials)]

    assert opened == [unopened.known(credential) for credential in credentials]
    assert opened == [certificate.open(credential) for credential in credentials]


def test_one_thread_at_a_time_computes_in_python(unopened: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    raw, alone = security_credential._raw, []

    def noted(key: rsa.RSAPrivateKey, block: bytes) -> bytes | None:
        alone.append(security_credential._AT_IT.locked())
        return raw(key, block)

    monkeypatch.setattr(security_credential, "_raw", noted)

    unopened.open(unopened.encrypt("nobody's password"), is_password)

    assert alone == [True]


# what is no block at all


RAW = bytes(range(256))
MALFORMED = [
    pytest.param("", "is blank", id="empty"),
    pytest.param(" \n", "is blank", id="blank"),
    pytest.param(PASSWORD, "is not base64, perhaps a plain password", id="plain"),
    pytest.param("Safaricom123!!", "is not base64, perhaps a plain password", id="another plain"),
    pytest.param("ünïcode", "is not base64", id="plain, not ASCII"),
    pytest.param("Password", "is base64 of 6 bytes, and no RSA block of 256", id="plain, yet base64"),
    pytest.param(b64encode(PASSWORD.encode()).decode(), "is base64 of 15 bytes", id="encoded, not encrypted"),
    pytest.param(RAW.hex(), "is hexadecimal; write", id="hex"),
    pytest.param(RAW.hex().upper(), "is hexadecimal; write", id="HEX"),
    pytest.param(RAW[:16].hex(), "is hexadecimal of 16 bytes", id="hex of a hash"),
    pytest.param("-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----\n", "is PEM text", id="PEM"),
    pytest.param(b64encode(b"-----BEGIN CERTIFICATE-----\n").decode(), "is base64 of PEM text", id="base64 of PEM"),
    pytest.param(urlsafe_b64encode(RAW).decode(), "is base64url", id="base64url"),
    pytest.param(urlsafe_b64encode(RAW).decode().rstrip("="), "is base64url", id="base64url, no ="),
    pytest.param(b64encode(RAW).decode()[:-1], "has lost the = at its end", id="cut short"),
    pytest.param(b64encode(b64encode(RAW)).decode(), "was encoded twice", id="base64 twice"),
    pytest.param(b64encode(RAW + b"x").decode(), "is base64 of 257 bytes", id="one byte more"),
    pytest.param("%2B".join(b64encode(RAW).decode().split("+")), "was encoded for a URL", id="URL-encoded"),
    pytest.param("A" * 344, "is base64 of 258 bytes", id="a filler as long as a credential"),
    pytest.param("01" * 172, "is base64 of 258 bytes", id="digits as many as a credential has characters"),
    pytest.param("A" * 40, "is base64 of 30 bytes", id="a filler"),
    pytest.param("zAzA" * 1_000_000, "is base64 of 3000000 bytes", id="huge"),
]


@pytest.mark.parametrize(("credential", "said"), MALFORMED)
def test_what_is_no_rsa_block_says_what_it_is(credential: str, said: str) -> None:
    certificate = Certificate()
    fault = fault_in(certificate.open(credential))

    assert said in fault
    assert fault.partition(":")[0] in KINDS
    assert re.search("base64|encrypt|certificate", fault.partition("; ")[2]), "a fault ends with its remedy"
    assert PASSWORD not in fault
    assert certificate.known(credential) == (Credential("fault", fault) if len(credential) < 4_096 else None)
