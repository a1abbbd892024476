"""`python -m mock_daraja` is the command `mock-daraja`."""

from __future__ import annotations

from mock_daraja.cli import main

if __name__ == "__main__":
    main()
