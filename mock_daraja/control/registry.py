from __future__ import annotations


def register(app, shared, library, known): ...
