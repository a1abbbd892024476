"""The nearest thing that would have worked, for a person. Pure functions."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from mock_daraja import msisdn
from mock_daraja.clock import eat_digits, is_timestamp
from mock_daraja.fields import is_unset
from mock_daraja.quoting import pasted, shown
from mock_daraja.validation.url_hints import for_url

_OTHER_IDS: Final = {  # requests.md §1.4
    "MerchantRequestID": r"(?:[0-9a-f]{4}-){3}[0-9a-f]{12}[0-9]{3,8}|[0-9]{1,5}-[0-9]{6,9}-[0-9]",
    "ConversationID": r"AG_[0-9]{8}_\w+",
    "receipt": r"(?i)[A-Z][A-Z0-9]{9}",
}
_LONGEST: Final = 200  # characters of a value that a hint looks at
_DEEPEST: Final = 2  # levels below a name of the body in which a field is looked for
_LEVELS: Final = ("one level", "two levels", "three levels")
_LONGEST_TEXT: Final = 10_000  # the same, where a whole body may be in it


def for_missing(name: str, field: Mapping[str, Any], body: Mapping[str, Any], known: Iterable[str]) -> str:
    """Looks for the field under another name among the keys that no field claims, and some levels deeper."""
    if other := for_misnamed(name, field.get("x-mistaken-for", ()), body, known):
        return other
    if field.get("x-secret"):
        return f'add "{name}"; {field["x-hint"]}'
    examples = field.get("examples")
    return f"add {pasted(name, examples[0])}" if examples else f'add "{name}"'


def for_misnamed(name: str, mistaken: Iterable[str], body: Mapping[str, Any], known: Iterable[str]) -> str:
    """Where the field stands under another name, or some levels deeper; empty where it doesn't. `mistaken` are names
    that it is mistaken for."""
    claimed = set(known)
    others = [key for key in body if key not in claimed]
    variant = nearest_key(name, others) or next((each for each in mistaken if each in others), None)
    if variant is not None:
        return f"the body has {shown(variant)}; the name is {shown(name)}, in exactly this spelling and case"
    for key in others:
        if (inside := _path_to(name, body[key], _DEEPEST)) is not None:
            where = shown(key + inside)
            depth = _LEVELS[min(inside.count(".") + inside.count("["), _DEEPEST)]
            return f"it is {depth} too deep, in {where}; send what is in {where} as the body itself"
    return ""


def _path_to(name: str, value: object, depth: int) -> str | None:
    """Where in it, or in the text of it, an object with this field is: `.stk`, or nothing for the object itself."""
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")) and len(value) <= _LONGEST_TEXT:
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    if isinstance(value, dict) and name in value:
        return ""
    if depth == 0 or not value or not isinstance(value, (dict, list)):
        return None
    parts = [(f".{key}", each) for key, each in value.items()] if isinstance(value, dict) else [("[0]", value[0])]
    for part, each in parts:
        if (inside := _path_to(name, each, depth - 1)) is not None:
            return part + inside
    return None


def for_invalid(field: Mapping[str, Any], value: object) -> str:
    """What to send instead of `value` in a field of this schema."""
    if value is None:
        return f"null is no value; send {_example(field)}"
    if isinstance(value, bool):
        return f"{shown(value)} is a boolean; send {_example(field)}"
    if isinstance(value, (list, dict)):
        kind = "an array" if isinstance(value, list) else "an object"  # not what is in it: it may hold a secret
        return f"{kind} is no single value; send {_example(field)}"
    if isinstance(value, str) and not value.strip():
        instead = field["x-hint"] if field.get("x-secret") else f"send {_example(field)}"
        return f"the string is {'empty' if not value else 'blank'}; {instead}"
    form = _FORMS.get(str(field.get("x-form")))
    if form is None or (_is_huge(value) and form not in (_amount, _text)):
        return str(field.get("x-hint") or f"send {_example(field)}")
    return form(field, value) or f"send {_example(field)}"


def _is_huge(value: object) -> bool:
    """Whether looking for what a person meant would only cost time."""
    return len(value) > _LONGEST if isinstance(value, str) else isinstance(value, (int, float)) and abs(value) >= 1e40


def nearest_key(name: str, keys: Iterable[str]) -> str | None:
    """The key that means `name`: other case, other separators, or a typing mistake."""
    plain = {_plain(key): key for key in list(keys)[:100] if len(key) <= 60}
    found = difflib.get_close_matches(_plain(name), plain, n=1, cutoff=0.8)
    return plain[found[0]] if found else None


def _plain(key: str) -> str:
    return re.sub(r"[^a-z0-9]", "", key.lower())


def _example(field: Mapping[str, Any]) -> str:
    examples = field.get("examples")
    return shown(examples[0]) if examples else str(field.get("x-expected", "another value"))


def _number(value: object) -> float | None:
    """What a person may have meant by "KES 1,000.50" or "10"; None if it has no digits in one piece."""
    if isinstance(value, (int, float)):
        return float(value) if abs(value) < 1e300 else None
    if len(str(value)) > _LONGEST:
        return None
    text = re.sub(r"(?i)^\s*(kes|ksh|kshs)\b\.?|[\s,_]|/[=-]$", "", str(value))
    return float(text) if re.fullmatch(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?", text) else None


def _amount(field: Mapping[str, Any], value: object) -> str:
    low, high = field["minimum"], field["maximum"]
    number = _number(value)
    if number is None and isinstance(value, str):
        return f"{shown(value)} has to be digits only, such as {shown('10')}"
    if number is None or number > high:
        return f"{shown(value)} is too much; at most {high} a transaction"
    if number < low:
        return f"{shown(value)} is too little; at least {low}"
    whole = int(number)
    if number != whole:
        return f"whole shillings only: {max(whole, low)} or {min(whole + 1, high)}"
    return f"{shown(value)} -> {shown(str(whole))}"


def _msisdn(field: Mapping[str, Any], value: object) -> str:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    try:
        return f"{shown(value)} -> {shown(msisdn.normalise(re.sub(r'[().]', '', text)))}"
    except ValueError:
        pass
    digits = re.sub(r"[^0-9]", "", text)
    if re.fullmatch(r"2540[17][0-9]{8}", digits):
        return f"the 0 goes when 254 comes: {shown(value)} -> {shown('254' + digits[4:])}"
    if letter := re.search(r"[A-Za-z]", text):
        return f"{shown(value)} has the letter {letter[0]} in it"
    if re.fullmatch(r"[0-9]{5,7}", digits):
        return f"{shown(value)} is a shortcode; send the customer's number, such as {_example(field)}"
    if digits.startswith("254") and len(digits) != 12:
        return f"{shown(value)} has {len(digits)} digits, not 12"
    if re.fullmatch(r"0[17][0-9]*", digits):
        return f"{shown(value)} has {len(digits)} digits, not 10, and would be written as 254..."
    return f"{shown(value)} is not a Kenyan mobile number; the sandbox's customer is {shown('254708374149')}"


def _shortcode(field: Mapping[str, Any], value: object) -> str:
    text = str(value).strip()
    if re.fullmatch(r"(?:254|0|)[17][0-9]{8}", re.sub(r"[^0-9]", "", text)):
        return f"{shown(value)} is a phone number; send the paybill's or till's number, such as {_example(field)}"
    digits = re.sub(r"[\s-]", "", text)
    if digits == text != value and re.fullmatch(field["pattern"], digits):
        return f"white space stands beside it: {shown(value)} -> {shown(digits)}"
    if digits != text and re.fullmatch(field["pattern"], digits):
        return f"{shown(value)} -> {shown(digits)}"
    return f"5 to 7 digits; the sandbox's paybill is {shown('174379')}"


_LONGEST_TIME: Final = 40  # characters of a date and time in whatever form


def _timestamp(_field: Mapping[str, Any], value: object) -> str:
    text = str(value).strip()
    if len(text) > _LONGEST_TIME and text.isascii():  # a passkey or a Password, which no text shows
        return f"it has {len(text)} characters: the passkey or the Password stands in its place, perhaps"
    parts = re.findall(r"[0-9]+", text)
    digits = "".join(parts)
    half = re.search(r"(?i)([ap])\.?m", text)
    if half and len(digits) >= 14 and _is_moment(digits[:14]):
        hour = int(digits[8:10]) % 12 + (12 if half[1] in "pP" else 0)
        return f"the hours go from 00 to 23: {shown(value)} -> {shown(f'{digits[:8]}{hour:02}{digits[10:14]}')}"
    if re.fullmatch(r"1[0-9]{9}(?:[0-9]{3})?", text):
        return f"{shown(value)} looks like a Unix time -> {shown(eat_digits(int(text[:10]) * 1000))}"
    if len(digits) >= 14 and len(parts) > 1 and _is_moment(digits[:14]):
        return f"{shown(value)} -> {shown(digits[:14])}"
    if len(digits) == 17 and _is_moment(digits[:14]):
        return f"{shown(value)} has milliseconds behind it -> {shown(digits[:14])}"
    if len(digits) == 12 and _is_moment(f"{digits}00"):
        return f"{shown(value)} has no seconds -> {shown(f'{digits}00')}"
    turned = digits[4:8] + digits[2:4] + digits[:2] + digits[8:]
    if len(digits) == 14 and _is_moment(turned):
        return f"the year comes first: {shown(value)} -> {shown(turned)}"
    if len(digits) == 14:
        return f"{shown(value)} is no date and time in the order YYYYMMDDHHmmss: {_no_moment(digits)}"
    return f"{shown(value)} has {len(digits)} digits, not 14: the year takes four, each other part two"


def _no_moment(digits: str) -> str:
    """Which part of 14 digits there is not."""
    if not digits.startswith("20"):
        return f"the year is {digits[:4]}"
    limits = (("month", 1, 12), ("day", 1, 31), ("hour", 0, 23), ("minute", 0, 59), ("second", 0, 59))
    for at, (name, least, most) in enumerate(limits):
        part = digits[4 + 2 * at : 6 + 2 * at]
        if not least <= int(part) <= most:
            return f"the {name} is {part}"
    return f"the month {digits[4:6]} has no day {digits[6:8]}"


def _is_moment(digits: str) -> bool:
    return is_timestamp(digits) and digits.startswith("20")


def _checkout(field: Mapping[str, Any], value: object) -> str:
    text, hint = str(value), str(field["x-hint"])
    bare = text.strip().strip("\"'")
    if is_unset(text):
        return f"it is the word {text}: a variable is not set; {hint}"
    if bare != text and re.search(field["pattern"], bare):
        return f"white space or quotes stand beside it: {shown(value)} -> {shown(bare)}"
    if bare.lower().startswith("ws_co_") and not bare.startswith("ws_CO_"):
        return f"it starts with ws_CO_, in these capitals; {shown(value)} does not"
    kind = next((kind for kind, pattern in _OTHER_IDS.items() if re.fullmatch(pattern, bare)), None)
    return hint if kind is None else f"{shown(value)} is a {kind}; {hint}"


def _choice(field: Mapping[str, Any], value: object) -> str:
    options = {_plain(option): option for option in field["enum"]}
    found = difflib.get_close_matches(_plain(str(value)), options, n=1, cutoff=0.5)
    return f"{shown(value)} -> {shown(options[found[0]])}" if found else ""


def _text(field: Mapping[str, Any], value: object) -> str:
    if not isinstance(value, str):
        return f"send it as a string: {_example(field)}"
    if len(value) > field["maxLength"]:
        return f"{len(value)} characters, at most {field['maxLength']}"
    return "leave out < > and line breaks"


_FORMS: Final[Mapping[str, Callable[[Mapping[str, Any], object], str]]] = {
    "amount": _amount,
    "checkout": _checkout,
    "choice": _choice,
    "msisdn": _msisdn,
    "shortcode": _shortcode,
    "text": _text,
    "timestamp": _timestamp,
    "url": for_url,
}
