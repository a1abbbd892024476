"""Names of customers nobody named: Kenyan, and the same for an MSISDN on every machine."""

from __future__ import annotations

from typing import Any


def _people() -> Any:
    """Faker's Kenyan person provider alone: all of Faker's providers would cost 20 MB and a tenth of a second."""
    from faker.generator import Generator
    from faker.providers.person.en_KE import Provider

    generator = Generator()
    generator.add_provider(Provider(generator))
    return generator


def full_name(msisdn: str, given: str | None = None) -> str:
    """FIRST MIDDLE LAST in capitals, as M-Pesa prints it: the `given` name, else one seeded by the MSISDN."""
    if given is not None:
        return given.upper()
    generator = _people()
    generator.seed_instance(int(msisdn))
    return f"{generator.first_name()} {generator.first_name()} {generator.last_name()}".upper()
