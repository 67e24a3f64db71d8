"""What is known of an option: its name, type, default, and where it may be given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from typing import Any

ENV_PREFIX = "DEDUP_"
OptionKind = Literal["flag", "switch", "choice", "float", "int", "text", "size", "list", "file", "path"]
"""What a value is. A ``switch`` has a ``--no-`` form as well; a ``list`` may be given several times; ``size`` is a
number of bytes, with a unit or without; a ``file`` has to exist, a ``path`` does not."""
Source = Literal["config", "named", "env", "line"]
"""Where a value may come from: any configuration file and the environment (``config``); only a configuration file that
is named with ``--config``, and the environment (``named``); only the environment (``env``); only the command line.
What names an input or an output, or says what is done with it, comes from the command line alone. What can run code or
send text to another machine is ``named``: a file that is merely found may be anyone's."""


class Option(NamedTuple):
    """One option of the command."""

    name: str
    """Long name, without the dashes; also the key in the configuration file."""
    kind: OptionKind
    help: str
    source: Source = "line"
    short: str = ""
    """One letter, without the dash."""
    default: Any = None
    metavar: str = ""
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    shown: str = ""
    """How the help writes the default, where that is not the value itself."""
    unsafe: tuple[str, ...] = ()
    """Values that give up a promise, and are therefore refused in a configuration file that was only found."""

    @property
    def dest(self) -> str:
        """Name as a Python identifier."""
        return self.name.replace("-", "_")

    @property
    def env(self) -> str:
        """Name of the environment variable."""
        return ENV_PREFIX + self.dest.upper()

    @property
    def in_file(self) -> bool:
        """Return True if a configuration file may hold it, be it only one that is named."""
        return self.source in ("config", "named")

    @property
    def flags(self) -> str:
        """The ways to write it, as the help shows them."""
        long = f"--{self.name} / --no-{self.name}" if self.kind == "switch" else f"--{self.name}"
        return f"-{self.short}, {long}" if self.short else long
