"""What a worker does in scope ``document``: it reads the documents of a task, has them judged, and edits them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.formats.edits import carry_out, read_documents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.formats.parts import Part, PartResult, Work


def process(work: Work, task: Sequence[Part]) -> list[PartResult]:
    """Do one task: all its documents are judged in one call of the kernel.

    Returns:
        What came of each part, in their order.
    """
    results, found = read_documents(work, task)
    if work.only_check_input or not found:
        return results
    from dedup.resolve.document.decide import decide  # numpy and the kernels: only where there is something to judge

    carry_out(work, found, decide([one.record.text for one in found], work.settings, explain=work.explain))
    return results
