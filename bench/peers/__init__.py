"""Other people's mocks, measured beside ours when asked to: WireMock with stubs of Daraja, and daraja-mock.

They are fetched by npm, pip and apt, once, into a cache folder.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.processes import Program


@dataclass(frozen=True, slots=True)
class Peers:
    """Programs to start, and what is said of each beside the figures."""

    wiremock_static: Program
    wiremock_webhook: Program
    daraja_mock: Program
    wiremock_conditions: str
    daraja_mock_conditions: str
