"""An outcome in one word: the name of a story that has just one, or of a fault; a code; a status of the gateway."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from mock_daraja.errors import Problem
from mock_daraja.fields import nearest
from mock_daraja.model import Outcome
from mock_daraja.quoting import shown
from mock_daraja.scenarios.library import Library
from mock_daraja.scenarios.model import Match, Nth, Rule, Scenario
from mock_daraja.scenarios.selectors import is_error_code
from mock_daraja.scenarios.then import THEN

ANYBODYS: Final = ("faults", "gateway")
"""Folders of stories that any product may meet."""
_OF_A_CALLBACK: Final = ("", "callback-", "result-", "confirmation-")  # `lost` is callback-lost, or result-lost
_NOTHING: Final = Outcome()
_FIRST: Final = (None, Nth(1, 1))  # of what matches: the next one is
STATUSES: Final[Mapping[int, Mapping[str, str]]] = {
    403: {"page": "waf"},
    404: {"page": "empty-404"},
    413: {"page": "body-too-big"},
    500: {"error": "500.003.02"},
    503: {"page": "waf-503"},
    504: {"page": "gateway-timeout"},
}
"""What the hosts in front of Daraja answer with (requests.md §1.5): of 503 the WAF's page alone is attested, and busy
is 500."""

Then = Mapping[str, Any]


def of_status(status: int) -> Then:
    """Raises Problem on a status that the gateway never gave."""
    if status in STATUSES:
        return STATUSES[status]
    remedy = f"give one of {', '.join(map(str, STATUSES))}; the fault wrong-status gives any: "
    remedy += f'{{"fault": {{"name": "wrong-status", "status": {status}}}}}'
    raise Problem(f"http is {status}, with which the gateway was never seen to answer", where="http", remedy=remedy)


def of_code(code: str, product: str) -> Then:
    return {"error" if is_error_code(code, product) else "result": code}


def of_word(word: str, product: str, operations: Iterable[str], library: Library) -> tuple[str | None, Then]:
    """The first of these operations that the story of this name is about, and its outcome; None: it is about all that
    the product has. Raises Problem, with the nearest, where there is no such story."""
    there = {*library.names()}
    for folder in (product.replace("-", "_"), *ANYBODYS):
        for prefix in _OF_A_CALLBACK:
            name = f"{folder}/{prefix}{word}"
            if name in there and (rules := _rules(library.find(name))):
                then = THEN.written(rules[0].outcomes[0])
                if folder in ANYBODYS:
                    return None, then
                return _operation(word, rules, operations), then
    raise _unknown(word, product, library)


def words(product: str, library: Library) -> list[str]:
    """The names of its stories that have one outcome, and of those of anybody."""
    folders = (product.replace("-", "_"), *ANYBODYS)
    names = [each for each in library.names() if each.rpartition("/")[0] in folders]
    return sorted(each.rpartition("/")[2] for each in names if _rules(library.find(each)))


def _rules(story: Scenario) -> list[Rule]:
    """Those of a story with one outcome, each for another operation; none where it has several."""
    rules = [each for each in story.rules if each.outcomes != (_NOTHING,)]
    is_one = len({each.outcomes for each in rules}) == 1 and all(map(_is_plain, rules))
    return rules if is_one else []


def _is_plain(rule: Rule) -> bool:
    when = rule.when
    asks_no_more = when in [Match(operation=when.operation, product=when.product, nth=nth) for nth in _FIRST]
    return asks_no_more and len(rule.outcomes) == 1 and rule.probability == 1 and rule.outcomes[0].goto is None


def _operation(word: str, rules: list[Rule], operations: Iterable[str]) -> str | None:
    if any(each.when.operation is None for each in rules):
        return None
    told = [str(each.when.operation) for each in rules]
    for operation in operations:
        if operation in told:
            return operation
    raise Problem(f"{word} is no outcome of {' or '.join(operations)}", remedy=f"it is one of {', '.join(told)}")


def _unknown(word: str, product: str, library: Library) -> Problem:
    known = words(product, library)
    near = nearest(word, [*known, *shorter(known)])
    remedy = f"did you mean {shown(near)}? " if near else f"the words are {', '.join(known)}; "
    remedy += f"`mock-daraja codes --product {product}` lists its codes"
    return Problem(f"{product} has no outcome {shown(word)}", where="then", remedy=remedy)


def shorter(known: Iterable[str]) -> Iterator[str]:
    """The same without what says that it is about a callback."""
    for word in known:
        yield from (word.removeprefix(each) for each in _OF_A_CALLBACK if each and word.startswith(each))
