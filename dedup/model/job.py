"""What a run is asked to do, what it tells while it runs, and what it says at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from dedup.model.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

Mode = Literal["clean", "check", "diff", "dry-run"]
OnError = Literal["pass", "fail"]
Html = Literal["keep", "text"]
Empty = Literal["keep", "drop", "null"]
STDIN = "-"


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where a run on Spark runs, and its places as they were given: ``hdfs://…`` is no path of this machine."""

    master: str | None = None
    """Spark's master URL; None: as Spark is configured, and at the least this machine's cores."""
    remote: str | None = None
    """URL of a Spark Connect server (``sc://…``), instead of a master."""
    conf: tuple[str, ...] = ()
    """Spark's own settings, as ``KEY=VALUE``."""
    output: str | None = None
    removed: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One run: which inputs, what is done with them, and where the result goes."""

    inputs: tuple[str, ...] = (STDIN,)
    """Files, directories, addresses, or ``-``, in the order given."""
    settings: Settings = field(default_factory=Settings)
    mode: Mode = "clean"
    format: str = "auto"
    """What the inputs are, one of `dedup.formats.names.ASKED`; ``auto``: each tells by itself."""
    text_field: str = "text"
    """Dotted path of the text in a JSON record; name of its column in a table."""
    delimiter: str = ""
    """Sign between the values of a row (CSV); empty: the first row tells."""
    html: Html | None = None
    """How HTML is read: so that elements go from it and all else stays (``keep``), or as its text; None: not at all."""
    encoding: str = "utf-8"
    include: tuple[str, ...] | None = None
    """Names that are read below a directory; None: `dedup.formats.names.USUAL`."""
    exclude: tuple[str, ...] = ()
    """Names that are left out below a directory, of files and of directories."""
    binary_as_text: bool = False
    """Read as text whatever is not JSON lines, also what is binary or known to be something else."""
    output: Path | str | None = None
    """File or directory; as a string, an address (``s3://BUCKET/KEY``). None writes to standard output."""
    into_directory: bool = False
    """`output` is a directory, to be made if need be. Else it is one only if it is there, or if one is read."""
    in_place: bool = False
    removed: Path | str | None = None
    """Where the removal log goes; as a string, an address."""
    on_error: OnError = "pass"
    workers: int | None = None
    """Processes; None: one per core that this process may use, as far as memory allows."""
    max_document: int = 1 << 28
    """Bytes above which one document passes through unread, counted and reported."""
    stdin_name: str = "<stdin>"
    explain: bool = False
    """Tell each removal, and each near-duplicate that stays, through `Events.explained`."""
    against: tuple[str, ...] = ()
    """References (scope ``corpus``): files and directories read like `inputs`, before them; what stands in them goes
    from the inputs, and they are not written."""
    mark: bool = False
    """Leave the text as it is, and add a field to each JSON record that says what would go, and why."""
    empty: Empty = "keep"
    """What becomes of a JSON record whose text is left empty: kept with an empty text, dropped, or its text null."""
    max_removed: float | None = None
    """Share of the paragraphs (0-1) above which nothing is written and the run fails; None: any."""
    max_memory: int | None = None
    """Bytes that all processes together aim to stay below (scope ``corpus``); None: half of what is free to it."""
    work_dir: Path | None = None
    """Where a run in scope ``corpus`` keeps what does not fit into memory, and from where a killed one goes on; None: a
    temporary directory."""
    index: str | None = None
    """A directory that remembers what was seen on earlier days (scope ``corpus``): inputs are cleaned against it, too,
    and with `mode` ``clean`` added to it; None: there is none."""
    keep_texts: bool = False
    """Have `dedup.model.errors.InternalError` hold the texts that it is about."""
    cluster: Cluster | None = None
    """Run on Spark (scope ``corpus``); None: on this machine, with processes of its own."""
    files_from: str | None = None
    """A file that names further inputs, behind `inputs`, or ``-``; see `dedup.formats.files.name_list`."""
    null: bool = False
    """Names in `files_from` end with NUL bytes, not with lines."""
    listed: tuple[str, ...] = ()
    """What `files_from` names; a run reads it before anything else."""
    shard_size: int | None = None
    """Bytes, before packing, of the files that the one output is written in; `output` is then the pattern of their
    names. See `dedup.formats.files.shards`."""
    stats: Path | None = None
    """A file that the command writes at the end, and that is therefore neither read nor written by the run."""
    reports: tuple[Path, ...] = ()
    """Likewise, several."""
    baseline: Path | None = None
    """Likewise, and may be read by it."""
    since: str | None = None
    """A revision of git: files that have not changed since are not cleaned; in scope ``corpus`` they are references."""
    changed: frozenset[str] | None = None
    """The real paths of files that have changed since; a run asks git before anything else."""

    @property
    def output_path(self) -> Path | str | None:
        """The file or directory (as a string, the address) that the text goes to; None: standard output."""
        return None if self.output is None or str(self.output) == STDIN else self.output

    @property
    def named(self) -> tuple[str, ...]:
        """All inputs that are named, by themselves or in a list."""
        return self.inputs + self.listed

    @property
    def reads_stdin(self) -> bool:
        """Return True if standard input is among the inputs."""
        return STDIN in self.inputs
