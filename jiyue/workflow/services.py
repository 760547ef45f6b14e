"""What the steps work with, opened once for a workspace: inventory, store, ways to the hosts."""

from __future__ import annotations

import atexit
import os
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from inventory import source
from inventory.errors import EnvironmentFailed, InputError
from inventory.model import Inventory
from ipv6.drivers import registry
from jiyue import engines
from jiyue.probe.runner import Runner
from jiyue.review import trust
from jiyue.secrets.agent import agent
from jiyue.secrets.vault import Secrets, load
from jiyue.store import Store, open_store
from jiyue.store.part import utc_now
from jiyue.store.url import choose
from jiyue.workspace import Workspace

__all__ = ["Services", "open_services", "utc_now"]


@dataclass(frozen=True)
class Services:
    """Everything is opened at first use, so a verb pays only for what it needs."""

    space: Workspace

    @cached_property
    def inventory(self) -> Inventory:
        """The validated province."""
        return source.load(self.space.inventory, self.space.environment, frozenset(registry.names()))

    @cached_property
    def store(self) -> Store:
        """The environment's store; made with its folder at first use."""
        self.space.var.mkdir(parents=True, exist_ok=True, mode=0o700)
        trusted = trust.trust_of(self.inventory, self.key_folder)
        return open_store(self.store_place, trusted, anchor=self.space.var / "ledger.head")

    @property
    def prefixes(self) -> dict[str, str]:
        """What the ledger has allocated, by key; read anew each time."""
        return {claim.key: claim.prefix for claim in self.store.claims()}

    @property
    def store_place(self) -> str | Path:
        """The path or URL of the store: JIYUE_STORE, else the environment's `store`, else the file below `var`."""
        named, file = self.inventory.environment.store, f"env/{self.space.environment}.yaml"
        return choose(named, self.space.store, self.space.root, os.environ, file)

    @property
    def state_backend(self) -> str:
        """JIYUE_STATE, else the environment's `state`, else empty; InputError for a password in the inventory."""
        named = self.inventory.environment.state
        if not os.environ.get("JIYUE_STATE") and "@" in named and ":" in urlsplit(named).netloc.rpartition("@")[0]:
            place, cause = f"env/{self.space.environment}.yaml", "the URL of the states holds a password"
            raise InputError(place, cause, "take it out; use JIYUE_STATE or PGPASSWORD")
        return os.environ.get("JIYUE_STATE", "") or named

    @property
    def key_folder(self) -> Path:
        """Where the environment's keyring lies: its own folder in the lab, the province's in the field."""
        return trust.folder_of(self.inventory, self.space.inventory, self.space.keys)

    @cached_property
    def secrets(self) -> Secrets:
        """What the environment's vault holds, decrypted once; its SSH keys are in an agent that ends with us."""
        found = load(self.space.inventory / "env" / f"{self.space.environment}.vault", os.environ)
        if found.keys:
            ended = ExitStack()
            atexit.register(ended.close)
            # Every ssh that this process starts looks there, whoever starts it.
            os.environ["SSH_AUTH_SOCK"] = ended.enter_context(agent(found.keys))
        return found

    @cached_property
    def runner(self) -> Runner:
        """The way to run probes on hosts; trusts the lab's own authority where there is a lab.

        EnvironmentFailed when there is no way to any host: nothing measured is not a failed check.
        """
        if not self.space.ssh_config.is_file():
            raise EnvironmentFailed("hosts", "there is no way to reach them", "run: jiyue lab up")
        _ = self.secrets  # its keys may be the way to the hosts
        authority = self.space.lab / "ca" / "ca.crt"
        ca = authority.read_text(encoding="ascii") if authority.is_file() else ""
        return Runner(self.space.ssh_config, self.space.evidence, ca)

    @cached_property
    def kubeconfig(self) -> Path:
        """KUBECONFIG of the caller in the field, the lab's own in the lab."""
        own = self.space.lab / "kubeconfig"
        return own if self.inventory.environment.kind == "lab" else Path(os.environ.get("KUBECONFIG", str(own)))

    @cached_property
    def engine_environment(self) -> tuple[dict[str, str], Path]:
        """The Pulumi engine's environment and its home; raises EngineError when an engine is missing."""
        paths = engines.require()
        home = engines.pulumi_home(self.space.var, paths)
        return engines.pulumi_env(paths, home), home

    @property
    def platforms(self) -> tuple[str, ...]:
        """Names of the platforms in the order of the waves."""
        return tuple(name for wave in self.inventory.waves for name in wave.platforms)


def open_services(space: Workspace) -> Services:
    """Services of a workspace; nothing is opened yet."""
    return Services(space)
