"""What is secret by its value, wherever and however it is written: secrets, passkeys, passwords, access tokens. What is
secret by its name or place alone, because nobody here knows it or it is short, is redact.py's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from threading import Lock
from typing import Any, Final

from msgspec import Struct, field

from mock_daraja.errors import Problem
from mock_daraja.ids import TOKEN_LENGTH
from mock_daraja.journal.needles import LEAST, PUBLIC, Needles, Value
from mock_daraja.journal.readings import Span, decoded, in_base64, span_in_base64
from mock_daraja.journal.redact import CUT, redact_query, redact_text
from mock_daraja.regexes import later

_LETTERS: Final = later(rf"[A-Za-z0-9]{{{TOKEN_LENGTH},}}")
_RUN: Final = later(rf"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{{{TOKEN_LENGTH},}}")  # a token may be in, or base64
_TOKEN_IN_BASE64: Final = TOKEN_LENGTH * 4 // 3
_LONG, _MANY = 200, 10_000  # names of fields, paths: what comes again and again
_LONGEST: Final = 1024  # of a value that is longer, so many characters are looked for
_MOST_VALUES: Final = 10_000
_MOST_TOKENS: Final = 20_000  # given out last, whether they have ended or not: ten times as many as exchanges are kept
_CREDENTIAL_LENGTH: Final = 340  # of base64 of 256 bytes: a SecurityCredential
_READ_AS_FORM: Final = later(rf"[A-Za-z0-9/ ]{{{_CREDENTIAL_LENGTH},}}")  # one, its `+` read as blanks
_MOST_BLANKS: Final = 20  # of 344 characters, of which 5 are `+`; words have more
_LEAST_OF_A_KIND: Final = 12  # each twelfth letter is a digit at least: in base64 each sixth
_LOWER, _UPPER, _DIGIT = later("[a-z]"), later("[A-Z]"), later("[0-9]")
_MARKS: Final = ("...", "\N{HORIZONTAL ELLIPSIS}")  # of what was cut: quoting.py's, and that of scenario problems
_MARK: Final = rf"(?:\.\.\.|{_MARKS[1]})"
_CUT_SHORT: Final = later(rf"[A-Za-z0-9+/_=%-]{{{LEAST},{_TOKEN_IN_BASE64}}}(?={_MARK})")
_WORD: Final = later("[A-Z]?[a-z]+|[A-Z]+")
_BEFORE_CUT: Final = later(rf"(?:\\(?:u[0-9A-Fa-f]{{0,3}}|x[0-9A-Fa-f]?)?|%[0-9A-Fa-f]?)?{_MARK}")  # in an escape, too


class _Seen(Struct):
    """What was looked through and had nothing to hide, as long as `key` says that no secret has come."""

    key: tuple[int, int]
    texts: set[str] = field(default_factory=set)
    runs: set[str] = field(default_factory=set)  # of letters, that hold no token


class KnownSecrets:
    """What has been a secret stays one, since what it stood in is kept. Of values that have ended many are known: once
    they are too many, `values` gives those that there are. `is_token` looks one up among access tokens, which grow
    without end, and `change` is another number once there are others; of those that have ended the latest are known.
    For any thread."""

    def __init__(
        self,
        is_token: Callable[[str], bool],
        change: Callable[[], int] = int,
        values: Callable[[], Iterable[Value]] = tuple,
    ) -> None:
        self._is_current = is_token
        self._change = change
        self._values = values
        self._lock = Lock()
        self._known: dict[str, bool] = {}  # and whether as a passkey
        self._version = 0
        self._most = _MOST_VALUES
        self._tokens_given: dict[str, None] = {}
        self._needles = Needles()
        self._seen = _Seen((0, 0))

    def add(self, value: str | None, *, is_passkey: bool = False) -> None:
        """A secret that there is from now on."""
        value = (value or "")[:_LONGEST]
        if not _is_secret(value) or self._known.get(value, -1) >= is_passkey:
            return
        with self._lock:
            self._add(value, is_passkey=is_passkey)

    def add_all(self, values: Iterable[Value]) -> None:
        for value, is_passkey in values:
            self.add(value, is_passkey=is_passkey)

    def _add(self, value: str, *, is_passkey: bool) -> None:
        self._needles.add(value, is_passkey=is_passkey)
        self._known[value] = is_passkey
        self._version += 1

    def _forget_former(self) -> None:
        """What asks for `values` waits for sandboxes, and whoever has one may be adding: so not under the lock."""
        before = len(self._known)
        current = [(value[:_LONGEST], is_passkey) for value, is_passkey in self._values() if _is_secret(value)]
        with self._lock:
            since = [*self._known.items()][before:]
            self._needles, self._known = Needles(), {}
            for value, is_passkey in (*current, *since):
                self._add(value, is_passkey=is_passkey)
            self._most = 2 * len(self._known) + _MOST_VALUES

    def add_token(self, token: str) -> None:
        """One that is given out now."""
        with self._lock:
            self._tokens_given[token] = None
            if len(self._tokens_given) > _MOST_TOKENS:
                del self._tokens_given[next(iter(self._tokens_given))]

    def _is_token(self, text: str) -> bool:
        return text in self._tokens_given or self._is_current(text)

    def hide(self, text: str) -> str:
        """The text, with *** for each secret."""
        if len(self._known) > self._most:
            self._forget_former()
        needles = self._needles
        if len(text) < (LEAST if needles.plain else TOKEN_LENGTH):
            return text
        seen = self._seen_so_far()
        if text in seen.texts:
            return text
        found = self._found(text, needles, seen.runs)
        is_cut = any(mark in text for mark in _MARKS)
        if "%" in text or "\\" in text or "\n" in text:
            for reading in decoded(text):
                spans = self._found(reading.text, needles, seen.runs)
                spans += _cut_short(reading.text, needles) if is_cut else ()
                found += [reading.original(*span) for span in spans]
        if is_cut:
            found += _cut_short(text, needles)
        if found:
            return _without(text, found)
        if len(text) < _LONG:
            seen.texts.add(text)
        return text

    def hide_in(self, value: Any) -> Any:
        """A value of JSON, with each of its texts so. An iterator in it stays one."""
        return self._hidden(value, LEAST if self._needles.plain else TOKEN_LENGTH)

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
        if " " in text and len(text) >= _CREDENTIAL_LENGTH:
            found += _credentials_read_as_forms(text)
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


def _is_secret(value: str) -> bool:
    return len(value) >= LEAST and value not in PUBLIC


def _credentials_read_as_forms(text: str) -> Iterator[Span]:
    for run in _READ_AS_FORM.finditer(text):
        letters = run[0]
        is_mixed = all(
            _LEAST_OF_A_KIND * len(kind.findall(letters)) >= len(letters) for kind in (_LOWER, _UPPER, _DIGIT)
        )
        if is_mixed and letters.count(" ") * _CREDENTIAL_LENGTH <= _MOST_BLANKS * len(letters):
            yield run.span()


def _cut_short(text: str, needles: Needles) -> Iterator[Span]:
    """What may be the beginning of a secret, where a text shows a value up to there. That of a token can't be looked
    up, but it hardly ever has letters of one kind alone."""
    for found in _CUT_SHORT.finditer(text):
        if _WORD.fullmatch(found[0]) is None and _kinds(found[0]) > 1:
            yield found.span()
    for found in _BEFORE_CUT.finditer(text):
        end = found.start()
        for secret in (*needles.plain, *needles.coded):
            length = _begun(secret, text[max(0, end - len(secret)) : end])
            if length:
                yield end - length, end


def _kinds(text: str) -> int:
    return sum(kind.search(text) is not None for kind in (_LOWER, _UPPER, _DIGIT))


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
