"""Whether the server is up. Open to whoever can reach it; more is for those who hold the token, where there is one."""

from __future__ import annotations

from mock_daraja import __version__
from mock_daraja.control import guard
from mock_daraja.control.call import Call, Shape
from mock_daraja.journal.shapes import instant
from mock_daraja.model import STUCK


def health(call: Call) -> Shape:
    """`degraded` where events are stuck, in whichever sandbox."""
    sandbox, all_of_them = call.sandbox, call.shared.sandboxes.all()
    stuck = sum(each.store.count(STUCK, "waiting") for each in all_of_them)
    status = {"status": "degraded" if stuck else "ok"}
    if call.http is not None and not guard.has_token(call.http, call.shared.settings):
        return status
    return {
        **status,
        "version": __version__,
        "sandboxes": len(all_of_them),
        "environment": call.shared.settings.environment,
        "clock": str(sandbox.clock.setting),
        "now": instant(sandbox.now_ms),
        "stuck": stuck,
    }
