"""References that have been read: whether something will be compared with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.engines.local.spool import Spool
    from dedup.formats.files.discover import Source
    from dedup.formats.inputs import Inputs
    from dedup.model.outcome import Events


def check_read(references: Sequence[Source], inputs: Inputs, events: Events) -> None:
    """Tell which references were passed over, and refuse to go on where one could not be read, or all were passed over.

    Raises:
        InputError: so it is; nothing was written.
    """
    for failure in inputs.failures.values():
        raise InputError(f"{failure.what}; nothing was written", place=failure.place, hint=failure.hint)
    passed = list(inputs.passed.values())
    if passed and len(passed) == len(references):
        what = "no reference is text or JSON lines; nothing was written"
        raise InputError(what, place=passed[0].place, hint=passed[0].hint)
    for error in passed:
        events.note(f"{error.place}: {error.what}")


def check_texts(references: Sequence[Source], spool: Spool, tasks: int, events: Events) -> tuple[int, list[str]]:
    """Refuse references without any text: nothing would be compared with them, silently.

    Args:
        references: they.
        spool: has what was read of them.
        tasks: so many of its tasks are of these.
        events: is told which of them hold no text.

    Returns:
        The number of records that could not be read; and names of files that hold no text.

    Raises:
        InputError: not one record of them has text.
    """
    parts = spool.read("parts", 0, int(spool.sizes("parts")[:tasks].sum()))
    documents = spool.read("documents", 0, int(spool.sizes("documents")[:tasks].sum()))
    if references and parts["size"].any() and not len(documents):
        what = "no text was found in the references; nothing was written"
        raise InputError(what, place=references[0].name, hint="name the field of their text with --field")
    with_text = set(documents["source"][documents["paragraphs"] > 0].tolist())
    silent = [source.name for number, source in enumerate(references) if number not in with_text]
    for name in silent:
        events.note(f"the reference {name} holds no text, and nothing is compared with it")
    return int(parts["documents"].sum()) - len(documents), silent
