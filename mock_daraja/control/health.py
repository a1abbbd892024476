"""Whether the server is up. Open to whoever can reach it, so it says nothing worth hiding."""

from __future__ import annotations

from mock_daraja import __version__
from mock_daraja.control.call import Call, Shape
from mock_daraja.journal.shapes import instant


def health(call: Call) -> Shape:
    sandbox = call.sandbox
    return {
        "status": "ok",
        "version": __version__,
        "sandboxes": len(call.shared.sandboxes.all()),
        "clock": str(sandbox.clock.setting),
        "now": instant(sandbox.now_ms),
    }
