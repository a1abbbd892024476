"""The floor: a bare Flask endpoint (Bearer check, JSON in, JSON out) on the same server class as ours.

`python -m bench.floor` serves it until it is told to stop.
"""

from __future__ import annotations

import signal
import threading

from flask import Flask, Response, jsonify, request

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
    from mock_daraja.server import Server

    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    server = Server(create_floor(), "127.0.0.1", 0)
    server.start()
    print(f"floor is listening on {server.url}", flush=True)
    told.wait()
    server.stop()


if __name__ == "__main__":
    main()
