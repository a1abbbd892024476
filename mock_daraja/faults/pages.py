"""Answers of the hosts in front of Daraja, as data: WAF, Apigee and SOAP relays (requests.md §1.5)."""

from __future__ import annotations

import json
from typing import Final, Literal

from msgspec import Struct

from mock_daraja.errors import Problem
from mock_daraja.exchange import JSON, Reply
from mock_daraja.quoting import shown

_HTML: Final = (("Content-Type", "text/html"),)
_XML: Final = (("Content-Type", "text/xml"),)
_PATH: Final = b"{path}"


class Page(Struct, frozen=True):
    """`{path}` in a body stands for the request's path. `level` is the provenance, `source` its key in requests.md."""

    name: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    level: Literal["captured", "documented", "community", "inferred"]
    source: str


def _relay(callout: str, code: int) -> bytes:
    return (
        b'{"Envelope":{"encodingStyle":"http://schemas.xmlsoap.org/soap/encoding/","Body":{"Fault":{'
        b'"faultcode":"soap:Server","faultstring":"Execution of ServiceCallout %s failed. '
        b'Reason: ResponseCode %d is treated as error","faultactor":{},'
        b'"detail":{"source":{"errorcode":"steps.servicecallout.ExecutionFailed"}}}}}}'
    ) % (callout.encode(), code)


# The capture of php-sdk#59 is cut after ROBOTS; the rest is how Incapsula's page reads elsewhere [I].
_WAF: Final = (
    b'<html style="height:100%"><head><META NAME="ROBOTS" CONTENT="NOINDEX, NOFOLLOW">'
    b'<meta name="format-detection" content="telephone=no"><meta name="viewport" content="initial-scale=1.0">'
    b'<meta http-equiv="X-UA-Compatible" content="IE=edge,chrome=1"></head>'
    b'<body style="margin:0px;height:100%"><iframe id="main-iframe" '
    b'src="/_Incapsula_Resource?incident_id=173000240624511593-8199" frameborder=0 width="100%" height="100%" '
    b'marginheight="0px" marginwidth="0px">Request unsuccessful. '
    b"Incapsula incident ID: 173000240624511593-8199</iframe></body></html>"
)

PAGES: Final = (
    Page(
        "unknown-proxy",
        404,
        JSON,
        b'{"fault":{"faultstring":"Unable to identify proxy for host: secure and url: {path}",'
        b'"detail":{"errorcode":"messaging.adaptors.http.flow.ApplicationNotFound"}}}',
        "captured",
        "gathuku#28, 2022",
    ),
    Page("empty-404", 404, (), b"", "captured", "NM bonga-*.json, 2026"),
    Page(
        "gateway-timeout",
        504,
        JSON,
        b'{"fault":{"faultstring":"Gateway Timeout","detail":{'
        b'"errorcode":"messaging.adaptors.http.flow.GatewayTimeout","reason":"TARGET_READ_TIMEOUT"}}}',
        "captured",
        "NM billmanager-*.json, 2026",
    ),
    Page(
        "datastore",
        500,  # the capture says 5xx
        JSON,
        b'{"fault":{"faultstring":"Error while accessing datastore;Please retry later",'
        b'"detail":{"errorcode":"datastore.ErrorWhileAccessingDataStore"}}}',
        "captured",
        "requests.md §1.5",
    ),
    Page("waf", 403, _HTML, _WAF, "captured", "php-sdk#59"),
    Page("waf-503", 503, _HTML, _WAF, "captured", "php-sdk#59"),
    Page("soap-relay", 500, JSON, _relay("SCO-AddURLVault", 409), "captured", "bnjunge#2 and #3, 2019-20"),
    Page("soap-relay-503", 500, JSON, _relay("SC-SearchURL", 503), "captured", "bnjunge#2, 2022"),
    Page(
        "soap-leak",
        500,
        _XML,
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b'<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/">\n'
        b"    <SOAP-ENV:Body>\n"
        b"        <SOAP-ENV:Fault>\n"
        b'            <faultcode xmlns="">SOAP-ENV:Server</faultcode>\n'
        b'            <faultstring xmlns="">Internal Error</faultstring>\n'
        b'            <faultactor xmlns=""/>\n'
        b"        </SOAP-ENV:Fault>\n"
        b"    </SOAP-ENV:Body>\n"
        b"</SOAP-ENV:Envelope>",
        "captured",
        "LNM#37, 2020-01-07",
    ),
    Page(
        "body-too-big",
        413,
        JSON,
        b'{"fault":{"faultstring":"Body buffer overflow","detail":{"errorcode":"protocol.http.TooBigBody"}}}',
        "inferred",
        "Apigee Edge's own fault, docs.apigee.com 413-request-entity-too-large-toobigbody; never seen of Daraja",
    ),
)
NAMES: Final = tuple(page.name for page in PAGES)


def page(name: str, path: str) -> Reply:
    """Raises Problem that lists the pages, for a name that is none of them."""
    found = next((each for each in PAGES if each.name == name), None)
    if found is None:
        raise Problem(
            f"there is no gateway page {shown(name)}", where="page", remedy=f"the pages are {', '.join(NAMES)}"
        )
    return Reply(found.status, found.body.replace(_PATH, json.dumps(path)[1:-1].encode()), found.headers)
