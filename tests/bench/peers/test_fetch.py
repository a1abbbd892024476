from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.peers.fetch import DARAJA_MOCK, WIREMOCK, FetchError, cache_folder, fetch

pytestmark = pytest.mark.skipif(os.name == "nt", reason="stand-ins are shell scripts")

_JAVA = """#!/bin/sh
echo 'openjdk version "17.0.1" 2021-10-19'
case "$1" in -XX:+PrintFlagsFinal)
    echo '    bool UseG1GC       = true {product}'
    echo '    size_t MaxHeapSize = 1073741824 {product}';;
esac
"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder that programs are found in: empty."""
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(path: Path, name: str, script: str) -> None:
    (path / name).write_text(script)
    (path / name).chmod(0o755)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """As after a first fetch."""
    jar = tmp_path / f"cache/wiremock-{WIREMOCK}/node_modules/wiremock/build/wiremock-standalone-{WIREMOCK}.jar"
    jar.parent.mkdir(parents=True)
    jar.touch()
    installed = tmp_path / f"cache/daraja-mock-{DARAJA_MOCK}/installed"
    installed.parent.mkdir()
    installed.touch()
    return tmp_path / "cache"


def test_what_is_there_is_not_fetched_again(path: Path, cache: Path) -> None:
    program(path, "java", _JAVA)  # and no npm

    peers = fetch(cache)

    assert peers.wiremock_static.command[:2] == (str(path / "java"), "-jar")
    assert peers.wiremock_webhook.command[2] == peers.wiremock_static.command[2]
    assert peers.daraja_mock.command[0].startswith(str(cache))
    assert peers.wiremock_conditions.endswith(
        'openjdk version "17.0.1" 2021-10-19, no JVM flags: G1GC, heap of at most 1.0 GiB'
    )


def test_without_a_jre_and_apt_it_says_what_to_do(path: Path, cache: Path) -> None:
    with pytest.raises(FetchError, match="put a `java` on the path"):
        fetch(cache)


def test_without_npm_it_says_so(path: Path, tmp_path: Path) -> None:
    program(path, "java", _JAVA)

    with pytest.raises(FetchError, match="no `npm` on the path"):
        fetch(tmp_path / "empty")


def test_a_fetch_that_fails_tells_the_last_words(path: Path, tmp_path: Path) -> None:
    program(path, "java", _JAVA)
    program(path, "npm", "#!/bin/sh\necho no such package\nexit 1\n")

    with pytest.raises(FetchError, match=f"wiremock@{WIREMOCK}: no such package"):
        fetch(tmp_path / "empty")


def test_the_cache_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")

    assert cache_folder() == Path("/somewhere/mock-daraja-bench")
