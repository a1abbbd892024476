"""The memory store against a naive one: whatever comes, goes, raises or is put back, both hold the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mock_daraja.model import Event
from mock_daraja.model.noun import ALL
from mock_daraja.store.memory import MemoryStore
from tests.store.nouns import ENTRIES, LINES, ORDERS, REMARKS, Entry, Line, Order, Price, Remark

LIMITS = {"orders": 2, "unpacked": 1, "order_bytes": 5, "entries": 1, "entry_bytes": 3}
NOUNS: tuple[Any, ...] = (ORDERS, LINES, REMARKS, ENTRIES)
BY_NAME: dict[Any, Any] = {noun.name: noun for noun in NOUNS}
TEXTS = ("a", "b", "c")


@dataclass
class Naive:
    """Reads everything there is for each answer. A unit is undone by going back to a copy."""

    rows: dict[str, dict[Any, Any]] = field(default_factory=lambda: {noun.name: {} for noun in NOUNS})
    done: dict[str, list[Any]] = field(default_factory=lambda: {noun.name: [] for noun in NOUNS})  # as they became it
    holders: dict[tuple[str, str, str], Any] = field(default_factory=dict)  # by noun, index and value
    amounts: dict[tuple[str, str], int] = field(default_factory=dict)
    due: list[Event] = field(default_factory=list)
    held: list[tuple[int, Event]] = field(default_factory=list)
    lent: list[Event] = field(default_factory=list)

    def copy(self) -> Naive:
        return Naive(
            {name: dict(rows) for name, rows in self.rows.items()},
            {name: list(keys) for name, keys in self.done.items()},
            dict(self.holders),
            dict(self.amounts),
            list(self.due),
            list(self.held),
            list(self.lent),
        )

    def snapshot(self) -> Naive:
        """Where nobody carries out anything."""
        made = self.copy()
        made.due, made.lent = made.due + made.lent, []
        return made

    def put(self, noun: Any, row: Any) -> None:
        key = noun.key(row)
        self._follow(noun, key, self.rows[noun.name].get(key), row)
        self.rows[noun.name][key] = row

    def remove(self, noun: Any, key: Any) -> bool:
        row = self.rows[noun.name].pop(key, None)
        if row is None:
            return False
        self._follow(noun, key, row, None)
        for child, index in noun.children:
            self.remove_ranks(child, index, key)
        return True

    def _follow(self, noun: Any, key: Any, old: Any, new: Any) -> None:
        for index in noun.unique:
            before, after = (set() if row is None else {*index.values(row)} for row in (old, new))
            for value in before - after:
                if self.holders.get((noun.name, index.name, value)) == key:
                    del self.holders[noun.name, index.name, value]
            for value in after - before:
                self.holders[noun.name, index.name, value] = key
        was, now = self._group(noun, old), self._group(noun, new)
        if was != now:
            self.done[noun.name] = [each for each in self.done[noun.name] if each != key]
            if now is not None:
                self.done[noun.name].append(key)

    def _group(self, noun: Any, row: Any) -> Any:
        kept = noun.retention
        if row is None or kept is None or not kept.done(row):
            return None
        if kept.by is None:
            return ALL
        (index,) = (each for each in noun.ranked if each.name == kept.by)
        return next((group for group, _ in index.values(row)), None)

    def end_unit(self) -> None:
        for noun in NOUNS:
            kept, rows = noun.retention, self.rows[noun.name]
            for key in self.done[noun.name] if kept else ():
                group = self._group(noun, rows[key])
                stay = [each for each in self.done[noun.name] if self._group(noun, rows[each]) == group]
                size = sum(kept.size(rows[each]) for each in stay)
                if len(stay) > LIMITS[kept.most] or (len(stay) > 1 and size > LIMITS[kept.most_bytes]):
                    self.remove(noun, key)

    def find(self, noun: Any, index: str, value: Any) -> Any:
        return self.rows[noun.name].get(self.holders.get((noun.name, index, value)))

    def scan(self, noun: Any, index: str | None = None, group: Any = ALL, *, least: int = -1) -> list[Any]:
        rows = self.rows[noun.name]
        if index is None:
            return [*rows.values()]
        (found,) = (each for each in noun.ranked if each.name == index)
        places = [(rank, key) for key, row in rows.items() for each, rank in found.values(row) if each == group]
        return [rows[key] for rank, key in sorted(places) if rank >= least]

    def counts(self, noun: Any, index: str) -> dict[Any, int]:
        (found,) = (each for each in noun.counted if each.name == index)
        return dict(Counter(value for row in self.rows[noun.name].values() for value in found.values(row)))

    def remove_ranks(self, noun: Any, index: str, group: Any, *, below: int | None = None) -> int:
        stay = [] if below is None else self.scan(noun, index, group, least=below)
        gone = [row for row in self.scan(noun, index, group) if row not in stay]
        return sum(self.remove(noun, noun.key(row)) for row in gone)

    def add(self, number: str, key: str, by: int) -> None:
        self.amounts[number, key] = self.amounts.get((number, key), 0) + by

    def numbers(self, number: str) -> dict[str, int]:
        return {key: amount for (each, key), amount in self.amounts.items() if each == number}

    def remove_numbers(self, number: str) -> None:
        self.amounts = {where: amount for where, amount in self.amounts.items() if where[0] != number}

    def next(self, counter: str) -> int:
        self.add("next", counter, 1)
        return self.amounts["next", counter]

    def add_event(self, due_ms: int, kind: str, subject: int, *, held: int | None = None) -> Event:
        event = Event(due_ms, self.next("event"), kind, subject)
        self.due += [event] if held is None else []
        self.held += [] if held is None else [(held, event)]
        return event

    def release(self, exchange: int) -> tuple[Event, ...]:
        released = [event for each, event in self.held if each == exchange]
        self.due += released
        self.held = [(each, event) for each, event in self.held if each != exchange]
        return tuple(released)

    def peek(self) -> Event | None:
        return min(self.due, default=None)

    def end(self, event: Event) -> bool:
        among = self.lent if event in self.lent else self.due
        there = event in among
        if there:
            among.remove(event)
        return there

    def lease(self, event: Event) -> bool:
        there = event in self.due
        if there:
            self.due.remove(event)
            self.lent.append(event)
        return there

    def give_back(self, event: Event) -> bool:
        there = event in self.lent
        if there:
            self.lent.remove(event)
            self.due.append(event)
        return there

    def leased(self) -> list[Event]:
        return sorted(self.lent)

    def remove_events(self, kind: str, subject: int) -> int:
        before = len(self.due) + len(self.held)
        self.due = [each for each in self.due if (each.kind, each.subject) != (kind, subject)]
        self.held = [each for each in self.held if (each[1].kind, each[1].subject) != (kind, subject)]
        return before - len(self.due) - len(self.held)

    def events(self) -> list[Event]:
        return sorted(self.due)


numbers = st.integers(1, 6)
texts = st.sampled_from(TEXTS)
some_texts = st.lists(texts, max_size=2, unique=True).map(tuple)
orders = st.builds(
    Order,
    id=numbers,
    references=some_texts,
    customer=st.none() | texts,
    tags=some_texts,
    at_ms=numbers,
    state=st.sampled_from(["closed", "closed", "open"]),
    body=st.integers(0, 4).map(bytes),
    price=st.none() | st.builds(Price, numbers),
)
lines = st.builds(Line, order=numbers, number=st.integers(1, 2), goods=st.just("") | texts)
remarks = st.builds(Remark, id=numbers, line=lines.map(lambda row: row.key))
entries = st.builds(Entry, id=numbers, topic=st.none() | texts, text=st.integers(0, 3).map("x".__mul__))
pending = st.builds(Entry, id=numbers, topic=texts, pending=st.just(True))
subjects = st.integers(1, 2)

puts = st.one_of(
    st.tuples(st.just("put"), st.just("order"), orders),
    st.tuples(st.just("put"), st.just("order"), orders),
    st.tuples(st.just("put"), st.just("line"), lines),
    st.tuples(st.just("put"), st.just("remark"), remarks),
    st.tuples(st.just("put"), st.just("entry"), entries | pending),
)
removals = st.one_of(
    st.tuples(st.just("remove"), st.just("order"), numbers),
    st.tuples(st.just("remove"), st.just("line"), lines.map(lambda row: row.key)),
    st.tuples(st.just("remove"), st.just("entry"), numbers),
    st.tuples(st.just("remove_ranks"), st.just("order"), st.just("tag"), texts),
    st.tuples(st.just("remove_below"), numbers),
)
others = st.one_of(
    st.tuples(st.just("add"), texts, texts, st.integers(-3, 3)),
    st.tuples(st.just("remove_numbers"), texts),
    st.tuples(st.just("add_event"), numbers, st.just("settle"), subjects),
    st.tuples(st.just("hold"), numbers, subjects, subjects),
    st.tuples(st.sampled_from(["end", "end", "lease", "lease"]), st.integers(0, 5)),
)
whole = st.one_of(  # each a unit of its own where there is none
    st.tuples(st.just("next"), texts),
    st.tuples(st.just("release"), subjects),
    st.tuples(st.just("give_back"), st.integers(0, 5)),
    st.tuples(st.just("remove_events"), st.just("settle"), subjects),
)
saves = st.tuples(st.sampled_from(["save", "restore"]))
some_steps = st.sampled_from([*[puts] * 6, *[removals] * 2, *[others] * 2, whole, saves]).flatmap(lambda step: step)
steps = st.lists(st.tuples(some_steps, st.booleans()), min_size=4, max_size=12)


class BrokenError(Exception):
    """What units of this test raise."""


class Stores(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryStore(LIMITS)
        self.naive = Naive()
        self.saved = self.store.snapshot(), self.naive.snapshot()
        self.last_change = 0

    def both(self, method: str, *arguments: Any, **named: Any) -> Any:
        expected = getattr(self.naive, method)(*arguments, **named)
        assert getattr(self.store, method)(*arguments, **named) == expected
        return expected

    def step(self, step: tuple[Any, ...]) -> None:
        match step:
            case "put" | "remove" as method, noun, value:
                self.both(method, BY_NAME[noun], value)
            case "remove_ranks", noun, index, group:
                self.both("remove_ranks", BY_NAME[noun], index, group)
            case "remove_below", rank:
                self.both("remove_ranks", ORDERS, "time", ALL, below=rank)
            case "hold", due_ms, subject, exchange:
                self.both("add_event", due_ms, "settle", subject, held=exchange)
            case "end" | "lease" | "give_back" as method, which:
                if events := self.naive.events() + self.naive.leased():
                    self.both(method, events[which % len(events)])
            case ("save",):
                self.saved = self.store.snapshot(), self.naive.snapshot()
            case ("restore",):
                self.store.restore(self.saved[0])
                self.naive = self.saved[1].copy()
            case method, *arguments:
                self.both(method, *arguments)

    def carry_out(self, steps: list[tuple[tuple[Any, ...], bool]]) -> None:
        for step, in_unit_of_its_own in steps:
            if in_unit_of_its_own:
                with self.store.unit():
                    self.step(step)
            else:
                self.step(step)

    @rule(steps=steps)
    def unit(self, steps: list[Any]) -> None:
        with self.store.unit():
            self.carry_out(steps)
        self.naive.end_unit()

    @rule(steps=steps, inner=st.booleans())
    def unit_that_raises(self, steps: list[Any], inner: bool) -> None:
        before, change = self.naive.copy(), self.store.change
        try:
            with self.store.unit():
                self.carry_out(steps)
                if inner:
                    with self.store.unit():
                        raise BrokenError
                raise BrokenError
        except BrokenError:
            self.naive = before
        assert self.store.change == change

    @rule(step=whole | saves)
    def without_a_unit(self, step: tuple[Any, ...]) -> None:
        self.step(step)
        self.naive.end_unit()

    @invariant()
    def rows_are_the_same(self) -> None:
        for noun in NOUNS:
            expected = self.naive.scan(noun)
            assert [*self.store.scan(noun)] == expected
            assert [*self.store.scan(noun, reverse=True)] == expected[::-1]
            assert [*self.store.scan(noun, limit=2)] == expected[:2]
            assert self.store.count(noun) == len(expected)
            assert [self.store.get(noun, noun.key(row)) for row in expected] == expected

    @invariant()
    def indexes_are_the_same(self) -> None:
        for noun, index in ((ORDERS, "reference"), (ORDERS, "open"), (LINES, "goods")):
            for text in TEXTS:
                assert self.store.find(noun, index, text) == self.naive.find(noun, index, text)
        for place in ((group, number) for group in (ALL, *TEXTS) for number in range(1, 8)):
            assert self.store.find(ORDERS, "place", place) == self.naive.find(ORDERS, "place", place)
        groups: list[tuple[Any, str, Any]] = [(ORDERS, "time", ALL)]
        groups += [(noun, index, text) for noun, index in ((ORDERS, "tag"), (ENTRIES, "topic")) for text in TEXTS]
        groups += [(LINES, "order", number) for number in (1, 2, 3)]
        groups += [(REMARKS, "line", f"{number}/1") for number in (1, 2)]
        for where in groups:
            expected = self.naive.scan(*where)
            assert [*self.store.scan(*where)] == expected
            assert [*self.store.scan(*where, reverse=True)] == expected[::-1]
            assert [*self.store.scan(*where, least=3)] == self.naive.scan(*where, least=3)
            assert self.store.count(*where) == len(expected)
            assert self.store.count(*where, least=3) == len(self.naive.scan(*where, least=3))
        assert self.store.counts(ORDERS, "tag-state") == self.naive.counts(ORDERS, "tag-state")

    @invariant()
    def numbers_and_events_are_the_same(self) -> None:
        for text in TEXTS:
            assert [*self.store.numbers(text).items()] == [*self.naive.numbers(text).items()]
        assert self.store.events() == self.naive.events()
        assert sorted(self.store.leased()) == self.naive.leased()
        assert self.store.peek() == self.naive.peek()

    @invariant()
    def the_change_never_falls(self) -> None:
        assert self.store.change >= self.last_change
        self.last_change = self.store.change


TestStores = Stores.TestCase
TestStores.settings = settings(max_examples=40, stateful_step_count=30)
