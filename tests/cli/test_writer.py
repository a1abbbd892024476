"""Lines written beside whoever has them to write: in order, bounded, and never waited for."""

from __future__ import annotations

import io
import logging
import os
from collections.abc import Iterator
from typing import IO, TextIO

import pytest

from mock_daraja.cli.writer import Writer, WriterHandler
from tests.waits import happens

SECONDS = 10


@pytest.fixture
def pipe() -> Iterator[tuple[IO[bytes], TextIO]]:
    """Both ends of a pipe."""
    receiver, sender = os.pipe()
    with os.fdopen(receiver, "rb") as reading, os.fdopen(sender, "w", encoding="utf-8") as writing:
        yield reading, writing


def test_lines_keep_their_order_and_are_there_at_the_end() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    writer = Writer(stream)

    for number in range(1000):
        writer.write(f"line {number}")
    writer.close("the end")

    written = stream.buffer.getvalue().decode().splitlines()  # type: ignore[attr-defined]  # it is a BytesIO
    assert written == [*(f"line {number}" for number in range(1000)), "the end"]


def test_a_stream_of_text_alone_will_do() -> None:
    stream = io.StringIO()
    writer = Writer(stream)

    writer.write("a line")
    writer.close()

    assert stream.getvalue() == "a line\n"


def test_without_a_stream_nothing_is_written() -> None:
    writer = Writer(None)

    writer.write("a line")
    writer.close("the end")


def test_a_full_pipe_holds_nobody_up_and_says_how_many_lines_it_cost(pipe: tuple[IO[bytes], TextIO]) -> None:
    reading, writing = pipe
    writer = Writer(writing, most=10_000)

    for number in range(4000):  # more than the pipe and the bound hold
        writer.write(f"{number:<100}")
    writer.close("the end", 0.01)
    lines = [*iter(lambda: next(reading).decode().strip(), "the end")]

    numbers = [int(each) for each in lines if each.isdigit()]
    lost = [each for each in lines if not each.isdigit()]
    assert numbers == sorted(numbers)
    assert len(numbers) < 4000
    dropped = sum(int(each.split()[1]) for each in lost)
    assert dropped + len(numbers) == 4000
    assert all(each.endswith(" dropped here: nobody read them") for each in lost)


def test_lines_that_were_lost_for_lack_of_memory_say_so() -> None:
    class Poor(io.StringIO):
        lacks = True

        def write(self, text: str, /) -> int:
            if self.lacks:
                self.lacks = False
                raise MemoryError
            return super().write(text)

    stream = Poor()
    writer = Writer(stream)

    writer.write("a line")
    assert happens(lambda: writer._dropped)
    writer.close("the end", seconds=SECONDS)

    assert stream.getvalue() == "mock-daraja: 1 line was dropped here: there was no memory to write them\nthe end\n"


def test_nothing_is_written_once_nobody_reads(pipe: tuple[IO[bytes], TextIO]) -> None:
    reading, writing = pipe
    writer = Writer(writing)
    reading.close()

    writer.write("a line")
    writer.close("the end")

    assert not writer._thread.is_alive()


def test_a_pipe_that_does_not_wait_is_written_whole(pipe: tuple[IO[bytes], TextIO]) -> None:
    reading, writing = pipe
    os.set_blocking(writing.fileno(), False)
    writer = Writer(writing)

    writer.write("x" * 300_000)
    line = next(reading)
    writer.close(seconds=SECONDS)

    assert line == b"x" * 300_000 + b"\n"


def test_what_is_logged_is_written_with_its_traceback_and_no_secrets() -> None:
    stream = io.StringIO()
    writer = Writer(stream)
    logger = logging.Logger("made up")
    logger.addHandler(WriterHandler(writer.write))

    try:
        raise OSError("{'Password': 'abcdefg'}")
    except OSError:
        logger.exception("it failed")
    writer.close()

    assert stream.getvalue().startswith("it failed\nTraceback (most recent call last):\n")
    assert stream.getvalue().endswith("OSError: {'Password': '***'}\n")
