"""The one-page report: the state of every platform and site, and a reason behind every red."""

from jiyue.report.build import build

__all__ = ["build"]
