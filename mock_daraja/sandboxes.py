"""The registry: every sandbox of a server, and how a consumer key or bearer token leads to one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from threading import RLock
from typing import Any

from mock_daraja.errors import Problem
from mock_daraja.model import App, Event, Token
from mock_daraja.sandbox import DEFAULT, Sandbox
from mock_daraja.scenarios import Library
from mock_daraja.settings import Settings


class Sandboxes:
    """`run` carries out the events of every sandbox's agenda."""

    def __init__(self, settings: Settings, library: Library, run: Callable[[Sandbox, Event], bool]) -> None:
        self.settings = settings
        self._library = library
        self._run = run
        self._lock = RLock()
        self._numbers = count(1)
        self._sandboxes: dict[str, Sandbox] = {}
        self.create(DEFAULT)

    @property
    def default(self) -> Sandbox:
        return self._sandboxes[DEFAULT]

    def all(self) -> list[Sandbox]:
        return list(self._sandboxes.values())

    def get(self, name: str) -> Sandbox:
        """Raises Problem, naming those there are."""
        found = self._sandboxes.get(name)
        if found is None:
            known = ", ".join(list(self._sandboxes)[:10])
            raise Problem(f"there is no sandbox {name!r}", remedy=f"there are {known}", status=404)
        return found

    def create(self, name: str, **changes: Any) -> Sandbox:
        """A fresh sandbox with these settings changed. Raises Problem when the name or one of its keys is taken."""
        with self._lock:
            if name in self._sandboxes:
                raise Problem(f"there is a sandbox {name!r} already", remedy="choose another name", status=409)
            if name != DEFAULT:
                changes = {"app": (f"{name}-key:{name}-secret",), "apps": ()} | changes
            made = Sandbox(name, replace(self.settings, **changes), self._library, self._run)
            self._check_keys(made)
            self._sandboxes[name] = made
            return made

    def fresh_name(self) -> str:
        """A name nobody chose, and none that was given before: callbacks of a deleted sandbox may be under way."""
        return next(name for number in self._numbers if (name := f"sandbox-{number}") not in self._sandboxes)

    def add_app(self, sandbox: Sandbox, app: App) -> None:
        """Raises Problem when its key is taken, in this or any other sandbox."""
        with self._lock:
            self._check_key(app.key)
            sandbox.store.put_app(app)

    def _check_keys(self, made: Sandbox) -> None:
        for app in made.store.apps():
            self._check_key(app.key)

    def _check_key(self, key: str) -> None:
        if (taken := self.by_key(key)) is not None:
            raise Problem(
                f"app key {key!r} belongs to sandbox {taken[0].name!r}",
                remedy="a key leads to one sandbox: choose another",
                status=409,
            )

    def reset(self, name: str) -> Sandbox:
        """The sandbox as it was when it was created."""
        with self._lock:
            old = self.get(name)
            old.close()
            fresh = Sandbox(name, old.settings, self._library, self._run)
            self._sandboxes[name] = fresh
            return fresh

    def delete(self, name: str) -> None:
        with self._lock:
            if name == DEFAULT:
                raise Problem("the default sandbox stays", remedy="reset it instead", status=409)
            self.get(name).close()
            del self._sandboxes[name]

    def close(self) -> None:
        for sandbox in self.all():
            sandbox.close()

    def by_key(self, key: str) -> tuple[Sandbox, App] | None:
        for sandbox in self.all():
            app = sandbox.store.app(key)
            if app is not None:
                return sandbox, app
        return None

    def by_token(self, value: str) -> tuple[Sandbox, Token] | None:
        for sandbox in self.all():
            token = sandbox.store.token(value)
            if token is not None:
                return sandbox, token
        return None
