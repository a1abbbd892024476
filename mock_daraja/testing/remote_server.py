"""RemoteServer: what DarajaServer is for a server in this process, for one that runs elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike, environ
from typing import Any

from msgspec import convert

from mock_daraja.client import Client, Row
from mock_daraja.errors import Problem
from mock_daraja.model import App
from mock_daraja.sources import ENVIRONMENT_PREFIX
from mock_daraja.testing.changes import check_sandbox, listed, names, split
from mock_daraja.testing.handle import Daraja
from mock_daraja.testing.link import Link


def answering(url: str) -> Client:
    """Raises Problem where no mock answers there."""
    client = Client(url.rstrip("/"), admin_token=environ.get(f"{ENVIRONMENT_PREFIX}ADMIN_TOKEN"))
    client.health()
    return client


class RemoteServer:
    """`changes` are daraja_settings, of which each new sandbox gets its own. Raises Problem where nobody answers."""

    def __init__(self, url: str, changes: Mapping[str, Any] | None = None) -> None:
        self._changes, self._manner = split(changes)
        check_sandbox(self._changes, "daraja_settings, with --daraja-url")
        self._client = answering(url)
        self.url = self._client.url

    def stop(self) -> None:
        """It is somebody else's."""

    def fresh(self, seed: int, changes: Mapping[str, Any] | None = None) -> Daraja:
        """The handle on a new sandbox, named as DarajaServer's are, so that a test has the same ids there."""
        given, manner = split(changes, self._manner)
        check_sandbox(given, "pytest.mark.daraja")
        settings = {"clock": "manual", "hang_limit": 30.0, "seed": seed, **self._changes, **given}
        parties = {name: listed(settings.pop(name, ())) for name in ("app", "apps", "organisations", "customers")}
        row = self._create(seed, {name: _plain(name, value) for name, value in settings.items()})
        client = self._client.sandbox(row["name"])
        try:
            _add_parties(client, parties)
        except Problem:
            client.delete()
            raise
        link = Link(client, client.name, client.url, convert(row["app"], App), row["environment"])
        return Daraja(link, manner)

    def _create(self, seed: int, settings: Mapping[str, Any]) -> Row:
        """Under the first name that nobody has, in another worker or session either."""
        for name in names(seed):
            try:
                return self._client.create_sandbox(name=name, **settings)
            except Problem as problem:
                if problem.status != 409 or problem.where != "name":
                    raise
        raise AssertionError("names don't end")

    def drop(self, daraja: Daraja) -> None:
        daraja._link.leave()
        self._client.sandbox(daraja.name).delete()

    def keep(self, daraja: Daraja) -> None:
        """It stays until somebody deletes it: `DELETE /_mock/sandboxes/NAME`."""


def _add_parties(client: Client, parties: Mapping[str, Sequence[Any]]) -> None:
    for text in parties["app"]:
        key, _, secret = text.partition(":")
        client.add_app(key, secret)
    for app in parties["apps"]:
        client.add_app(**app)
    for organisation in parties["organisations"]:
        client.put_organisation(**organisation)
    for customer in parties["customers"]:
        client.put_customer(**customer)


def _plain(name: str, value: Any) -> Any:
    """As JSON carries it. Raises Problem on a file."""
    if isinstance(value, PathLike):
        remedy = "start the server with --scenarios FOLDER, and give the scenario's name"
        raise Problem(f"{name} is {value!s}, a file on this side of --daraja-url", where=name, remedy=remedy)
    return str(value) if name == "clock" else value
