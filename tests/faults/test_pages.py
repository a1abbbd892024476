from __future__ import annotations

import json

import pytest

from mock_daraja.errors import Problem
from mock_daraja.exchange import JSON, Reply
from mock_daraja.faults import pages


@pytest.mark.parametrize("page", [page for page in pages.PAGES if page.headers == JSON], ids=lambda page: page.name)
def test_json_pages_are_json_whatever_the_path(page):
    reply = pages.page(page.name, '/a"b\\c/{path}')

    assert isinstance(json.loads(reply.body), dict)


def test_unknown_proxy_takes_the_path():
    reply = pages.page("unknown-proxy", "/c2b/v1/simulate")

    assert reply.status == 404
    assert reply.body == (
        b'{"fault":{"faultstring":"Unable to identify proxy for host: secure and url: /c2b/v1/simulate",'
        b'"detail":{"errorcode":"messaging.adaptors.http.flow.ApplicationNotFound"}}}'
    )


@pytest.mark.parametrize(
    ("name", "status", "kind", "holds"),
    [
        ("gateway-timeout", 504, "application/json", b'"reason":"TARGET_READ_TIMEOUT"'),
        ("datastore", 500, "application/json", b"datastore.ErrorWhileAccessingDataStore"),
        ("waf", 403, "text/html", b"Request unsuccessful. Incapsula incident ID: 173000240624511593-8199"),
        ("waf-503", 503, "text/html", b'<html style="height:100%"><head><META NAME="ROBOTS"'),
        ("soap-relay", 500, "application/json", b"ServiceCallout SCO-AddURLVault failed. Reason: ResponseCode 409 is"),
        ("soap-relay-503", 500, "application/json", b"ServiceCallout SC-SearchURL failed. Reason: ResponseCode 503 is"),
        ("soap-leak", 500, "text/xml", b'<faultstring xmlns="">Internal Error</faultstring>'),
        ("body-too-big", 413, "application/json", b'{"fault":{"faultstring":"Body buffer overflow"'),
    ],
)
def test_pages_read_as_in_the_reference(name, status, kind, holds):
    reply = pages.page(name, "/")

    assert reply.status == status
    assert dict(reply.headers)["Content-Type"] == kind
    assert holds in reply.body


def test_an_unrouted_product_is_an_empty_404():
    assert pages.page("empty-404", "/") == Reply(404, b"", ())


def test_every_page_says_where_it_comes_from():
    assert all(page.source and page.level in ("captured", "inferred") for page in pages.PAGES)


def test_an_unknown_page_is_a_problem_that_lists_the_pages():
    with pytest.raises(Problem, match="there is no gateway page 'wav'") as caught:
        pages.page("wav", "/")

    assert caught.value.remedy == f"the pages are {', '.join(pages.NAMES)}"
