"""Kenyan mobile numbers: the 12-digit form Daraja wants, and the forms people write."""

from __future__ import annotations

import re
from typing import Final

from mock_daraja.quoting import shown

_DARAJA: Final = re.compile(r"254[17][0-9]{8}\Z")
_WRITTEN: Final = re.compile(r"(?:\+?254|0)?([17][0-9]{8})\Z")


def is_msisdn(text: str) -> bool:
    """Whether `text` is 2547XXXXXXXX or 2541XXXXXXXX (requests.md §1.7)."""
    return _DARAJA.match(text) is not None


def normalise(text: str) -> str:
    """0712…, 712…, +254712… and 254712…, with blanks or dashes, to 254712….

    Raises ValueError, naming the value, on anything else.
    """
    match = _WRITTEN.match(re.sub(r"[\s-]", "", text))
    if match is None:
        raise ValueError(f"{shown(text)} is not a Kenyan mobile number; write it as 2547XXXXXXXX or 2541XXXXXXXX")
    return "254" + match.group(1)
