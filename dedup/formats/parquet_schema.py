"""How Parquet is written as another file was: schema, compression, dictionaries, statistics and indexes."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dedup.model.errors import InputError

_INT96, _NO_CODEC = "INT96", {"UNCOMPRESSED": "NONE"}


def as_written(source: pq.ParquetFile, place: str) -> dict[str, Any]:
    """Return how a writer writes a file as this one was written.

    Raises:
        InputError: its schema would be another one.
    """
    options = _options(source.metadata)
    schemas = []
    for compliant in (True, False):
        buffer = io.BytesIO()
        try:
            pq.ParquetWriter(buffer, source.schema_arrow, use_compliant_nested_type=compliant, **options).close()
        except (pa.ArrowException, OSError, ValueError) as error:
            said = " ".join(str(error).split())
            raise InputError(f"could not be written as it is ({said})", place=place) from None
        schemas.append(pq.ParquetFile(buffer))
        if schemas[-1].schema.equals(source.schema):
            return {"use_compliant_nested_type": compliant, **options}
    for compliant, written in zip((True, False), schemas, strict=True):
        if _leaves(written) == _leaves(source):  # no more than the names of groups in lists are others
            return {"use_compliant_nested_type": compliant, **options}
    pairs = zip(_leaves(source), _leaves(schemas[0]), strict=False)
    was, would = next(((was, would) for was, would in pairs if was != would), ((), ()))
    what = f"could not be written as it is: a column would be {would}, and is {was}"
    raise InputError(what, place=place, hint="write it anew with pyarrow first")


def _leaves(file: pq.ParquetFile) -> list[tuple[Any, ...]]:
    columns = [file.schema.column(number) for number in range(len(file.schema.names))]
    return [
        (
            one.name if one.max_repetition_level == 0 else "",
            one.physical_type,
            str(one.logical_type),
            one.max_definition_level,
            one.max_repetition_level,
        )
        for one in columns
    ]


def _options(metadata: pq.FileMetaData) -> dict[str, Any]:
    groups = metadata.num_row_groups
    physical = {metadata.schema.column(number).physical_type for number in range(metadata.num_columns)}
    options: dict[str, Any] = {
        "version": metadata.format_version if metadata.format_version in ("1.0", "2.4", "2.6") else "2.6",
        "use_deprecated_int96_timestamps": _INT96 in physical,
        "store_schema": b"ARROW:schema" in (metadata.metadata or {}),
    }
    if not groups:
        return options
    columns = [metadata.row_group(0).column(number) for number in range(metadata.num_columns)]
    paths = {column.path_in_schema: column for column in columns}
    return options | {
        "compression": {path: _NO_CODEC.get(column.compression, column.compression) for path, column in paths.items()},
        "use_dictionary": [path for path, column in paths.items() if _has_dictionary(column)],
        "write_statistics": [path for path, column in paths.items() if column.is_stats_set],
        "write_page_index": any(column.has_offset_index for column in columns),
        "sorting_columns": metadata.row_group(0).sorting_columns or None,
    }


def _has_dictionary(column: pq.ColumnChunkMetaData) -> bool:
    return any("DICTIONARY" in encoding for encoding in column.encodings)
