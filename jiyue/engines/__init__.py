"""The engines: found on the machine, downloaded, or built from pinned source; never a mock (design, 16)."""

from __future__ import annotations

from jiyue.engines.install import Setting, install, require, resolve, status
from jiyue.engines.model import Engine, EngineError, EnginePaths, EngineStatus, Progress
from jiyue.engines.pulumi import pulumi_env, pulumi_home
from jiyue.engines.recipes import engine_table

__all__ = [
    "Engine",
    "EngineError",
    "EnginePaths",
    "EngineStatus",
    "Progress",
    "Setting",
    "engine_table",
    "install",
    "pulumi_env",
    "pulumi_home",
    "require",
    "resolve",
    "status",
]
