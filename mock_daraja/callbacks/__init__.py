"""Notifications owed to the integrator: when they are due, where they may go, and each attempt to get them there.

Nothing is imported here: a server that has sent no callback yet needs `alter` alone.
"""

from __future__ import annotations
