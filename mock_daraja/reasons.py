"""Why a callback was not taken, in words for a person: the only place that makes them of model/failure.py's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mock_daraja.model.callback import Callback, Delivery
from mock_daraja.model.failure import Failure, FailureKind, RefusalKind, UrlRefusal
from mock_daraja.quoting import visible

_FAILURES: Final[Mapping[FailureKind, str]] = {
    "header-break": "a header of the callback holds a line break or a null character, so it was not sent",
    "header-letter": "a header of the callback holds '{}', so it was not sent",
    "connection-refused": "connection refused: nothing listens on {}",
    "no-connection": "no connection to {}: {}",
    "no-connection-in-time": "no connection to {} within {:g} s",
    "no-tls": "{} does not speak TLS: is the callback URL to start with http://?",
    "untrusted": "the certificate of {} is not trusted: {}; "
    "start the server with SSL_CERT_FILE=the file of the certificate that signed it, or give the URL with http://",
    "closed": "the receiver closed the connection without an answer",
    "closed-early": "the connection ended {} bytes into the answer",
    "reset": "the receiver reset the connection without an answer",
    "reset-early": "the connection was reset {} bytes into the answer",
    "connection-failed": "the connection failed: {}",
    "no-answer-in-time": "no answer within {:g} s",
    "not-whole-in-time": "the answer was not whole within {:g} s",
    "not-http": "the answer is not HTTP/1.1: it starts with '{}'",
    "tls": "the receiver speaks TLS: is the callback URL to start with https://?",
    "two-lengths": "the answer has two different Content-Length headers",
    "bad-length": "the answer's Content-Length is '{}'",
    "bad-chunk": "the answer has a chunk of size '{}'",
    "too-long": "the answer is longer than {} KiB; the rest of it was not read",
    "stopped-before": "stopped before it was sent",
    "stopped": "stopped before the answer was whole",
    "url-refused": "{}",
    "app-raised": "{}",
    "app-silent": "the app returned without an answer",
    "lost": "what came of it was lost here, for lack of memory",
}

_MAYBE_TLS: Final = "; if it speaks TLS, the callback URL has to start with https://"
_MOVED: Final = "; M-Pesa follows no redirect: give the final URL"  # addendum-b.md §6

_OPEN_UP: Final = (
    "to get it on this machine: --rewrite-callbacks {origin}=http://localhost:8000; "
    "to really send it there: --allow-callbacks-to {value}"
)
_ALLOW: Final = "give your application's loopback address, or --allow-callbacks-to {address}"

_REFUSALS: Final[Mapping[RefusalKind, tuple[str, str]]] = {
    "unprintable": (
        "the callback URL holds a blank or a control character",
        "percent-encode it, or take it out",
    ),
    "not-a-url": ("'{value}' is not a URL", "write it as http://localhost:8000/callback"),
    "scheme": ("{value} is not a scheme callbacks are sent by", "use http:// or https://"),
    "credentials": (
        "the callback URL holds a user name or password",
        "take out what stands before the @; M-Pesa sends no credentials",
    ),
    "authority": ("'{value}' is not a host", "write the URL as http://localhost:8000/callback"),
    "host": ("'{value}' is not a host", "use a host name or an IP address; IPv6 in brackets"),
    "port": ("{value} is not a port", "use a number from 1 to 65535"),
    "public-name": ("{value} is a public name", _OPEN_UP),
    "unknown-name": (
        "no address for the name {value}: {problem}",
        "is that container or host up? or send it elsewhere: --rewrite-callbacks {origin}=http://localhost:8000",
    ),
    "private": (
        "{place} is a private address, so another machine's or a container's",
        "to send callbacks to your own network: --allow-callbacks-to private",
    ),
    "public": ("{place} is a public address", _OPEN_UP),
    "cloud metadata": (
        "{place} is a cloud metadata address",
        "no setting allows it; give the URL of your own application",
    ),
    "unspecified": (
        "{place} is an unspecified address",
        "a server that listens on it is reached at http://127.0.0.1 or http://localhost",
    ),
    "link-local": ("{place} is a link-local address", _ALLOW),
    "multicast": ("{place} is a multicast address", _ALLOW),
    "reserved": ("{place} is a reserved address", _ALLOW),
}


def failure_text(failure: Failure) -> str:
    details = (visible(each) if isinstance(each, str) else each for each in failure.details)
    return _FAILURES[failure.kind].format(*details)


def refusal_texts(refusal: UrlRefusal) -> tuple[str, str]:
    """The reason, and what to do."""
    value, address = visible(refusal.value), refusal.address
    place = value if value == address else f"{value} is {address}, which"
    known = {"value": value, "address": address, "place": place, "origin": refusal.origin, "problem": refusal.problem}
    reason, remedy = _REFUSALS[refusal.kind]
    return reason.format_map(known), remedy.format_map(known)


def took(delivery: Delivery) -> bool:
    """Whether the receiver has taken it."""
    return delivery.failure is None and delivery.status is not None and 200 <= delivery.status < 300


def delivery_error(delivery: Delivery) -> str | None:
    """Why there was no whole answer."""
    if delivery.failure is None:
        return None
    maybe_tls = delivery.failure.kind == "reset" and delivery.url.lower().startswith("http://")
    return failure_text(delivery.failure) + (_MAYBE_TLS if maybe_tls else "")


def sent_twice(delivery: Delivery) -> str | None:
    """That the receiver may have got it twice, where it may, and why."""
    if delivery.before is None:
        return None
    over = "" if delivery.before.kind == "lost" else "over a kept connection, "
    return f"sent twice, and may have come twice: the first time, {over}{failure_text(delivery.before)}"


def callback_note(row: Callback, last: Delivery | None) -> str:
    """Why it was not delivered, as far as it is known to be so, and that it doesn't tell the truth; `last` is the
    latest delivery of it."""
    return "; ".join(filter(None, (_undelivered(row, last), _untrue(row))))


def _undelivered(row: Callback, last: Delivery | None) -> str:
    if row.state == "refused" and row.refusal is not None:
        return "; ".join(refusal_texts(row.refusal))
    if row.state == "dropped":
        return "the outcome says that this callback is lost; resend it to deliver it"
    if row.state == "failed" and last is not None:
        moved = _MOVED if last.status in (301, 302, 303, 307, 308) else ""
        return delivery_error(last) or f"the receiver answered {last.status}{moved}"
    return ""


def _untrue(row: Callback) -> str:
    if row.forged:
        return "forged: M-Pesa did not send it"
    said = ", ".join(f"{name} {value}" for name, value in row.forge)
    forged = f"the outcome has it say: {visible(said)}; the ledger has the truth" if said else ""
    damaged = f"the outcome has its body {row.damage}" if row.damage is not None else ""
    return "; ".join(filter(None, (forged, damaged)))
