"""Serves daraja-mock as its own command does, but on a free port and without a line a request, as with our --quiet.

Run as a file by the Python that daraja-mock is installed in; it imports nothing of ours.
"""

from __future__ import annotations

import logging

from daraja_mock import DarajaMock
from werkzeug.serving import make_server

if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, DarajaMock().app, threaded=True)
    print(f"daraja-mock is listening on http://127.0.0.1:{server.port}", flush=True)
    server.serve_forever()
