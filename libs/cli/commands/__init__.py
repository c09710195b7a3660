"""The subcommands of `radiant`; each module offers `async def run(invocation) -> int`, the exit code."""

from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Console

from cli.settings import SuiteSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One invocation of `radiant`."""

    arguments: Namespace
    """The parsed arguments."""
    settings: SuiteSettings
    """Settings from the environment."""
    environ: Mapping[str, str]
    """The environment variables, for child processes."""
    console: Console
    """Terminal output."""

    def print(self, text: str) -> None:
        """Prints a line without interpreting markup."""
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)
