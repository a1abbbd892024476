"""The card for people. Whole ones of real flows stand in tests/journal/golden."""

from __future__ import annotations

from mock_daraja.journal.report import Check, Evidence, Report
from mock_daraja.journal.report.text import report_text

FAILED = Check(
    "a", "Does it", "fail", "no", tuple(Evidence(f"x{n}", "it did not") for n in range(8, 15)), "do", "oauth.md#oauth"
)


def shown(*checks: Check) -> str:
    return Report("mine", 7, 1, 0, 0, 90_000, checks).text


def test_a_check_shows_summary_evidence_remedy_and_docs() -> None:
    assert shown(FAILED) == (
        "Report card of sandbox mine: 7 exchanges, 1 transaction, 0 callbacks\n"
        "requests from 1970-01-01 03:00:00 to 1970-01-01 03:01:30 EAT, on the sandbox's clock\n"
        "\n"
        "fail      Does it\n"
        "          no\n"
        "            x8   it did not\n"
        "            x9   it did not\n"
        "            x10  it did not\n"
        "            x11  it did not\n"
        "            x12  it did not\n"
        "            ...  and 2 more: --json lists them\n"
        "          remedy: do\n"
        "          docs:   mock-daraja docs oauth#oauth\n"
        "\n"
        "1 failed, 0 to look at, 0 passed, 0 not seen\n"
    )


def test_verdicts_are_painted_in_their_roles() -> None:
    text = report_text(
        Report("mine", 0, 0, 0, None, None, (FAILED, Check("b", "And this", "pass", "yes"))).json(),
        lambda words, role: f"<{role}>{words}</{role}>",
    )

    assert "<bad>fail      </bad><start>Does it</start>" in text
    assert "<good>pass      </good><start>And this</start>" in text


def test_what_a_client_sent_never_reaches_a_terminal_raw() -> None:
    check = Check("a", "Does it", "warn", "\x1b[2J", (Evidence("x1", "\u202e\n"),), "\x1b")

    text = shown(check)

    assert "\x1b" not in text
    assert "\\x1b[2J" in text
