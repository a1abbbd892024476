"""How the integration asks: its tokens, its Timestamps, and what Daraja would not take from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from mock_daraja.clock import eat_digits, is_timestamp, parse_instant
from mock_daraja.exchange import Exchange
from mock_daraja.journal.report.card import Check, Evidence
from mock_daraja.journal.report.evidence import Journal, counted, fields_of, seconds, status_of

_NEAR_MS: Final = 5 * 60_000
_EAT_MS: Final = 3 * 3600_000
_ENDING_MS: Final = 60_000  # a token this near its end may be replaced
_NOT_MEANT: Final = ("/", "/favicon.ico", "/robots.txt")  # browsers and health checks


def reuses_tokens(journal: Journal) -> Iterator[Check]:
    """A token that is asked for long before the app's last one expires is one too many."""
    title = "Reuses tokens"
    token, docs = journal.declared.token, journal.declared.token_docs
    until: dict[str | None, int] = {}
    calls = sum(row.operation not in (None, token) for row in journal.exchanges)
    grants, needless = 0, list[Evidence]()
    for row in journal.exchanges:
        if row.operation != token or status_of(row) != 200:
            continue
        grants += 1
        left_ms = until.get(row.app_key, 0) - row.received_ms
        if left_ms > _ENDING_MS:
            needless.append(Evidence(row.id, f"the token before it had {seconds(left_ms)} to go"))
        until[row.app_key] = row.received_ms + _life_ms(row)
    said = f"{counted(grants, 'token')} for {counted(calls, 'call')}"
    if needless:
        each = ", one for each" if grants >= calls else ""
        remedy = "keep the token until shortly before expires_in is over: Daraja limits how often one may be asked for"
        yield Check("tokens", title, "warn", f"{said}{each}", tuple(needless), remedy, docs=docs)
    elif grants and calls > 1:
        yield Check("tokens", title, "pass", said, docs=docs)
    else:
        yield Check("tokens", title, "not seen", said, (), "make two calls or more", docs=docs)


def _life_ms(exchange: Exchange) -> int:
    try:
        return int(json.loads(exchange.reply.body if exchange.reply else b"")["expires_in"]) * 1000
    except (ValueError, KeyError, TypeError):
        return 0


def stamps_in_eat(journal: Journal) -> Iterator[Check]:
    """Timestamp against the sandbox's clock, with which a client's own need not agree: only three hours tell much."""
    title = "Sends Timestamps in East Africa Time"
    docs = journal.declared.push_docs
    utc, far, near = list[Evidence](), list[Evidence](), 0
    for row in journal.exchanges:
        stamp = str(fields_of(row).get("Timestamp", ""))
        if not is_timestamp(stamp):
            continue
        apart_ms = parse_instant(f"{stamp[:8]}T{stamp[8:]}") - row.received_ms
        line = Evidence(row.id, f"{stamp}, where it was {eat_digits(row.received_ms)} in EAT")
        if abs(apart_ms) <= _NEAR_MS:
            near += 1
        elif abs(apart_ms + _EAT_MS) <= _NEAR_MS:
            utc.append(line)
        else:
            far.append(line)
    noted = f"; {len(far)} far from the sandbox's clock" if far else ""
    if utc:
        summary = f"{counted(len(utc), 'Timestamp')} three hours behind: that is UTC{noted}"
        remedy = "make it in the zone Africa/Nairobi (UTC+3), whatever the zone of the server"
        yield Check("timestamps", title, "fail", summary, tuple(utc), remedy, docs=docs)
    elif near:
        summary = f"{counted(near, 'Timestamp')} in EAT{noted}"
        yield Check("timestamps", title, "pass", summary, tuple(far), docs=docs)
    elif far:
        summary = f"{counted(len(far), 'Timestamp')} so far from the sandbox's clock that the zone can't be told"
        remedy = "let client and sandbox have one time: a real clock, or the sandbox's `now` in the client"
        yield Check("timestamps", title, "not seen", summary, tuple(far), remedy, docs="clocks")
    else:
        yield Check("timestamps", title, "not seen", "no Timestamp was sent", (), "push something", docs=docs)


def asks_known_paths(journal: Journal) -> Iterator[Check]:
    title = "Asks for paths and methods that there are"
    meant = [row for row in journal.exchanges if row.path not in _NOT_MEANT]
    wrong = _refused(meant, "route")
    if wrong:
        summary = f"{counted(len(wrong), 'request')} led nowhere"
        yield Check("paths", title, "fail", summary, wrong, "compare the URL and the method", docs="paths")
    else:
        yield _passed("paths", title, len(meant), "led to an operation", "paths")


def sends_good_fields(journal: Journal) -> Iterator[Check]:
    title = "Sends fields as Daraja wants them"
    wrong = _refused(journal.exchanges, "validation")
    if wrong:
        summary = f"{counted(len(wrong), 'request')} had a field that is missing or wrong"
        remedy = "`mock-daraja why ID` says which field, and what would have done"
        yield Check("fields", title, "warn", summary, wrong, remedy, docs="products")
    else:
        bodies = sum(bool(row.body) and row.operation is not None for row in journal.exchanges)
        yield _passed("fields", title, bodies, "passed", "products")


def is_let_in(journal: Journal) -> Iterator[Check]:
    """Everything else that Daraja refuses of its own accord. What a scenario refused is no fault of the caller's."""
    title = "Is refused nothing else"
    wrong = _refused(journal.exchanges, "access", "product")
    if wrong:
        summary = f"{counted(len(wrong), 'request')} refused"
        remedy = "`mock-daraja why ID` says why; one that was meant, such as of an expired token, needs no mending"
        yield Check("refusals", title, "warn", summary, wrong, remedy, docs="codes")
    else:
        yield _passed("refusals", title, len(journal.exchanges), "was let in", "codes")


def _refused(rows: tuple[Exchange, ...] | list[Exchange], *rooms: str) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(row.id, f"{row.method} {row.path} {status_of(row)}: {row.why}")
        for row in rows
        if (step := row.refusal) is not None and step.room in rooms
    )


def _passed(check_id: str, title: str, number: int, said: str, docs: str) -> Check:
    if number == 0:
        return Check(check_id, title, "not seen", "no request came", (), "send one", docs=docs)
    return Check(check_id, title, "pass", f"{counted(number, 'request')}, and each {said}", docs=docs)
