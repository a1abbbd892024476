"""The SecurityCredential: base64 of the initiator's password, RSA PKCS#1 v1.5 encrypted (requests.md §1.7).

The real gateway does not decrypt; a wrong value is acknowledged and fails later with 2001. Here a credential made with
the sandbox's own certificate is opened and checked; one made with Safaricom's can't be, and is opaque.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Final

from mock_daraja.access.given import bare, is_python_bytes
from mock_daraja.access.recent import Recent
from mock_daraja.clock import eat, wall_ms
from mock_daraja.fields import is_unset
from mock_daraja.model import Credential
from mock_daraja.regexes import later

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_OPAQUE: Final = Credential()
_KEY_BITS: Final = 2048
_BLOCK: Final = _KEY_BITS // 8
_OTHER_BLOCKS: Final = frozenset({64, 128, 192, 384, 512, 1024})  # bytes, of the other key sizes in use
_LEAST_PADDED: Final = 10  # 0, 2 and eight bytes of padding precede the password (RFC 8017 §7.2)
_LEAST_TRUSTED: Final = 6  # characters of a password: random bytes are one of this length once in 2^56 blocks
_MOST_OPENED: Final = 1_024  # blocks whose content is kept: half a megabyte
_LONGEST_AT_ONCE: Final = 4_096  # characters that take no time to decode; a block has 344, or 512 in hex
_HEX: Final = later("[0-9a-fA-F]+")
_BASE64URL: Final = later("[A-Za-z0-9_-]{300,}={0,2}")
_BASE64_CUT: Final = later("[A-Za-z0-9+/]{342}=?")
_FOR_URL: Final = later("(?:[A-Za-z0-9+/=]|%(?:2B|2F|3D)){342,344}", re.IGNORECASE)
_AT_IT: Final = Lock()
"""One thread at a time computes in Python: many would leave the interpreter to nobody else."""
COMMAND: Final = "mock-daraja credential PASSWORD"
"""For the default sandbox: see `in_sandbox`."""
REMEDY: Final = f"encrypt the password with the sandbox's certificate: `{COMMAND}` does"
NOT_OURS: Final = "not encrypted for this sandbox's certificate"
UNCHECKED: Final = f"password not checked: {NOT_OURS}"
CHECKED_BY: Final = (
    f"to have it checked, encrypt it by `{COMMAND}`, daraja.security_credential() or the certificate of GET"
    " /_mock/certificate"
)
_CERTIFICATE: Final = "GET /_mock/certificate"
_LEAST_HEX: Final = 32  # digits: fewer may be a password
_BASE64_LENGTH: Final = 344  # characters, of a block
_LIFE_DAYS: Final = 3650
MOST_BYTES: Final = _BLOCK - 11
"""How long a password may be, in UTF-8: what PKCS#1 v1.5 padding leaves of a block."""


class Certificate:
    """The sandbox's own key pair, made when somebody first needs it. Threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._key: RSAPrivateKey | None = None
        self._pem: bytes = b""
        self._opened: Recent[bytes, Credential] = Recent(_MOST_OPENED)  # what is in a block, not whether it is right

    def pem(self) -> bytes:
        """The X.509 certificate to encrypt an initiator's password with."""
        self._private()
        return self._pem

    def encrypt(self, password: str) -> str:
        """The SecurityCredential of `password`, 344 characters of base64."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

        return b64encode(self._private().public_key().encrypt(password.encode(), PKCS1v15())).decode()

    def open(self, credential: str, is_password: Callable[[str], bool] = lambda text: False) -> Credential:
        """What a SecurityCredential turns out to be. A fault says what it is of: `encoding: ...`, `certificate: ...`,
        `padding: ...`, `password: ...`.

        `is_password` says whether a text is the password of an initiator. The answer is the same without it, and takes
        twenty times as long.
        """
        block = _block(credential)
        if isinstance(block, Credential):
            return block
        opened = self._known(block)
        if opened is None:
            opened = self._unsealed(block, is_password)
            self._opened.put(block, opened)
        return opened

    def known(self, credential: str) -> Credential | None:
        """The same, if that takes microseconds: for what was opened lately, for what is no RSA block unless it is very
        long, and for anything while nobody has our certificate. Else None."""
        if len(credential) > _LONGEST_AT_ONCE:
            return None
        block = _block(credential)
        return block if isinstance(block, Credential) else self._known(block)

    def _known(self, block: bytes) -> Credential | None:
        if self._key is None:
            return _OPAQUE  # nobody has seen our certificate, so it was made for another; not for long, so not kept
        return self._opened.get(block)

    def _unsealed(self, block: bytes, is_password: Callable[[str], bool]) -> Credential:
        text = self._decrypted(block)
        if text is not None and len(text) >= _LEAST_TRUSTED and is_password(text):
            return Credential("password", text)
        return self._unpad(block)

    def _decrypted(self, block: bytes) -> str | None:
        """What OpenSSL makes of it, or None where that is no text. Not to be trusted: where the padding is wrong,
        OpenSSL 3.2 and later give bytes at random, and as many as chance will have it."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

        try:
            return self._private().decrypt(block, PKCS1v15()).decode()
        except ValueError:
            return None

    def _unpad(self, block: bytes) -> Credential:
        """What it is, in every case; in Python, and slow."""
        with _AT_IT:
            plain = _raw(self._private(), block)
        if plain is None:
            return _OPAQUE  # made for another certificate: Safaricom's, as far as anyone can tell
        if plain[:_LEAST_PADDED] == bytes(_LEAST_PADDED):
            return Credential("fault", "padding: the SecurityCredential has none; use RSA with PKCS#1 v1.5 padding")
        if plain[0] == 0 and self._is_oaep(block):  # first: one of these in 256 begins as PKCS#1 v1.5 does
            return Credential("fault", "padding: the SecurityCredential has OAEP's; use RSA with PKCS#1 v1.5 padding")
        if plain[:2] == b"\0\2" and plain.find(b"\0", 2) >= _LEAST_PADDED:
            return _read(plain[plain.index(b"\0", 2) + 1 :])
        return _OPAQUE

    def _is_oaep(self, block: bytes) -> bool:
        from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
        from cryptography.hazmat.primitives.hashes import SHA1, SHA256

        for digest, mask in ((SHA1, SHA1), (SHA256, SHA256), (SHA256, SHA1)):  # the last is Java's OAEPWithSHA-256
            with suppress(ValueError):
                self._private().decrypt(block, OAEP(MGF1(mask()), digest(), None))
                return True
        return False

    def _private(self) -> RSAPrivateKey:
        with self._lock:
            if self._key is None:
                self._key, self._pem = _make()
            return self._key


def in_sandbox(text: str, name: str) -> str:
    """A text of ours with the command and the certificate of a sandbox that is not the default one."""
    command = COMMAND.replace("credential", f"credential --sandbox {name}")
    return text.replace(COMMAND, command).replace(_CERTIFICATE, f"GET /_mock/sandboxes/{name}/certificate")


def _block(credential: str) -> bytes | Credential:
    """The RSA block that the base64 stands for, or what is wrong with it."""
    block = _decoded("".join(credential.split()))
    return Credential("fault", block) if isinstance(block, str) else block


def _decoded(credential: str) -> bytes | str:
    if not credential:
        return f"encoding: the SecurityCredential is blank; {REMEDY}"
    if is_unset(credential):
        return f"encoding: the SecurityCredential is the word {credential}: a variable is not set; {REMEDY}"
    if credential.startswith("-----BEGIN"):
        return f"encoding: the SecurityCredential is PEM text, and not what was encrypted with it; {REMEDY}"
    if _is_hex(credential):
        if len(credential) == 2 * _BLOCK:
            return "encoding: the SecurityCredential is hexadecimal; write the block in base64"
        return f"encoding: the SecurityCredential is hexadecimal of {len(credential) / 2:g} bytes; {REMEDY}"
    try:
        block = b64decode(credential, validate=True)
    except ValueError:
        return f"encoding: the SecurityCredential {_why_not_base64(credential)}"
    if len(block) == _BLOCK:
        return block
    if block.startswith(b"-----BEGIN"):
        return f"encoding: the SecurityCredential is base64 of PEM text, and not what was encrypted with it; {REMEDY}"
    with suppress(ValueError):
        if len(b64decode(block, validate=True)) == _BLOCK:
            return "encoding: the SecurityCredential was encoded twice; write the block in base64 once"
    holds = f"the SecurityCredential is base64 of {len(block)} bytes"
    if len(block) in _OTHER_BLOCKS:
        wanted = f"use a {_KEY_BITS}-bit certificate: GET /_mock/certificate"
        return f"certificate: {holds}, which is a block of a {len(block) * 8}-bit key; {wanted}"
    return f"encoding: {holds}, and no RSA block of {_BLOCK}; {REMEDY}"


def _is_hex(credential: str) -> bool:
    """Hexadecimal is base64 by its letters: only a block's own length is surely one of the two."""
    if len(credential) == 2 * _BLOCK:
        return _HEX.fullmatch(credential) is not None
    is_long = len(credential) >= _LEAST_HEX and len(credential) != _BASE64_LENGTH
    return is_long and _HEX.fullmatch(credential) is not None and re.search("[0-9]", credential) is not None


def _why_not_base64(credential: str) -> str:
    if is_python_bytes(credential):
        return "is what Python shows of bytes (b'...'); decode them to text"
    if bare(credential) != credential:
        return "stands in quotes; send it without them"
    if "%" in credential and _FOR_URL.fullmatch(credential):
        return "was encoded for a URL (%3D is =); send the base64 as it is"
    if _BASE64_CUT.fullmatch(credential):
        return "has lost the = at its end; send the base64 whole"
    if _BASE64URL.fullmatch(credential):
        return "is base64url; write it in standard base64, with + and / and the = at its end"
    return f"is not base64, perhaps a plain password; {REMEDY}"


def _raw(key: RSAPrivateKey, block: bytes) -> bytes | None:
    """The block decrypted, its padding and all; None where it is beyond the modulus. Python's own arithmetic, since
    cryptography gives no plaintext without a padding, and modulo both primes, which takes a third of the time."""
    numbers = key.private_numbers()
    p, q, number = numbers.p, numbers.q, int.from_bytes(block, "big")
    if number >= p * q:
        return None
    by_p, by_q = _power(number, numbers.dmp1, p), _power(number, numbers.dmq1, q)
    return (by_q + q * ((by_p - by_q) * numbers.iqmp % p)).to_bytes(_BLOCK, "big")


def _power(base: int, exponent: int, modulus: int) -> int:
    """`pow`, five bits of the exponent at a time: in one go it keeps all threads from the interpreter for 3 ms."""
    table = [1]
    for _ in range(31):
        table.append(table[-1] * base % modulus)
    result = 1
    for shift in range(exponent.bit_length() // 5 * 5, -1, -5):
        result = pow(result, 32, modulus) * table[exponent >> shift & 31] % modulus
    return result


def _read(password: bytes) -> Credential:
    try:
        return Credential("password", password.decode())
    except UnicodeDecodeError:
        fault = "password: what was encrypted is not text; encrypt the password itself, in UTF-8"
        return Credential("fault", fault)


def _make() -> tuple[RSAPrivateKey, bytes]:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(65537, _KEY_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mock-daraja sandbox (not Safaricom)")])
    today = eat(wall_ms())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=_LIFE_DAYS))
        .sign(key, SHA256())
    )
    return key, certificate.public_bytes(Encoding.PEM)
