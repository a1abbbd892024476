"""What may stand at each place of a request where parsers differ: good things, odd ones and bad ones."""

from __future__ import annotations

from typing import Final


def _texts(row: str) -> tuple[bytes, ...]:
    """Of a row with bars between them, with escapes as Python writes them."""
    return tuple(each.encode("latin-1").decode("unicode_escape").encode("latin-1") for each in row.split("|"))


METHODS: Final = _texts("GET|POST|POST|PUT|HEAD|OPTIONS|DELETE|PATCH")
TARGETS: Final = _texts("/|/a|/mpesa/stkpush/v1/processrequest|/a%20b?x=%20&y|/?|//a|/a?b?c#d")
HEADERS: Final = (
    (b"User-Agent", b"python-requests/2.32.3"),
    (b"Accept", b"*/*"),
    (b"accept-encoding", b"gzip, deflate"),
    (b"Authorization", b"Bearer abc"),
    (b"Content-Type", b"application/json"),
    (b"Connection", b"keep-alive"),
    (b"X-Empty", b""),
    (b"X_Y!", b'caf\xc3\xa9 \xff:;\t"x'),
)
BODIES: Final = (*_texts(r'|x|{"Amount":1}|GET / HTTP/1.1\r\n\r\n|\r\n|\n\n0\r\n\r\n'), b"z" * 300)

_CODINGS: Final = _texts(
    r"chunked|Chunked|gzip|gzip, chunked|chunked, chunked|chunked,|identity||x|chunked;a|chunked\t"
)
_LENGTHS: Final = (
    *_texts(
        r"0|1|12|012|+1|-1|0x1|1_0|1 2|1,1|1, 2||a|\xb2|1.0|1e1|99999999999|18446744073709551615|18446744073709551616"
    ),
    b"9" * 30,
    b"0" * 30 + b"1",
)
ADDED: Final = (
    *((b"Content-Length", each) for each in _LENGTHS),
    *((b"Transfer-Encoding", each) for each in _CODINGS),
    *((b"Host", each) for each in _texts("h|other|")),
    *((b"Connection", each) for each in _texts("close|upgrade|Upgrade, close|keep-alive")),
    *((b"Upgrade", each) for each in _texts("h2c|websocket")),
    (b"Expect", b"100-continue"),
    (b"Trailer", b"A"),
)

SWAPS: Final[dict[str, tuple[bytes, ...]]] = {
    "start": _texts(r"\r\n|\r\n\r\n|\r\n\r\n\r\n|\n|\r|\r\r\n| |\t|\0|x"),
    "method": _texts(r"get|MPESA|PRI|CONNECT|G@T||M-SEARCH|G\0T|GET |\xc3\xa9"),
    "target": (
        *_texts(r"*|a||h:1|/\0|/\x7f|/caf\xc3\xa9|/a b|/\t|/#|?x|/{}^`\"<>\\|/%00%zz%"),
        *_texts("http://h/a?b|http://h|https://h:1/a#b|HTTP://[::1]/|http://[::1|h2c://h|://|http:/a|/http://h"),
    ),
    "version": (
        *_texts("HTTP/1.0|HTTP/1.0|HTTP/1.2|HTTP/1.9|HTTP/2.0|HTTP/0.9|HTTP/1.10|HTTP/11|HTTP/1."),
        *_texts("http/1.1|HTTP/1.1 |HTTP/1,1|HTTP /1.1|ICE/1.0|HTTP/+1.1|"),
    ),
    "space": _texts(r"  ||\t| \t|\r|\x0b|\xa0"),
    "end": _texts(r"\n|\r||\n\r|\r\r\n| \r\n|\r\n\r\n|\r\n |\r\n\tx: 1\r\n|\x0b\r\n|\0\r\n"),
    "blank": _texts(r"\n|\r||\r\r\n| \r\n|\r\n\r\n|\t\r\n"),
    "name": _texts(r"| A|A |A\t|A B|A\0|\xc3\xa9|A@|Content-Length\x0b|Host"),
    "colon": _texts(r"|:| :|::|:\t |:\r\n |;| |: \0|:\x0b"),
    "value": (*_texts(r"|\0|a\rb|a\nb|a\r\n b|a\x01b|a\x7fb|\xff|a \t|a\x0bb|\x85a\xa0"), b"x" * 40_000),
    "size": (
        *_texts(
            r"|-1|+1|0x1|0X1|1_0| 1|1 |\t1|1\t|1\x0b|g|00000001|1h|1\0|00000000000000001|0000000000000000000000001"
        ),
        *_texts(r"fffffffe|7fffffffffffffff|ffffffffffffffff|10000000000000000|\xb2|0|2|A|a"),
    ),
    "extension": (
        *_texts(
            r';|;a|;a=|;a=b|;a=b;c|; a| ;a|;a |;a="b;c"|;a="b|;a="\\""|;a="\r\n"|;a;|;a\nb|;a\rb|;\0|;a\xff|,a|\xa0'
        ),
        *_texts(r';a="\xff\t"|;a="\x01"|;a="\x7f"|;a="\\\x01"|;=b|;"a"|;a="b"c|;a=b=c'),
        b";" + b"a" * 5000,
    ),
    "data": _texts(r"|x|xy\r\n|0\r\n\r\n"),
    "chunk end": _texts(r"\n|\r||\n\r|\r\r\n| \r\n|\r\n\r\n|x\r\n|\r\n "),
    "trailer": (
        *_texts(
            r"A: 1\r\n|A: 1\r\nB: 2\r\n|A: 1\n|A 1\r\n|A: 1\r\n b\r\n| A: 1\r\n|A : 1\r\n|A: \0\r\n|: 1\r\n|A: 1\r|A: 1"
        ),
        *_texts(
            r"Content-Length: 5\r\n|content-length: x\r\n|Transfer-Encoding: chunked\r\n|Transfer-Encoding: gzip\r\n"
        ),
        *_texts(r"Host: other\r\n|Connection: close\r\n|Upgrade: h2c\r\n|A: \xff\x85\r\n"),
        b"A:\r\n" * 100,
    ),
    "after": _texts(r"\r\n|\r\n\r\n\r\n|\r|\n|\0|x|0\r\n\r\n|GET"),
}
BYTES: Final = (*_texts(r"\n|\r|\r\n| |\t|\0|:|;|,|0|1|\x0b|\x1f|\x7f|\x80|\xff"), b'"', b"|")
