"""How pytest reports a test that failed by one of our assertions: without our frames, the last line as its summary."""

from __future__ import annotations

import sysconfig
from pathlib import Path
from traceback import walk_tb
from types import FrameType, TracebackType
from typing import Any, Final

import pytest

from mock_daraja.errors import Problem

_PACKAGE: Final = str(Path(__file__).resolve().parents[1])
_OTHERS: Final = (_PACKAGE, *(sysconfig.get_paths()[each] for each in ("stdlib", "purelib", "platlib")))
"""Where no code of the test's or the app's is: what a client makes on its way to an error of ours says nothing."""


def without_our_frames(item: pytest.Item, call: pytest.CallInfo[None]) -> bool:
    """Whether one of our assertions failed, or a verb was used wrongly: then the test's own frames are all that is
    shown, unless pytest was told to show everything."""
    error = None if call.excinfo is None else call.excinfo.value
    if not isinstance(error, (AssertionError, Problem, pytest.fail.Exception)) or error.__traceback__ is None:
        return False
    frames = [frame for frame, _ in walk_tb(error.__traceback__) if "__tracebackhide__" not in frame.f_locals]
    if not frames or not _is_ours(frames[-1]):
        return False
    error.__suppress_context__ = True  # what we made it of
    own = _own(error.__traceback__)
    if own is not None and not item.config.getoption("fulltrace"):
        call.excinfo = pytest.ExceptionInfo.from_exc_info((type(error), error.with_traceback(own), own))
    return True


def _own(trace: TracebackType | None) -> TracebackType | None:
    if trace is None:
        return None
    rest = _own(trace.tb_next)
    if trace.tb_frame.f_code.co_filename.startswith(_OTHERS):
        return rest
    return TracebackType(rest, trace.tb_frame, trace.tb_lasti, trace.tb_lineno)


def _is_ours(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(_PACKAGE)


def say_the_last_line(report: pytest.TestReport, error: BaseException) -> None:
    """In the summary, and wherever else one line is shown of a failure. Of a verb that was used wrongly it is the
    first: what there is to do stands below."""
    crash: Any = getattr(report.longrepr, "reprcrash", None)
    if crash is not None and not isinstance(error, Problem):
        crash.message = crash.message.rstrip().rpartition("\n")[2].strip()
