"""flask-mpesa: a Flask extension over requests; Safaricom's hosts built in."""

from __future__ import annotations

from driving import driving
from flask import Flask
from flask_mpesa import MpesaAPI
from wanjohi import drive

with driving(intercepted=True) as mock:
    app = Flask(__name__)
    app.config.update(API_ENVIRONMENT="sandbox", APP_KEY=mock.key, APP_SECRET=mock.secret)
    drive(mock, MpesaAPI(app), status={"security_credential": mock.credential()})
