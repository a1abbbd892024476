"""Mistakes in how a body is written (requests.md §1.2): M-Pesa then misses the first field."""

# ruff: noqa: E501 - a row is a line

from __future__ import annotations

import gzip
import json
from urllib.parse import urlencode

from tests.contract.mistakes.asking import Mistake, push_as, send

FIELD = (400, "400.002.02")

BODIES = (
    Mistake("a form", push_as(write=urlencode, content_type="application/x-www-form-urlencoded"), *FIELD, "BusinessShortCode is missing: read as an empty object: the body is a form (application/x-www-form-urlencoded); send Content-Type: application/json and a JSON object as the body"),
    Mistake("JSON called a form", push_as(content_type="application/x-www-form-urlencoded"), *FIELD, "BusinessShortCode is missing: read as an empty object: the body is a form (application/x-www-form-urlencoded); send Content-Type: application/json and a JSON object as the body"),
    Mistake("a form called JSON", push_as(write=urlencode), *FIELD, "BusinessShortCode is missing: read as an empty object: malformed JSON. It looks like a form; send Content-Type: application/json and a JSON object as the body"),
    Mistake("no content type", push_as(content_type=""), *FIELD, "BusinessShortCode is missing: read as an empty object: there is no Content-Type header; send Content-Type: application/json and a JSON object as the body"),
    Mistake("text/plain", push_as(content_type="text/plain;charset=UTF-8"), *FIELD, "BusinessShortCode is missing: read as an empty object: Content-Type is 'text/plain'; send Content-Type: application/json and a JSON object as the body"),
    Mistake("a misspelt content type", push_as(content_type="aplication/json"), *FIELD, "BusinessShortCode is missing: read as an empty object: Content-Type is 'aplication/json'; send Content-Type: application/json and a JSON object as the body"),
    Mistake("encoded twice", push_as(json.dumps), *FIELD, "BusinessShortCode is missing: read as an empty object: the JSON is a string with JSON in it: the body was encoded twice; encode it once"),
    Mistake("in an array", push_as(lambda body: [body]), *FIELD, "BusinessShortCode is missing: read as an empty object: the JSON is an array with the object in it; send the object alone, without brackets"),
    Mistake("a comma at the end", push_as(write=lambda body: json.dumps(body)[:-1] + ",}"), *FIELD, "BusinessShortCode is missing: read as an empty object: malformed JSON: a comma stands before a closing brace or bracket; take it out"),
    Mistake("single quotes", push_as(write=str), *FIELD, "BusinessShortCode is missing: read as an empty object: malformed JSON at line 1, column 2: JSON strings take double quotes, not '; use your language's JSON encoder"),
    Mistake("names without quotes", push_as(write=lambda body: json.dumps(body).replace('"Amount"', "Amount")), *FIELD, "BusinessShortCode is missing: read as an empty object: malformed JSON at line 1, column 236: the name Amount stands without double quotes; use your language's JSON encoder"),
    Mistake("a comment", push_as(write=lambda body: json.dumps(body).replace('"Amount"', '// KES\n"Amount"')), *FIELD, "BusinessShortCode is missing: read as an empty object: malformed JSON at line 1, column 236: // begins a comment, which JSON does not have; take it out"),
    Mistake("None in place of null", push_as(write=lambda body: json.dumps(body | {"Amount": None}).replace("null", "None")), *FIELD, "BusinessShortCode is missing: read as an empty object: malformed JSON at line 1, column 246: None is no word of JSON, which has null, true and false; use your language's JSON encoder"),
    Mistake("cut short", push_as(write=lambda body: json.dumps(body)[:200]), *FIELD, "BusinessShortCode is missing: read as an empty object: malformed JSON at line 1, column 192. The body ends too early (200 characters); check Content-Length and what cut it"),
    Mistake("empty", push_as(write=lambda body: ""), *FIELD, "BusinessShortCode is missing: read as an empty object: the body is empty; send Content-Type: application/json and a JSON object as the body"),
    Mistake("null", push_as(write=lambda body: "null"), *FIELD, "BusinessShortCode is missing: read as an empty object: the JSON is null, not an object; send names and values in braces"),
    Mistake("an empty object", push_as(write=lambda body: "{}"), *FIELD, 'BusinessShortCode is missing; add "BusinessShortCode": "174379"'),
    Mistake("[object Object]", push_as(write=lambda body: "[object Object]"), *FIELD, "BusinessShortCode is missing: read as an empty object: the body is [object Object]: an object was made text; send JSON.stringify of it"),
    Mistake("UTF-16", push_as(write=lambda body: json.dumps(body).encode("utf-16")), *FIELD, "BusinessShortCode is missing: read as an empty object: the body is UTF-16; encode it as UTF-8"),
    Mistake("Latin-1", push_as(write=lambda body: json.dumps(body | {"TransactionDesc": "Café"}, ensure_ascii=False).encode("latin-1")), *FIELD, "BusinessShortCode is missing: read as an empty object: the body is not UTF-8 (byte 0xe9); encode it as UTF-8"),
    Mistake("gzip", push_as(write=lambda body: gzip.compress(json.dumps(body).encode())), *FIELD, "BusinessShortCode is missing: read as an empty object: the body is gzip-compressed, and M-Pesa reads plain JSON; send it uncompressed"),
    Mistake("a line break in a string", push_as(lambda body: body | {"TransactionDesc": "a@b"}, lambda body: json.dumps(body).replace("a@b", "a\nb")), *FIELD, "BusinessShortCode is missing: read as an empty object: malformed JSON at line 1, column 430: a line break or another control character stands in a string, where JSON has \\n; use your language's JSON encoder"),
    Mistake("XML", push_as(write=lambda body: "<Amount>1</Amount>"), *FIELD, "BusinessShortCode is missing: read as an empty object: the body looks like XML; send Content-Type: application/json and a JSON object as the body"),
    Mistake("nested in body", push_as(lambda body: {"body": body}), *FIELD, "BusinessShortCode is missing; it is one level too deep, in 'body'; send what is in 'body' as the body itself"),
    Mistake("nested in data", push_as(lambda body: {"data": body}), *FIELD, "BusinessShortCode is missing; it is one level too deep, in 'data'; send what is in 'data' as the body itself"),
    Mistake("nested in Body, beside others", push_as(lambda body: {"method": "POST", "Body": body}), *FIELD, "BusinessShortCode is missing; it is one level too deep, in 'Body'; send what is in 'Body' as the body itself"),
    Mistake("nested as text", push_as(lambda body: {"body": json.dumps(body)}), *FIELD, "BusinessShortCode is missing; it is one level too deep, in 'body'; send what is in 'body' as the body itself"),
    Mistake("an object in a field", push_as(lambda body: body | {"Amount": {"value": 10}}), *FIELD, "Amount is not whole shillings from 1 to 250000, as a string or a number; an object is no single value; send '1'"),
    Mistake("nested, to B2C", send("b2c.payment", lambda body: {"data": body}), *FIELD, "InitiatorName is missing; it is one level too deep, in 'data'; send what is in 'data' as the body itself"),
    Mistake("two levels too deep", push_as(lambda body: {"data": {"stk": body}}), *FIELD, "BusinessShortCode is missing; it is two levels too deep, in 'data.stk'; send what is in 'data.stk' as the body itself"),
    Mistake("three levels too deep", push_as(lambda body: {"a": {"b": {"c": body}}}), *FIELD, "BusinessShortCode is missing; it is three levels too deep, in 'a.b.c'; send what is in 'a.b.c' as the body itself"),
    Mistake("in an array in data", push_as(lambda body: {"data": [body]}), *FIELD, "BusinessShortCode is missing; it is two levels too deep, in 'data[0]'; send what is in 'data[0]' as the body itself"),
    Mistake("as text in an object in request", push_as(lambda body: {"request": {"method": "POST", "body": json.dumps(body)}}), *FIELD, "BusinessShortCode is missing; it is two levels too deep, in 'request.body'; send what is in 'request.body' as the body itself"),
)  # fmt: skip
