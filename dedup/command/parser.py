"""The command line as click sees it: parsed, checked for sense, and turned into a `Request`."""

from __future__ import annotations

import glob
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.core import ParameterSource

from dedup.command import config_file
from dedup.command.checks import (
    check_combinations,
    check_inputs,
    check_stats,
    drop_unused_options,
    sign_between,
)
from dedup.command.eager import callbacks
from dedup.command.help import USAGE, render
from dedup.command.options import OPTIONS
from dedup.formats.files.addresses import is_address
from dedup.formats.names import USUAL
from dedup.model.errors import UsageError
from dedup.model.job import STDIN, Cluster, Job, Mode
from dedup.model.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dedup.command.option import Option

    AnyParamType = click.ParamType[Any]
else:
    AnyParamType = click.ParamType  # generic only in newer versions of click

PROGRAM = "dedup"
COMPLETE_VARIABLE = "_DEDUP_COMPLETE"


class ReviewRequest(NamedTuple):
    """How many decisions are asked about, which are drawn, and where the answers are kept."""

    number: int
    seed: int
    answers: Path | None


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line, the environment and the configuration ask for, together."""

    job: Job
    restore: Path | str | None = None
    """The removal log to put back; everything but inputs and outputs of `job` is then without meaning."""
    quiet: bool = False
    verbose: bool = False
    progress: bool | None = None
    color: Any = "auto"
    exit_zero: bool = False
    debug: bool = False
    debug_dir: Path | None = None
    """Where texts with which a kernel raises are saved."""
    stats: str | None = None
    """Where the figures go; ``-`` is standard output."""
    annotate: Any = None
    """Write findings to standard output, in the way of this service."""
    update_baseline: bool = False
    lives_of: str | None = None
    """``FILE[:LINE]``: tell the lives of these paragraphs, and do nothing else."""
    review: ReviewRequest | None = None
    """Ask about decisions, and do nothing else."""
    no_pager: bool = False
    show_config: bool = False
    effective: tuple[tuple[Option, Any, str], ...] = field(default=())
    """Each setting a configuration file may hold: its value in force, and where that comes from."""


class _Figure(AnyParamType):
    """A number or a size, refused in the words in which the configuration file's would be."""

    def __init__(self, option: Option) -> None:
        self.name = option.kind
        self._option = option

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, str) and self._option.kind in ("float", "int"):
            found = config_file.parse_number(value, "float" if self._option.kind == "float" else "int")
            value = value if found is None else found  # what is none is told below, as what it is not
        try:
            return config_file.convert(self._option, value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _Command(click.Command):
    """One flat command, with the settings of the configuration file as its defaults."""

    def get_help(self, ctx: click.Context) -> str:
        return render(ctx.terminal_width or 80).rstrip("\n")

    def get_usage(self, ctx: click.Context) -> str:  # noqa: ARG002 - the signature is click's
        return USAGE

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not ctx.resilient_parsing:
            given, _, _ = self.make_parser(ctx).parse_args(list(args))
            if not {"help", "version", "completion"} & given.keys():
                found = _configuration(given)
                ctx.default_map = dict(found.values)
                ctx.obj = found
        return super().parse_args(ctx, args)


def _configuration(given: Mapping[str, Any]) -> config_file.Config:
    """Load the configuration that the command line (as parsed so far) and the environment ask for."""
    explicit = given.get("config") or os.environ.get(OPTIONS["config"].env)
    isolated = given.get("isolated") or _truth(os.environ.get(OPTIONS["isolated"].env, ""))
    if isolated and given.get("config"):
        raise UsageError("--config and --isolated contradict each other", hint="leave one of them out")
    if isolated:
        return config_file.Config()
    return config_file.load(Path(explicit) if explicit else None)


def _truth(text: str) -> bool:
    return text.strip().lower() in ("1", "true", "t", "yes", "y", "on")


def build() -> click.Command:
    """Make the command; invoking it returns a `Request`."""
    params: list[click.Parameter] = [_parameter(option) for option in OPTIONS.values()]
    params.append(click.Argument(["inputs"], nargs=-1, type=click.Path(allow_dash=True)))
    return _Command(PROGRAM, params=params, callback=_request, add_help_option=False, context_settings={})


def _parameter(option: Option) -> click.Option:
    names = [f"-{option.short}"] if option.short else []
    extra: dict[str, Any] = {"help": option.help}
    if option.source != "line":
        extra["envvar"] = option.env
    if option.name in _EAGER:
        extra |= {"is_eager": True, "expose_value": False, "callback": _EAGER[option.name]}
    if option.kind == "switch":
        names.append(f"--{option.name}/--no-{option.name}")
        extra["default"] = option.default
    elif option.kind == "flag":
        names.append(f"--{option.name}")
        extra["is_flag"] = True
    else:
        names.append(f"--{option.name}")
        extra |= {"type": _type(option), "multiple": option.kind == "list", "default": option.default}
        if option.metavar:
            extra["metavar"] = option.metavar
    return click.Option([*names, option.dest], **extra)


def _type(option: Option) -> AnyParamType | type:
    if option.kind == "choice":
        return click.Choice(option.choices)
    if option.kind in ("float", "int", "size"):
        return _Figure(option)
    return click.Path() if option.kind in ("file", "path") else str


def _version() -> str:
    from importlib.metadata import version

    from dedup.native.kernels import describe

    return f"{version('paradedup')} ({describe()})"


_EAGER = callbacks(PROGRAM, COMPLETE_VARIABLE, _version)


_SETTINGS = ("split", "threshold", "guard", "min_words", "exact", "scope", "keep", "boilerplate", "within")
_AS_GIVEN = (
    *("format", "encoding", "binary_as_text", "on_error", "workers", "max_document", "stdin_name"),
    *("against", "index", "mark", "empty", "max_removed", "max_memory", "files_from", "null"),
    "since",
)
_MESSAGES = (
    *("quiet", "verbose", "progress", "color", "exit_zero", "debug", "show_config"),
    *("annotate", "update_baseline", "no_pager"),
)
"""Options that are taken over as they are: into `Settings`, into `Job`, and into `Request`."""


@click.pass_context
def _request(ctx: click.Context, /, **values: Any) -> Request:
    inputs = _expanded(values["inputs"]) or (() if values["files_from"] is not None else _asked_about(values))
    if values["index"] is not None and ctx.get_parameter_source("scope") is not ParameterSource.COMMANDLINE:
        values["scope"] = "corpus"  # there is no other one over days
    drop_unused_options(values, lambda name: ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE)
    check_combinations(values, inputs)
    check_inputs(inputs, in_place=values["in_place"], files_from=values["files_from"])
    check_stats(values)
    found = ctx.obj if isinstance(ctx.obj, config_file.Config) else config_file.Config()
    output, mode, include = values["output"], _mode(values), tuple(values["include"])
    job = Job(
        inputs=inputs,
        settings=Settings(**{name: values[name] for name in _SETTINGS}),
        mode=mode,
        text_field=values["field"],
        delimiter=sign_between(values["delimiter"]),
        html=values["html"],
        include=include if include != USUAL else None,
        exclude=tuple(values["exclude"]),
        # With --dry-run they say what would be done, and nothing is.
        output=None if mode == "dry-run" or output in (None, STDIN) else _place(output, values),
        into_directory=bool(output) and output.endswith(("/", os.sep)),
        shard_size=None if mode == "dry-run" else values["shard_size"],
        in_place=mode != "dry-run" and values["in_place"],
        removed=None if values["removed"] is None else _place(values["removed"], values),
        explain=any(values[name] for name in ("verbose", "report", "annotate", "baseline", "explain", "review")),
        work_dir=_path(values["work_dir"]),
        stats=None if values["stats"] == STDIN else _path(values["stats"]),
        reports=tuple(map(Path, values["report"])),
        baseline=_path(values["baseline"]),
        keep_texts=values["debug_dir"] is not None,
        cluster=_cluster(values),
        **{name: values[name] for name in _AS_GIVEN},
    )
    return Request(
        job=job,
        restore=None if values["restore"] is None else _place(values["restore"], values),
        debug_dir=_path(values["debug_dir"]),
        stats=values["stats"],
        lives_of=values["explain"],
        review=_review(values),
        effective=_effective(ctx, found),
        **{name: values[name] for name in _MESSAGES},
    )


def _asked_about(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what is read where no INPUT is named: the file that is asked about, or else standard input."""
    given = values["explain"]
    if not given:
        return (STDIN,)
    names = [given, *(given.rsplit(":", number)[0] for number in (1, 2))]
    return (next((name for name in names if Path(name).exists()), names[-1] or STDIN),)


def _review(values: Mapping[str, Any]) -> ReviewRequest | None:
    if values["review"] is None:
        return None
    return ReviewRequest(values["review"], values["seed"], _path(values["answers"]))


def _cluster(values: Mapping[str, Any]) -> Cluster | None:
    if values["engine"] != "spark" or values["restore"] is not None:  # restoring needs no cluster
        return None
    places = (values["output"], values["removed"])
    return Cluster(values["master"], values["remote"], tuple(values["spark_conf"]), *places)


def _mode(values: Mapping[str, Any]) -> Mode:
    # --check --diff is --diff: it shows what --check finds, with the same exit status.
    if values["diff"]:
        return "diff"
    if values["check"] or values["explain"] is not None or values["review"] is not None:
        return "check"
    return "dry-run" if values["dry_run"] else "clean"


def _place(text: str, values: Mapping[str, Any]) -> Path | str:
    """Return a path, or an address as it is; where Spark runs, what it takes of them is in `Cluster`."""
    return text if is_address(text) and _cluster(values) is None else Path(text)


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def _expanded(inputs: Sequence[str]) -> tuple[str, ...]:
    """Return the inputs; on Windows, where the shell leaves patterns alone, with those that match files expanded."""
    if os.name != "nt":
        return tuple(inputs)
    return tuple(name for given in inputs for name in (sorted(glob.glob(given)) or [given]))  # noqa: PTH207


def _effective(ctx: click.Context, found: config_file.Config) -> tuple[tuple[Option, Any, str], ...]:
    origins = {
        ParameterSource.COMMANDLINE: "command line",
        ParameterSource.DEFAULT_MAP: str(found.path),
        ParameterSource.DEFAULT: "default",
    }
    rows = []
    for option in OPTIONS.values():
        if option.in_file:
            source = ctx.get_parameter_source(option.dest)
            origin = option.env if source is ParameterSource.ENVIRONMENT else origins.get(source, "default")  # type: ignore[arg-type]
            rows.append((option, ctx.params[option.dest], origin))
    return tuple(rows)


def show_config(request: Request) -> str:
    """Return the settings in force as a configuration file, with a comment on each that says where it comes from."""
    from dedup.report.terminal import sanitise

    lines = [config_file.TABLE]
    for option, value, origin in request.effective:
        # A path may hold a line end, behind which the rest of it would be read as a setting.
        told = sanitise(origin)
        if value in (None, ()):
            lines.append(f"# {option.name}: {option.shown or 'not set'}  # {told}")
        else:
            lines.append(f"{option.name} = {_toml(option, value)}  # {told}")
    return "\n".join(lines) + "\n"


def _toml(option: Option, value: Any) -> str:
    import json

    from dedup.report.terminal import escape

    if option.kind == "size":
        value = config_file.format_size(value)
    # A JSON string, number, boolean or list of strings is TOML too. A character that steers a terminal is written as an
    # escape sequence of TOML, which gives the same value when it is read.
    return escape(json.dumps(value, ensure_ascii=False))
