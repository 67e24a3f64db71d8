"""Exit codes and errors as tables in Markdown."""

from __future__ import annotations

import inspect

from dedup.command.help import STATUS
from dedup.model import errors


def tables() -> str:
    """Return both tables."""
    told = {int(code): text for code, text in STATUS}
    rows = [f"| {code.value} | `ExitCode.{code.name}` | {told[code.value]} |" for code in errors.ExitCode]
    codes = "\n".join(["| status | name | meaning |", "|---|---|---|", *rows])
    kinds = [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.DedupError) and kind.__module__ == errors.__name__
    ]
    kinds.sort(key=lambda kind: inspect.getsourcelines(kind)[1])
    rows = [f"| `{kind.__name__}` | {_first_line(kind)} |" for kind in kinds]
    return "\n\n".join([codes, "\n".join(["| error | meaning |", "|---|---|", *rows])])


def _first_line(kind: type) -> str:
    text = (inspect.getdoc(kind) or "").partition("\n\n")[0].replace("\n", " ")
    return text.replace("``", "`")
