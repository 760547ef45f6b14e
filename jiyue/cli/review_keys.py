"""`jiyue review keys init|list|enrol|rotate|revoke|renew`: whose signature counts."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from inventory.errors import InputError
from jiyue.cli.keyfile import PassphraseFd, key_of
from jiyue.cli.keyfile import passphrase as passphrase_of
from jiyue.cli.output import Session
from jiyue.cli.tables import table
from jiyue.cli.verbs import verb
from jiyue.i18n import _
from jiyue.review.keyring import Keyring, Role
from jiyue.review.keys import SigningKey
from jiyue.workflow import review_keys as workflow
from jiyue.workflow.services import open_services

RootKey = Annotated[Path | None, typer.Option("--root", help=_("The root key's private file; the lab has its own."))]
Public = Annotated[Path, typer.Option("--public", help=_("The new public key, NAME.pub; NAME becomes the key's id."))]
Key = Annotated[str, typer.Argument(help=_("Id of the key."))]


def add(review: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help=_("Whose signature counts: people, units, keys."), no_args_is_help=True)
    review.add_typer(group, name="keys")

    @verb(group, "init", "Make the root key and an empty keyring.", "jiyue review keys init --into ~/safe --locked")
    def init(
        session: Session,
        into: Annotated[
            Path | None, typer.Option("--into", help=_("Folder of the root key, outside the checkout."))
        ] = None,
        locked: Annotated[bool, typer.Option("--locked", help=_("Protect the private key with a passphrase."))] = False,
        passphrase: PassphraseFd = -1,
    ) -> None:
        services = open_services(session.workspace)
        secret = passphrase_of(passphrase, "root", again=True) if locked else None
        made = workflow.init(services, into.expanduser() if into else None, secret)
        session.emit("review-keys-init", {"root": str(made)}, lambda console: console.print(str(made), markup=False))

    @verb(group, "list", "The keys, their people and units, and since when.", "jiyue review keys list")
    def listing(session: Session) -> None:
        ring = open_services(session.workspace).store.keyring()

        def text(console: Console) -> None:
            shown = table(
                _("key"),
                _("person"),
                _("unit"),
                _("role"),
                _("status"),
                _("since"),
                _("until"),
                _("reason"),
                breaks=(0, 1, 2, 5, 6, 7),
            )
            for one in ring.members:
                since, until = one.since, one.until
                shown.add_row(one.key, one.person, one.unit, _(one.role), _(one.status), since, until, one.reason)
            console.print(shown)
            console.print(_("version {version}, holds until {expires}").format(
                version=ring.version, expires=ring.expires))  # fmt: skip

        session.emit("review-keys", asdict(ring), text)

    @verb(
        group,
        "enrol",
        "Add a person's key.",
        "jiyue review keys enrol --public li.pub --person 李审核 --unit extranet-authority --root ~/safe/root.key",
    )
    def enrol(
        session: Session,
        public: Public,
        person: Annotated[str, typer.Option("--person", help=_("Name of the person."))],
        unit: Annotated[str, typer.Option("--unit", help=_("Unit of review.yaml, or a platform for its operator."))],
        role: Annotated[str, typer.Option("--role", help=_("reviewer, or engineer who submits."))] = "reviewer",
        root: RootKey = None,
        passphrase: PassphraseFd = -1,
    ) -> None:
        known: Role = "engineer" if role == "engineer" else "reviewer"
        if role != known:
            raise InputError("--role", f"{role[:40]!r} is no role", "choose reviewer or engineer")
        services = open_services(session.workspace)
        ring = workflow.enrol(services, public.expanduser(), person, unit, known, _root(root, passphrase))
        _told(session, "review-keys-enrol", ring, public.stem)

    @verb(
        group,
        "rotate",
        "Give a person another key; what the old one signed stays valid.",
        "jiyue review keys rotate li --public li-2.pub --root ~/safe/root.key",
    )
    def rotate(session: Session, key: Key, public: Public, root: RootKey = None, passphrase: PassphraseFd = -1) -> None:
        services = open_services(session.workspace)
        ring = workflow.rotate(services, key, public.expanduser(), _root(root, passphrase))
        _told(session, "review-keys-rotate", ring, public.stem)

    @verb(
        group,
        "revoke",
        "Take a key out of use: every open approval that rests on it is void at once.",
        "jiyue review keys revoke li --reason '密钥丢失' --root ~/safe/root.key",
    )
    def revoke(
        session: Session,
        key: Key,
        reason: Annotated[str, typer.Option("--reason", help=_("What happened to the key."))],
        root: RootKey = None,
        passphrase: PassphraseFd = -1,
    ) -> None:
        services = open_services(session.workspace)
        ring = workflow.revoke(services, key, reason, _root(root, passphrase))
        _told(session, "review-keys-revoke", ring, key)

    @verb(group, "renew", "Sign the keyring anew before it expires.", "jiyue review keys renew --root ~/safe/root.key")
    def renew(session: Session, root: RootKey = None, passphrase: PassphraseFd = -1) -> None:
        ring = workflow.renew(open_services(session.workspace), _root(root, passphrase))
        _told(session, "review-keys-renew", ring, "")


def _root(path: Path | None, descriptor: int) -> SigningKey | None:
    return key_of(path, descriptor) if path else None


def _told(session: Session, schema: str, ring: Keyring, key: str) -> None:
    member = ring.by_key.get(key)
    payload = {"version": ring.version, "expires": ring.expires, "key": asdict(member) if member else None}
    text = _("keyring version {version}, holds until {expires}").format(version=ring.version, expires=ring.expires)
    session.emit(schema, payload, lambda console: console.print(text, markup=False))
