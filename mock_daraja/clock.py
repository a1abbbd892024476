"""The sandbox's time, and the only caller of the computer's clock.

Times are integer milliseconds since the epoch. Rounding is downwards, so nothing that waits for a time
ever sees it early. Daraja prints East Africa Time (UTC+3, no daylight saving).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from math import inf
from threading import Lock, get_ident, local
from typing import Final, Literal, TypeVar

from msgspec import Struct

from mock_daraja.errors import Problem
from mock_daraja.quoting import shown

T = TypeVar("T")
Mode = Literal["real", "scaled", "manual", "auto"]
MODES: Final = ("real", "scaled", "manual", "auto")
EAT: Final = timezone(timedelta(hours=3), "EAT")
_EAT_MS: Final = 3 * 3_600_000
_DAY_MS: Final = 24 * 3_600_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_EAT: Final = _EPOCH.astimezone(EAT)
LAST_MS: Final = 253_000_000_000_000  # in 9987, and as far as a clock is set or moved: dates end with 9999

_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_OF_NUMBERS: Final = frozenset("0123456789.eE+-")
"""Python's float takes more: 1_0, blanks, digits of other scripts."""

_AT_IT_S: Final = 0.0005
_LONGEST_S: Final = 0.005  # that one unit is taken to last
_LATELY_S: Final = 0.25  # in which a thread had a break that is still at it
_BREAK_S: Final = 0.0 if sys.platform == "win32" else 1e-6
"""Makes a twentieth of a millisecond on Linux; none gives nobody the time to wake up. On Windows it could be 15 ms."""

monotonic = time.monotonic


class ClockSetting(Struct, frozen=True):
    """How a clock runs: `real`, `scaled:60`, `manual` or `auto`, as people write it."""

    mode: Mode = "real"
    factor: float = 1.0

    @classmethod
    def parse(cls, text: str) -> ClockSetting:
        """Raises Problem, naming the text, for anything but the four forms."""
        mode, _, factor = text.partition(":")
        if mode == "scaled" and _OF_NUMBERS.issuperset(factor):
            with suppress(ValueError):
                times = float(factor)
                if 0 < times <= 1_000_000:
                    return cls("scaled", times)
        elif mode in MODES and not factor:
            return cls(mode, 1.0)  # type: ignore[arg-type]  # narrowed by the look-up in MODES
        raise Problem(f"{shown(text)} is not a clock", remedy="use real, scaled:60 (60 times faster), manual or auto")

    def __str__(self) -> str:
        return f"scaled:{self.factor:g}" if self.mode == "scaled" else self.mode


class Breaks:
    """Of threads with much to compute, so that others come to their turn. `with` it a thread is at something; where it
    `may_pause` between two units of that, there is a break, once it has computed for half a millisecond since the last.
    A short one; but where several are at something long, as long as the others take, so that all of them together
    compute no more than one would."""

    def __init__(self) -> None:
        self._mine = local()  # `since`: what this thread had computed at its last break
        self._ended: dict[int, float] = {}  # by thread that is at something long: when its last break was over

    def __enter__(self) -> None:
        self._mine.since = time.thread_time()

    def __exit__(self, *_: object) -> None:
        self._ended.pop(get_ident(), None)

    def may_pause(self) -> None:
        took = time.thread_time() - getattr(self._mine, "since", inf)
        if took >= _AT_IT_S:
            me, now = get_ident(), time.monotonic()
            others = sum(each != me and now - at < _LATELY_S for each, at in [*self._ended.items()])
            time.sleep(_BREAK_S + others * min(took, _LONGEST_S))
            self._mine.since, self._ended[me] = time.thread_time(), time.monotonic()


def paced(many: Iterable[T], pause: Callable[[], object]) -> Iterator[T]:
    """The same, with a pause before each: none takes long, but all of them may."""
    for each in many:
        pause()
        yield each


def wall_ms() -> int:
    """The computer's own time."""
    return time.time_ns() // 1_000_000


def eat(ms: int) -> datetime:
    return _EPOCH_EAT + timedelta(milliseconds=ms)


def eat_digits(ms: int) -> str:
    """yyyyMMddHHmmss in EAT, the form of Timestamp and TransactionDate."""
    day, rest = divmod(ms + _EAT_MS, _DAY_MS)
    return f"{_day_digits(day)}{rest // 3_600_000:02}{rest // 60_000 % 60:02}{rest // 1000 % 60:02}"


@lru_cache(maxsize=16)  # nearly all that is asked for is of today
def _day_digits(day: int) -> str:
    return eat(day * _DAY_MS).strftime("%Y%m%d")


def eat_dotted(ms: int) -> str:
    """dd.MM.yyyy HH:mm:ss in EAT, the form of B2C's TransactionCompletedDateTime alone."""
    return eat(ms).strftime("%d.%m.%Y %H:%M:%S")


def http_date_of(seconds: int) -> str:
    """As HTTP writes it, whatever the locale. The standard library's own comes with a package for e-mail, which takes
    a server's start 2 ms."""
    at = time.gmtime(seconds)
    day, month = _WEEKDAYS[at.tm_wday], _MONTHS[at.tm_mon - 1]
    return f"{day}, {at.tm_mday:02} {month} {at.tm_year:04} {at.tm_hour:02}:{at.tm_min:02}:{at.tm_sec:02} GMT"


def start_of_day(ms: int) -> int:
    """Midnight in EAT before `ms`."""
    return ms - (ms + _EAT_MS) % _DAY_MS


def is_timestamp(text: str) -> bool:
    """Whether `text` is yyyyMMddHHmmss of a day and time that there is. Quicker than strptime: every push asks."""
    if len(text) != 14 or not (text.isascii() and text.isdigit()):
        return False
    month, day = int(text[4:6]), int(text[6:8])
    try:
        datetime(int(text[:4]), month, day, int(text[8:10]), int(text[10:12]), int(text[12:]))  # noqa: DTZ001 - no zone needed
    except ValueError:
        return False
    return True


def parse_instant(text: str) -> int:
    """An ISO 8601 date and time to milliseconds; without an offset it is EAT. Raises Problem."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Problem(f"{shown(text)} is not a date and time", remedy="write it as 2026-11-24T10:00:00+03:00") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=EAT)
    return (moment - _EPOCH) // timedelta(milliseconds=1)


class Clock:
    """One sandbox's time. A manual or auto clock stands still until `move_to`."""

    def __init__(self, setting: ClockSetting, start_ms: int | None = None) -> None:
        self._lock = Lock()
        self._sleepers: dict[object, tuple[int, Callable[[], None]]] = {}
        self._endings: dict[object, Callable[[], None]] = {}
        self.setting = setting
        self.patience_s: float | None = None  # of the computer, for a client that waits on it; None: it may for ever
        self.on_change: Callable[[], None] = lambda: None  # somebody begins to wait on it, or it was switched
        self.on_move: Callable[[int], None] = lambda ms: None  # called with the time that a standing clock was moved to
        self._start(wall_ms() if start_ms is None else start_ms)

    def _start(self, now_ms: int) -> None:
        self._base_ms = now_ms
        self._base_ns = time.monotonic_ns()
        self.stands_still = self.setting.mode in ("manual", "auto")
        """Whether time passes only when it is moved."""

    def now(self) -> int:
        if self.stands_still:
            return self._base_ms
        passed = time.monotonic_ns() - self._base_ns
        factor = self.setting.factor
        return self._base_ms + (passed if factor == 1 else int(passed * factor)) // 1_000_000

    def switch(self, setting: ClockSetting) -> None:
        """Run differently from now on; the time itself does not jump."""
        with self._lock:
            now = self.now()
            self.setting = setting
            self._start(now)
        self._tell_sleepers()
        self.on_change()

    def move_to(self, ms: int) -> None:
        """Move a standing clock forward; it never goes back."""
        self.put_back(max(self._base_ms, ms))

    def put_back(self, ms: int) -> None:
        """Set a standing clock to a time it has had before, as its sandbox is restored to that time."""
        with self._lock:
            self._base_ms = ms
            self.on_move(ms)
        self._tell_sleepers(ms)

    def seconds_until(self, due_ms: int) -> float:
        """The computer's seconds until `due_ms`, on a clock that runs. Rounded up, so that it is never early."""
        return max(0.0, (due_ms - self.now()) / 1000 / self.setting.factor)

    # whoever waits

    def add_sleeper(self, sleeper: object, due_ms: int, look: Callable[[], None]) -> None:
        """Somebody waits for a time. `look` is called, in any thread, whenever the clock has been moved or switched."""
        with self._lock:
            self._sleepers[sleeper] = due_ms, look
        self.on_change()

    def remove_sleeper(self, sleeper: object) -> None:
        with self._lock:
            self._sleepers.pop(sleeper, None)

    def at_end(self, sleeper: object, ring: Callable[[], None] | None) -> None:
        """Call this, in any thread, when nobody will wait for the clock any more. None calls it off."""
        with self._lock:
            if ring is None:
                self._endings.pop(sleeper, None)
            else:
                self._endings[sleeper] = ring

    def end(self) -> None:
        with self._lock:
            rings = [*self._endings.values()]
        for ring in rings:
            ring()

    def next_sleeper(self) -> int | None:
        """The earliest time that somebody waits for on a standing clock."""
        with self._lock:
            return min((due_ms for due_ms, _ in self._sleepers.values() if due_ms > self._base_ms), default=None)

    def _tell_sleepers(self, until_ms: int | None = None) -> None:
        """Those whose time has come by then, or all."""
        with self._lock:
            looks = [look for due_ms, look in self._sleepers.values() if until_ms is None or due_ms <= until_ms]
        for look in looks:
            look()
