"""The registry: every sandbox of a server, and how a consumer key or bearer token leads to one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from threading import RLock
from typing import Any, TypeVar

from mock_daraja import defaults, tables
from mock_daraja.errors import Problem
from mock_daraja.ids import Reserved
from mock_daraja.journal.known import KnownSecrets
from mock_daraja.journal.needles import Value
from mock_daraja.model import APPS, INITIATORS, ORGANISATIONS, TOKENS, App, Token, changed
from mock_daraja.model.noun import Noun
from mock_daraja.quoting import shown
from mock_daraja.sandbox import DEFAULT, Sandbox
from mock_daraja.settings import Settings
from mock_daraja.store import MemoryStore, Store

Caller = TypeVar("Caller", App, Token)


class Sandboxes:
    """`make` is Sandbox, with what all sandboxes of a server have in common."""

    def __init__(self, settings: Settings, make: Callable[[str, Settings, Store], Sandbox]) -> None:
        self.settings = settings
        self._make = make
        self._lock = RLock()
        self._numbers = count(1)
        self._sandboxes: dict[str, Sandbox] = {}
        self.store: Store = MemoryStore({"tokens": sys.maxsize})  # what leads to a sandbox: apps and tokens
        self.secrets = KnownSecrets(self._is_token, lambda: self.store.change, self._secrets)
        """Of all sandboxes: one's secret may stand in another's journal."""
        self.secrets.add(settings.admin_token)
        self._reserved = Reserved(self._sandboxes.__contains__)
        self.create(DEFAULT)

    @property
    def default(self) -> Sandbox:
        return self._sandboxes[DEFAULT]

    def all(self) -> list[Sandbox]:
        return list(self._sandboxes.values())

    def stores(self) -> list[Store]:
        return [each.store for each in self.all()]

    def get(self, name: str) -> Sandbox:
        """Raises Problem, naming those there are."""
        found = self._sandboxes.get(name)
        if found is None:
            known = ", ".join(list(self._sandboxes)[:10])
            raise Problem(f"there is no sandbox {shown(name)}", remedy=f"there are {known}", status=404)
        return found

    def create(self, name: str, **changes: Any) -> Sandbox:
        """A fresh sandbox with these settings changed. Raises Problem when the name or one of its keys is taken."""
        with self._lock:
            if name in self._sandboxes:
                what, remedy = f"there is a sandbox {shown(name)} already", "choose another name"
                raise Problem(what, where="name", remedy=remedy, status=409)
            if name != DEFAULT:
                changes = {"app": (f"{name}-key:{name}-secret",), "apps": ()} | changes
            return self._open(name, replace(self.settings, **changes))

    def _open(self, name: str, settings: Settings) -> Sandbox:
        made = self._make(name, settings, self.store)
        with self.store.unit():
            for app in _apps(made):
                self.put_app(made, app)
            self._sandboxes[name] = made
        made.reserved = self._reserved
        made.secrets = self.secrets
        self.secrets.add_all(_secrets_in(made))
        return made

    def fresh_name(self) -> str:
        """A name nobody chose, and none that was given before: callbacks of a deleted sandbox may be under way."""
        return next(name for number in self._numbers if (name := f"sandbox-{number}") not in self._sandboxes)

    def put_app(self, sandbox: Sandbox, app: App, *, only_new: bool = False) -> App:
        """Add it, or unless `only_new` change the sandbox's own of that key. Raises Problem when the key is taken."""
        with self.store.unit():
            old = self.store.get(APPS, app.key)
            if old is not None and (only_new or old.sandbox != sandbox.name):
                what = f"app key {shown(old.key)} belongs to sandbox {shown(old.sandbox)}"
                raise Problem(what, remedy="a key leads to one sandbox: choose another", status=409)
            number = self.store.next("app") if old is None else old.number
            kept = changed(app, sandbox=sandbox.name, number=number)
            self.store.put(APPS, kept)
            self.secrets.add(kept.secret)
            return kept

    def remove_app(self, sandbox: Sandbox, key: str) -> bool:
        """With its tokens. False when the sandbox has no such app."""
        app = self.store.get(APPS, key)
        if app is None or app.sandbox != sandbox.name:
            return False
        with self.store.unit():
            self.store.remove_ranks(TOKENS, "app", key)
            return self.store.remove(APPS, key)

    def reset(self, name: str) -> Sandbox:
        """The sandbox as it was when it was created."""
        with self._lock:
            old = self.get(name)
            old.close()
            with self.store.unit():
                old.forget_callers()
                return self._open(name, old.settings)

    def delete(self, name: str) -> None:
        with self._lock:
            if name == DEFAULT:
                raise Problem("the default sandbox stays", remedy="reset it instead", status=409)
            old = self.get(name)
            old.close()
            with self.store.unit():
                old.forget_callers()
            del self._sandboxes[name]

    def close(self) -> None:
        for sandbox in self.all():
            sandbox.close()

    def _secrets(self) -> Iterator[Value]:
        """What is shown to nobody but who asks for it: of apps, organisations and initiators, and the admin token; and
        whether it is a passkey."""
        yield self.settings.admin_token or "", False
        yield from ((app.secret or "", False) for app in self.store.scan(APPS))
        for sandbox in self.all():
            yield from _secrets_in(sandbox)

    def _is_token(self, text: str) -> bool:
        return self.store.get(TOKENS, text) is not None

    def found_by(self, noun: Noun[Caller, str], given: str) -> tuple[Sandbox, Caller] | None:
        """The sandbox that an app's key or a token's value leads to, and that app or token."""
        row = self.store.get(noun, given)
        sandbox = None if row is None else self._sandboxes.get(row.sandbox)
        return None if row is None or sandbox is None else (sandbox, row)


def _secrets_in(sandbox: Sandbox) -> Iterator[Value]:
    yield from ((row.passkey or "", True) for row in sandbox.store.scan(ORGANISATIONS))
    yield from ((row.password, False) for row in sandbox.store.scan(INITIATORS))


def _apps(made: Sandbox) -> Iterator[App]:
    if made.name == DEFAULT:
        yield App(defaults.APP_KEY, defaults.APP_SECRET)
    for text in made.settings.app:
        key, _, secret = text.partition(":")
        yield App(key, secret)
    yield from map(tables.app_from, made.settings.apps)
