"""The floor: a bare Flask endpoint (Bearer check, JSON in, JSON out) on Werkzeug's threaded server.

It stands on nothing of ours, so that it stays the same when ours changes. Werkzeug closes each connection after its
answer.

`python -m bench.floor` serves it until it is told to stop.
"""

from __future__ import annotations

import logging
import signal
import sys

from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

TOKEN = "c9SQxWWhmdVRlyh0zh8gZDTkubVF"


def create_floor() -> Flask:
    app = Flask("floor")

    @app.post("/mpesa/stkpush/v1/processrequest")
    def push() -> Response | tuple[Response, int]:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return jsonify(errorMessage="Invalid Access Token"), 404
        body = request.get_json()
        return jsonify(
            MerchantRequestID="8f38-49f8-9be4-b87d691148b41784539",
            CheckoutRequestID="ws_CO_170820261404032708374149",
            ResponseCode="0",
            ResponseDescription="Success. Request accepted for processing",
            CustomerMessage=f"Success. Request accepted for processing of {body['Amount']}",
        )

    @app.get("/oauth/v1/generate")
    def token() -> Response:
        return jsonify(access_token=TOKEN, expires_in="3599")

    return app


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit())
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # no line a request, as with --quiet
    server = make_server("127.0.0.1", 0, create_floor(), threaded=True)
    print(f"floor is listening on http://127.0.0.1:{server.port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
