"""Names of customers nobody named: Kenyan, and the same for an MSISDN on every machine.

Faker makes them. Importing it takes 0.06 to 0.3 s and 6 MiB, so that waits for the first name, and happens in no unit.
"""

from __future__ import annotations

import sys
from typing import Any, Final

from mock_daraja.errors import SlowError

_KNOWN: Final = {"254708374149": "John Doe", "254705912645": "NICHOLAS JOHN SONGOK"}
"""Who stands behind Safaricom's test numbers, as captured (callbacks.md §3.2, §4.1 and §8)."""
_PROVIDER: Final = "faker.providers.person.en_KE"


def ready() -> None:
    """Have Faker imported; in no time if it is."""
    _people()


def name_in_unit(msisdn: str, given: str | None = None) -> str:
    """The same as `full_name`. Raises SlowError where Faker is still to be imported."""
    if given is None and msisdn not in _KNOWN and _PROVIDER not in sys.modules:
        raise SlowError(ready)
    return full_name(msisdn, given)


def full_name(msisdn: str, given: str | None = None) -> str:
    """FIRST MIDDLE LAST in capitals, as M-Pesa prints it: the `given` name, else one seeded by the MSISDN.

    Those of Safaricom's test numbers are as captured.
    """
    if given is not None:
        return given.upper()
    if msisdn in _KNOWN:
        return _KNOWN[msisdn]
    people = _people()
    people.seed_instance(int(msisdn))
    return f"{people.first_name()} {people.first_name()} {people.last_name()}".upper()


def _people() -> Any:
    """With Faker's Kenyan person provider alone: all of Faker's would cost 20 MB and a tenth of a second."""
    from faker.generator import Generator
    from faker.providers.person.en_KE import Provider

    generator = Generator()
    generator.add_provider(Provider(generator))
    return generator
