"""Libraries that are imported later, or never, or can't be: each in an interpreter of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Run = Callable[[str], str]
LIBRARIES = ("requests", "urllib3", "httpx", "httpcore", "aiohttp")
START = """
import sys
from mock_daraja import MockDaraja
LIBRARIES = {"requests", "urllib3", "httpx", "httpcore", "anyio", "aiohttp"}
SANDBOX = "https://sandbox.safaricom.co.ke/oauth/v1/generate?grant_type=client_credentials"
BASIC = {"Authorization": "Basic dGVzdC1rZXk6dGVzdC1zZWNyZXQ="}
"""
WITH_URLLIB = """
    import urllib.request
    with urllib.request.urlopen(urllib.request.Request(SANDBOX, headers=BASIC), timeout=5) as answer:
        print(answer.status)
"""


def test_nothing_is_imported_that_the_test_does_not_import(run: Run) -> None:
    printed = run(f"{START}\nwith MockDaraja(intercept=True):{WITH_URLLIB}\nprint(LIBRARIES & set(sys.modules))")

    assert printed == "200\nset()"


def test_libraries_that_are_not_installed_are_not_missed(run: Run) -> None:
    block = """
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in LIBRARIES:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Block())
sys.modules["aiohttp.connector"] = None
"""

    assert run(f"{START}{block}\nwith MockDaraja(intercept=True):{WITH_URLLIB}") == "200"


@pytest.mark.parametrize(
    "get",
    [
        "import requests; print(requests.get(SANDBOX, headers=BASIC, timeout=5).status_code)",
        "import urllib3; print(urllib3.request('GET', SANDBOX, headers=BASIC, timeout=5).status)",
        "import httpx; print(httpx.get(SANDBOX, headers=BASIC, timeout=5).status_code)",
        "import asyncio, httpx\n"
        "    async def get():\n"
        "        async with httpx.AsyncClient() as client:\n"
        "            print((await client.get(SANDBOX, headers=BASIC, timeout=5)).status_code)\n"
        "    asyncio.run(get())",
        "import asyncio, aiohttp\n"
        "    async def get():\n"
        "        async with aiohttp.ClientSession(headers=BASIC) as session, session.get(SANDBOX) as answer:\n"
        "            print(answer.status)\n"
        "    asyncio.run(get())",
    ],
    ids=["requests", "urllib3", "httpx", "httpx async", "aiohttp"],
)
def test_what_is_imported_during_the_test_is_covered_and_undone(run: Run, get: str) -> None:
    undone = """
patched = [
    (name, attribute)
    for module in ("http.client", "urllib3.connection", "httpcore", "aiohttp.connector") if module in sys.modules
    for name, owner in vars(sys.modules[module]).items() if isinstance(owner, type)
    for attribute, value in vars(owner).items()
    if "mock_daraja" in getattr(getattr(value, "__code__", None), "co_filename", "")
]
print(patched, [finder for finder in sys.meta_path if "mock_daraja" in type(finder).__module__])
loaders = {type(module.__spec__.loader).__module__ for module in sys.modules.values() if getattr(module, "__spec__", 0)}
print([name for name in loaders if "mock_daraja" in name])
"""

    assert run(f"{START}\nwith MockDaraja(intercept=True):\n    {get}\n{undone}") == "200\n[] []\n[]"


def test_what_is_imported_after_the_test_is_left_alone(run: Run) -> None:
    program = """
import importlib.util
with MockDaraja(intercept=True):
    spec = importlib.util.find_spec("httpcore")
    print(spec.loader.is_package("httpcore"))
module = importlib.util.module_from_spec(spec)
sys.modules["httpcore"] = module
spec.loader.exec_module(module)
print("mock_daraja" in module.ConnectionPool.create_connection.__code__.co_filename)
"""

    assert run(START + program) == "True\nFalse"


def test_a_module_that_is_loaded_again_is_covered_again(run: Run) -> None:
    program = """
with MockDaraja(intercept=True, strict=False):
    import importlib, http.client
    importlib.reload(http.client)
    connection = http.client.HTTPSConnection("api.safaricom.co.ke", timeout=5)
    connection.request("GET", "/nowhere")
    print(connection.getresponse().status)
    connection.close()
"""

    assert run(START + program) == "404"


def test_another_import_hook_of_the_same_kind_gets_along(run: Run) -> None:
    hook = """
class Hook:  # asks all finders, as tracing libraries do
    busy = False
    def find_spec(self, name, path=None, target=None):
        if self.busy:
            return None
        self.busy = True
        try:
            return next(filter(None, (each.find_spec(name, path, target) for each in sys.meta_path)), None)
        finally:
            self.busy = False
with MockDaraja(intercept=True):
    sys.meta_path.insert(0, Hook())
    import requests
    print(requests.get(SANDBOX, headers=BASIC, timeout=5).status_code)
"""

    assert run(START + hook) == "200"


def test_importing_it_imports_no_client(run: Run) -> None:
    program = "import sys; before = set(sys.modules); import mock_daraja.intercept; print(*set(sys.modules) - before)"

    assert not {name.partition(".")[0] for name in run(program).split()} & {"http", "asyncio", "flask", *LIBRARIES}
