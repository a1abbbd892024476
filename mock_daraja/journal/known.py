"""What is secret by its value, wherever and however it is written: secrets, passkeys, passwords, access tokens. What is
secret by its name or place alone, because nobody here knows it or it is short, is redact.py's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from msgspec import Struct, field

from mock_daraja.errors import Problem
from mock_daraja.ids import TOKEN_LENGTH
from mock_daraja.journal.needles import LEAST, Needles, Value
from mock_daraja.journal.readings import Span, decoded, in_base64, span_in_base64
from mock_daraja.journal.redact import CUT, redact_query, redact_text
from mock_daraja.regexes import later

_LETTERS: Final = later(rf"[A-Za-z0-9]{{{TOKEN_LENGTH},}}")
_RUN: Final = later(rf"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{{{TOKEN_LENGTH},}}")  # a token may be in, or base64
_TOKEN_IN_BASE64: Final = TOKEN_LENGTH * 4 // 3
_LONG, _MANY = 200, 10_000  # names of fields, paths: what comes again and again
_CREDENTIAL_LENGTH: Final = 340  # of base64 of 256 bytes: a SecurityCredential
_LOWER, _UPPER, _DIGIT = later("[a-z]"), later("[A-Z]"), later("[0-9]")
_CUT_SHORT: Final = later(rf"[A-Za-z0-9+/_=%-]{{{LEAST},{_TOKEN_IN_BASE64}}}(?=\.\.\.')")  # as quoting.shown does
_BEFORE_CUT: Final = later(r"\.\.\.'")


class _Seen(Struct):
    """What was looked through and had nothing to hide, as long as `key` says that no secret has come."""

    key: tuple[int, int]
    texts: set[str] = field(default_factory=set)
    runs: set[str] = field(default_factory=set)  # of letters, that hold no token


class KnownSecrets:
    """`values` are the secrets that there are, asked for again once they are said to be `changed`; `is_token` looks one
    up among access tokens, which grow without end: `change` is another number once there are others. For any thread."""

    def __init__(
        self, values: Callable[[], Iterable[Value]], is_token: Callable[[str], bool], change: Callable[[], int] = int
    ) -> None:
        self._values = values
        self._is_token = is_token
        self._change = change
        self._seen = _Seen((0, 0))
        self._version = 0
        self._needles: tuple[int, Needles] | None = None

    def changed(self) -> None:
        self._version += 1

    def frozen(self, tokens: Iterable[str]) -> KnownSecrets:
        """As they are now, with these tokens."""
        needles, known = self.needles(), frozenset(tokens)
        made = KnownSecrets(tuple, known.__contains__)
        made._needles = made._version, needles
        return made

    def needles(self) -> Needles:
        version, made = self._version, self._needles
        if made is None or made[0] != version:
            self._needles = made = version, Needles.of(self._values())
        return made[1]

    def hide(self, text: str) -> str:
        """The text, with *** for each secret."""
        needles = self.needles()
        if len(text) < (LEAST if needles.plain else TOKEN_LENGTH):
            return text
        seen = self._seen_so_far()
        if text in seen.texts:
            return text
        found = self._found(text, needles, seen.runs)
        if "%" in text or "\\" in text or "\n" in text:
            for reading in decoded(text):
                found += [reading.original(*span) for span in self._found(reading.text, needles, seen.runs)]
        if "...'" in text:
            found += _cut_short(text, needles)
        if found:
            return _without(text, found)
        if len(text) < _LONG:
            seen.texts.add(text)
        return text

    def hide_in(self, value: Any) -> Any:
        """A value of JSON, with each of its texts so. An iterator in it stays one."""
        return self._hidden(value, LEAST if self.needles().plain else TOKEN_LENGTH)

    def _hidden(self, value: Any, least: int) -> Any:
        """`least` is how long a text is that may hold a secret."""
        if isinstance(value, str):
            return value if len(value) < least else self.hide(value)
        if isinstance(value, dict):
            return {name: self._hidden(each, least) for name, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._hidden(each, least) for each in value]
        return map(self.hide_in, value) if hasattr(value, "__next__") else value

    def hide_of(self, problem: Problem) -> dict[str, str]:
        """A problem as JSON. What is wrong may show a secret by its name; a remedy may show an example by that."""
        shape = {name: redact_query(text) for name, text in problem.as_json().items()}
        shape["problem"] = redact_text(problem.what)
        return {name: self.hide(text) for name, text in shape.items()}

    def _found(self, text: str, needles: Needles, without_token: set[str]) -> list[Span]:
        found = [*needles.found(text)] if needles.plain else []
        if len(text) < TOKEN_LENGTH:
            return found
        for run in _RUN.finditer(text):
            letters, start = run[0], run.start()
            if letters in without_token or letters.islower() or letters.isupper():
                continue  # one in two millions of tokens has letters of one case
            before = len(found)
            if len(letters) >= _CREDENTIAL_LENGTH and _DIGIT.search(letters):
                found.append(run.span())
                continue
            found += [(start + each, start + each + TOKEN_LENGTH) for each in self._tokens(letters)]
            if len(letters) >= _TOKEN_IN_BASE64:
                for begin, inside in in_base64(letters):
                    for each in self._tokens(inside):
                        first, last = span_in_base64(each, each + TOKEN_LENGTH)
                        found.append((start + begin + first, start + begin + last))
            if len(found) == before and len(letters) < _LONG:
                without_token.add(letters)
        return found

    def _seen_so_far(self) -> _Seen:
        key, seen = (self._version, self._change()), self._seen
        if seen.key != key or len(seen.texts) + len(seen.runs) > _MANY:
            self._seen = seen = _Seen(key)
        return seen

    def _tokens(self, text: str) -> Iterator[int]:
        """Where each begins."""
        for run in _LETTERS.finditer(text):
            for start in range(run.start(), run.end() - TOKEN_LENGTH + 1):
                if self._is_token(text[start : start + TOKEN_LENGTH]):
                    yield start


def _cut_short(text: str, needles: Needles) -> Iterator[Span]:
    """What may be the beginning of a secret, where a text shows a value up to there. That of a token can't be looked
    up, but it hardly ever has letters of one kind alone."""
    for found in _CUT_SHORT.finditer(text):
        if sum(kind.search(found[0]) is not None for kind in (_LOWER, _UPPER, _DIGIT)) > 1:
            yield found.span()
    for found in _BEFORE_CUT.finditer(text):
        end = found.start()
        for secret in (*needles.plain, *needles.coded):
            length = _begun(secret, text[max(0, end - len(secret)) : end])
            if length:
                yield end - length, end


def _begun(secret: str, text: str) -> int:
    """How many of its first letters the text ends in: none, or LEAST and more."""
    if secret[:LEAST] not in text:
        return 0
    return next((count for count in range(len(text), LEAST - 1, -1) if text.endswith(secret[:count])), 0)


def _without(text: str, found: Iterable[Span]) -> str:
    made, at = list[str](), 0
    for start, end in sorted(found):
        if start >= at:
            made += [text[at:start], CUT]
        at = max(at, end)
    return "".join((*made, text[at:]))
