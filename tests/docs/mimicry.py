"""Generated blocks about what is mimicked: products, fields, levels, balances, charges, codes, scenarios."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from dataclasses import MISSING, fields

from mock_daraja import defaults, faults, resources
from mock_daraja.faults import pages
from mock_daraja.ledger import tariffs
from mock_daraja.products import CATALOGUE, PRODUCTS
from mock_daraja.products.base import Operation
from mock_daraja.products.unmocked import UNMOCKED
from mock_daraja.scenarios import Library, codes
from mock_daraja.validation import Schemas
from tests.docs.markdown import code, table
from tests.docs.scenario_keys import SCHEMA, every_key

_RETRYABLE = {True: "yes", False: "no", None: "depends"}
_SCHEMAS = Schemas()


def products() -> Iterator[str]:
    rows = [
        (product.title, code(each.full_name), each.method, "<br>".join(map(code, each.paths)) or "none: see its page")
        for product in PRODUCTS
        for each in product.operations
    ]
    return table(("Product", "Operation", "Method", "Path"), rows)


def unmocked() -> Iterator[str]:
    return table(("Product", "Path"), [(each.title, "<br>".join(map(code, each.paths))) for each in UNMOCKED])


def operation(name: str) -> Operation:
    return CATALOGUE.operations[name][1]


def request_fields(name: str) -> Iterator[str]:
    schema = _SCHEMAS.schema(f"{operation(name).schema_path}.request")
    required = schema.get("required", ())
    rows = []
    for field_name, field in schema["properties"].items():
        level = field["x-provenance"]["level"]
        error = field.get("x-error")
        expected = field.get("x-expected", field.get("title", ""))
        known = f"{expected}; the error calls it {error}" if error else expected
        rows.append((code(field_name), "yes" if field_name in required else "no", known, level))
    return table(("Field", "Required", "What is taken", "Known from"), rows)


def lessons() -> Iterator[str]:
    rows = []
    for product, each in CATALOGUE.operations.values():
        taught = each.lesson
        if taught is not None:
            path = taught.path or each.paths[0]
            really = f", really {code(each.paths[-1])}" if taught.path else ""
            real = (f"{code(name)}: {', '.join(map(code, fields))}" for name, fields in taught.names.items())
            rows.append((product.title, f"{code(path)}{really}", "<br>".join(real)))
    return table(("Product", "Path", "The course's name, and the real fields"), rows)


def provenance() -> Iterator[str]:
    """What the schemas say of each body, from whole bodies; each field has its own."""
    rows = []
    for name in _SCHEMAS.names():
        said = _SCHEMAS.schema(name).get("x-provenance")
        if said is not None:
            rows.append((code(name), said["level"], f"{said['source']}, {said.get('date', '')}".rstrip(", ")))
    return table(("Body", "Level", "Source"), rows)


def openings() -> Iterator[str]:
    balances = {"a customer's wallet": defaults.CUSTOMER_OPENING}
    balances |= {f"{account} of an organisation": cents for account, cents in defaults.OPENING_BALANCES.items()}
    balances |= {f"{account} of a till": cents for account, cents in defaults.TILL_OPENING.items()}
    return table(("Account", "KES"), [(account, f"{cents // 100:,}") for account, cents in balances.items()])


def charges(which: str) -> Iterator[str]:
    tariff = {"b2c": tariffs.B2C, "b2b": tariffs.B2B, "paybill": tariffs.PAYBILL}[which]
    rows = [(f"up to {most:,}", str(shillings)) for most, shillings in tariff.bands]
    return table(("Amount", "Charge, KES"), [*rows, ("above", str(tariff.above))])


def catalogue() -> Iterator[str]:
    for product in PRODUCTS:
        entries = codes.for_product(product.slug)
        if not entries:
            continue
        yield f"## {product.title}"
        yield ""
        later = [each for each in entries if each.kind != "error"]
        at_once = [each for each in entries if each.kind == "error"]
        if later:
            rows = [
                (
                    code(each.code),
                    _text(each.wording(product.slug)),
                    each.cause,
                    _RETRYABLE[each.retryable],
                    each.provenance.level,
                )
                for each in later
            ]
            yield from table(("Result", "Text", "Cause", "Retry", "Known from"), rows)
            yield ""
        if at_once:
            rows = [
                (
                    str(each.status),
                    code(each.code),
                    _text(each.wording(product.slug)),
                    each.cause,
                    each.provenance.level,
                )
                for each in at_once
            ]
            yield from table(("HTTP", "errorCode", "errorMessage", "Cause", "Known from"), rows)
            yield ""


def _text(text: str) -> str:
    return code(text.strip()) if text.strip() else "(empty)"


def scenario_keys() -> Iterator[str]:
    rows = []
    for key, part in every_key():
        said = SCHEMA["definitions"][part["$ref"].rpartition("/")[2]] if "$ref" in part else part
        examples = ", ".join(code(json.dumps(each, ensure_ascii=False)) for each in said.get("examples", ())[:3])
        values = ", ".join(map(code, said.get("enum", ())))
        rows.append((code(key), said["description"], examples or values))
    return table(("Key", "Meaning", "Example"), rows)


def library() -> Iterator[str]:
    shipped = Library([resources.scenarios()])
    rows = [
        (code(each.name), each.title, each.provenance.level if each.provenance is not None else "")
        for each in map(shipped.find, shipped.names())
    ]
    return table(("Scenario", "What happens", "Known from"), rows)


def fault_list() -> Iterator[str]:
    """Each fault stands in a file of its own, whose first line says what it is."""
    rows = []
    for name in faults.NAMES:
        kind = faults.kind_of(name)
        names = [f"{code(each.name)}{'' if each.default is MISSING else ', optional'}" for each in fields(kind)]
        said = (inspect.getdoc(inspect.getmodule(kind)) or "").partition("\n\n")[0]
        rows.append((code(name), "; ".join(names) or "none", said))
    return table(("Fault", "Attributes", "What the client meets"), rows)


def gateway_pages() -> Iterator[str]:
    rows = [(code(each.name), str(each.status), each.level, each.source) for each in pages.PAGES]
    return table(("Page", "HTTP", "Known from", "Source"), rows)
