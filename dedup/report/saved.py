"""What an internal error was about, saved to a file that can be sent along with a report."""

from __future__ import annotations

import json
import platform
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from dedup.formats.files.reader import reason
from dedup.model.errors import OutputError

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.model.errors import InternalError
    from dedup.model.settings import Settings

MOST = 100
"""Files that one run writes."""


class Saver:
    """Saves internal errors, each to a file of its own, and writes over none that is there.

    Args:
        directory: where; made if need be.
        settings: of the run.
    """

    def __init__(self, directory: Path, settings: Settings) -> None:
        self._directory = directory
        self._settings = settings
        self._saved = self._number = 0

    def save(self, error: InternalError) -> str:
        """Save one, and return where.

        Raises:
            OutputError: it cannot be written, or `MOST` have been.
        """
        if self._saved == MOST:
            what = f"{MOST} internal errors are saved; what others are about is not"
            raise OutputError(what, place=str(self._directory))
        from importlib.metadata import version

        found = {
            "dedup": version("paradedup"),
            "python": sys.version.split()[0],
            "platform": platform.platform(),
            "settings": asdict(self._settings),
            "place": error.place,
            "error": error.what,
            "traceback": error.trace,
            "texts": list(error.texts),
        }
        # In ASCII: what did not decode stands in the texts as lone surrogates.
        body = json.dumps(found, indent=1) + "\n"
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            while True:
                self._number += 1
                path = self._directory / f"internal-error-{self._number}.json"
                try:
                    with path.open("x", encoding="ascii") as file:
                        file.write(body)
                except FileExistsError:
                    continue
                self._saved += 1
                return str(path)
        except OSError as failure:
            what = f"{reason(failure)}; what the internal error was about was not saved"
            raise OutputError(what, place=str(self._directory)) from failure
