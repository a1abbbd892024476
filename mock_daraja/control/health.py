"""Whether the server is up. Open to whoever can reach it, so it says nothing worth hiding."""

from __future__ import annotations

from mock_daraja import __version__
from mock_daraja.control.call import Call, Shape
from mock_daraja.journal.shapes import instant
from mock_daraja.model import STUCK


def health(call: Call) -> Shape:
    """`degraded` where events are stuck, in whichever sandbox."""
    sandbox, all_of_them = call.sandbox, call.shared.sandboxes.all()
    stuck = sum(each.store.count(STUCK, "waiting") for each in all_of_them)
    return {
        "status": "degraded" if stuck else "ok",
        "version": __version__,
        "sandboxes": len(all_of_them),
        "environment": call.shared.settings.environment,
        "clock": str(sandbox.clock.setting),
        "now": instant(sandbox.now_ms),
        "stuck": stuck,
    }
