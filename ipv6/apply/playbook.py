"""One run of Ansible: a playbook whose single task runs every host's program, each answer an event of its host."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from ipv6.apply import events
from ipv6.apply.controller import Reach, clean_environment, passwords, write_run

TIMED_OUT = (124, 137)
"""What timeout(1) ends with when it had to end its command, or to kill it."""


def play(
    directory: Path,
    playbook: Path,
    programs: Mapping[str, str],
    reach: Reach,
    here: Collection[str] = (),
    secrets: Mapping[str, str] = {},
) -> tuple[list[Mapping[str, Any]], str]:
    """The events of the hosts, and how the run itself ended.

    `directory` (empty, the caller removes it) takes the files of the run; `programs` are by host, those in `here` run
    on this machine and get their password of `secrets`.
    """
    from ansible_runner.config.runner import RunnerConfig  # here, because it takes most of a second to load
    from ansible_runner.runner import Runner

    files = write_run(directory, programs, playbook.parent, reach, here)
    config = RunnerConfig(
        private_data_dir=str(directory),
        playbook=str(playbook),
        inventory=str(files.inventory),
        settings={"suppress_ansible_output": True},
        quiet=True,
        suppress_env_files=True,
    )
    config.prepare()
    config.env = clean_environment(config.env, os.environ, files)
    config.env.update(passwords(sorted(here), secrets, os.environ))
    config.command = [*guard(reach.limit), *config.command]
    # The runner's own mode forks this process with a terminal. A process in which the Pulumi engine's gRPC threads
    # have run must not fork: the child aborts now and then. A plain subprocess is started without a fork.
    config.runner_mode = "subprocess"
    with Path(os.devnull).open("rb") as nothing:
        config.input_fd = nothing.fileno()
        # What the runner itself calls an event (Ansible's own words, nothing of a host) is not kept.
        status, code = Runner(config=config, event_handler=lambda event: False).run()
    return list(events.read(files.events)), how("timeout" if code in TIMED_OUT else status, code, directory)


def guard(limit: int) -> list[str]:
    """What Ansible runs under: its whole process group ends after `limit` seconds, and when its parent is killed."""
    return ["timeout", "--kill-after=10", str(limit), "setpriv", "--pdeathsig", "TERM", "--"]


def how(status: str, code: int | None, directory: Path) -> str:
    """How the run ended, with Ansible's own error when it went wrong."""
    outputs = sorted(directory.glob("artifacts/*/stdout"))
    said = outputs[0].read_text(encoding="utf-8", errors="replace").splitlines() if code and outputs else []
    errors = [line for line in said if "ERROR" in line] or said[-1:]
    return f"ansible: {status}, exit status {code}" + (f", {short(errors[0])}" if errors else "")


def short(text: object) -> str:
    """The last line that says something, without ssh's and Ansible's decoration."""
    lines = [line.strip() for line in str(text or "").splitlines() if line.strip()]
    return lines[-1].removeprefix("Failed to connect to the host via ssh: ")[:300] if lines else ""
