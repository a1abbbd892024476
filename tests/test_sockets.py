"""How many sockets there are, and who gets how many of them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mock_daraja import sockets

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")


@pytest.mark.parametrize(
    ("files", "selectable", "share"),
    [
        (None, None, (512, 1024)),
        (65_536, None, (512, 1024)),
        (2048, None, (512, 988)),
        (1024, None, (476, 476)),
        (64, None, (24, 24)),
        (1, None, (1, 1)),
        (None, 440, (220, 220)),
        (None, 2000, (512, 1000)),
    ],
)
def test_callbacks_have_at_most_half_and_clients_what_is_left(
    files: int | None, selectable: int | None, share: tuple[int, int]
) -> None:
    assert sockets.shared(512, 1024, files, selectable) == share


def test_few_callbacks_leave_more_to_clients() -> None:
    assert sockets.shared(512, 40, None, 440) == (400, 40)


def limits(script: str) -> str:
    """What a process of its own prints, since the limit is one of the process."""
    head = "import resource\nfrom mock_daraja import sockets\nNOFILE = resource.RLIMIT_NOFILE\n"
    done = subprocess.run([sys.executable, "-c", head + script], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@posix
def test_the_limit_is_raised_to_what_is_allowed() -> None:
    script = "resource.setrlimit(NOFILE, (100, 900)); sockets.raise_limit(); print(sockets.open_files())"

    assert limits(script) == "900"


@posix
def test_a_higher_limit_is_left_alone() -> None:
    script = "resource.setrlimit(NOFILE, (900, 900)); sockets.raise_limit(); print(sockets.open_files())"

    assert limits(script) == "900"


@posix
def test_a_limit_that_the_system_does_not_take_is_tried_lower() -> None:
    script = (
        "asked = []\n"
        "def refuse(_, limits):\n"
        "    asked.append(limits[0])\n"
        "    if limits[0] > 20_000: raise ValueError('too high')\n"
        "resource.getrlimit = lambda _: (256, resource.RLIM_INFINITY)\n"
        "resource.setrlimit = refuse\n"
        "sockets.raise_limit(); print(asked)"
    )

    assert limits(script) == "[262144, 10240]"
