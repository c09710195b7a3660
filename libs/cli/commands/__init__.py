"""The subcommands of `radiant`; each module offers `async def run(call) -> int`, the exit code."""

from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Console

from cli.settings import SuiteSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the command line."""

    arguments: Namespace
    """The parsed arguments."""
    settings: SuiteSettings
    """The environment, read."""
    environ: Mapping[str, str]
    """The environment as it came, for child processes."""
    console: Console
    """Where people read."""

    def tell(self, text: str) -> None:
        """Prints a line as it is, without reading markup into it."""
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)
