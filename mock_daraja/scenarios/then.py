"""The words of a rule's `then`, and of the `callback` in it.

A new word is a row here, its field in model/outcome.py, and its type and description in schemas/scenario.json.
"""

from __future__ import annotations

from typing import Final

from mock_daraja.errors import Problem
from mock_daraja.model import CallbackPlan, FaultSpec, Outcome
from mock_daraja.scenarios.document import Node
from mock_daraja.scenarios.model import as_text
from mock_daraja.scenarios.words import Codec, Vocabulary, Word


def _code(node: Node) -> str:
    return str(int(node.value) if isinstance(node.value, float) else node.value)


def _fault(node: Node) -> FaultSpec:
    fault = FaultSpec.of(node.value["name"], {name: value for name, value in node.value.items() if name != "name"})
    if node.known.fault is not None:
        try:
            node.known.fault(fault)
        except Problem as problem:
            node.refuse(f"{problem.where}: {problem.what}", problem.remedy)
    return fault


def _shown_fault(fault: FaultSpec) -> str:
    attributes = ", ".join(f"{name} {value}" for name, value in fault.attributes.items())
    return fault.name + (f" ({attributes})" if attributes else "")


_CODE: Final = Codec(_code)
_WHOLE: Final = Codec(lambda node: int(node.value))  # 2.0 is a whole number to JSON Schema
_SECONDS: Final = Codec(lambda node: round(node.value * 1000), lambda ms: ms / 1000, lambda ms: f"{ms / 1000:g} s")
_FAULT: Final = Codec(_fault, lambda fault: {"name": fault.name, **fault.attributes}, _shown_fault)
_QUERY: Final = Codec(lambda node: _code(node["result"]), lambda code: {"result": code})
_FORGED: Final = Codec(
    lambda node: tuple(node.value.items()),
    dict,
    lambda forge: ", ".join(f"{name} {as_text(value)}" for name, value in forge),
)


def _copies(plan: CallbackPlan) -> str:
    apart = f", {_SECONDS.show(plan.every_ms)} apart" if plan.every_ms else ""
    return f"the callback comes {plan.copies} times{apart}"


CALLBACK: Final = Vocabulary(
    CallbackPlan,
    Word("drop", say="the callback is lost"),
    Word("before_ack", say="the callback comes before the answer"),
    Word("delay", _SECONDS, "the callback comes {} later", field="delay_ms"),
    Word("copies", _WHOLE, _copies),
    Word("every", _SECONDS, field="every_ms"),
    Word("reorder", say="the last callback goes first"),
    Word("after_timeout", say="the result comes all the same, after the time-out"),
    Word("damage", say="the callback is {}"),
    Word("slow", _SECONDS, "the callback's body comes {} after its head", field="slow_ms"),
    Word("forge", _FORGED, "the callback is forged: {}"),
)


def _error(then: Outcome) -> str:
    status = f" (HTTP {then.status})" if then.status is not None else ""
    message = f": {then.error_message}" if then.error_message is not None else ""
    return f"error {then.error}{status}{message}"


def _result(then: Outcome) -> str:
    return f"result {then.result}" + ("" if then.result_desc is None else f": {then.result_desc}")


def _desc(then: Outcome) -> str:
    return f"ResultDesc: {then.result_desc}" if then.result is None else ""


_PLAN: Final = Codec(CALLBACK.read, CALLBACK.written, lambda plan: "; ".join(CALLBACK.said(plan)))
THEN: Final = Vocabulary(
    Outcome,
    Word("error", say=_error),
    Word("status", _WHOLE),
    Word("message", field="error_message"),
    Word("page", say="the page {}"),
    Word("fault", _FAULT, "the fault {}"),
    Word("executes", say="carried out all the same"),
    Word("never", say="accepted, and never heard of again"),
    Word("result", _CODE, _result, of_an_end=True),
    Word("desc", say=_desc, of_an_end=True, field="result_desc"),
    Word("after", _SECONDS, "final after {}", of_an_end=True, field="settle_ms"),
    Word("callback", _PLAN, "{}", of_an_end=True),
    Word("queue_timeout", say="QueueTimeOutURL is called instead of ResultURL", of_an_end=True),
    Word("query", _QUERY, "the query says {}", of_an_end=True, field="query_result"),
    Word("unattested", say="though M-Pesa was never seen to do so"),
    Word("goto", say="the scenario goes to state {}"),
)
OF_AN_END: Final = tuple(word.name for word in THEN.words if word.of_an_end)
