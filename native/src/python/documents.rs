//! What reads documents that stand in a file with others, for Python: records of JSON lines, and rows of tables.

use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes};

use super::{array, computed, pairs};
use crate::records::{self, Record};
use crate::table_rows::{self, Table};

/// Texts, where each lies among them, and of each document the number of its line and where it stands.
type Documents<'py> = (Bound<'py, PyBytes>, Bound<'py, PyByteArray>, Bound<'py, PyByteArray>);

/// Return the texts of the records in whole lines, where each lies among them, and of each record the number of its line
/// and where it stands; None where one of them is for Python to read.
#[pyfunction]
pub fn read_records<'py>(
    py: Python<'py>,
    data: &[u8],
    field: &[u8],
    limit: usize,
    longest: usize,
) -> PyResult<Option<Documents<'py>>> {
    let found = computed(py, || records::read(data, field, limit, longest))?;
    Ok(found.map(|(found, texts)| documents(py, &found, &texts)))
}

/// Return where characters of a record's text are in its bytes; None where that is for Python to find.
#[pyfunction]
pub fn locate_in_record(py: Python<'_>, data: &[u8], field: &[u8], places: Vec<usize>) -> PyResult<Option<Vec<usize>>> {
    computed(py, || records::locate(data, field, &places))
}

/// Return where the last whole row of some bytes ends, and how many lines end up to there.
#[pyfunction]
pub fn end_of_rows(py: Python<'_>, data: &[u8], begin: usize, delimiter: u8, whole: bool) -> PyResult<(usize, usize)> {
    computed(py, || table_rows::end_of_rows(data, begin, delimiter, whole))
}

/// Do for rows, from one on, as `read_records` does.
#[pyfunction]
pub fn read_rows<'py>(
    py: Python<'py>,
    data: &[u8],
    begin: usize,
    table: (u8, usize, usize),
    limit: usize,
) -> PyResult<Option<Documents<'py>>> {
    let found = computed(py, || table_of(table).read(data, begin, limit))?;
    Ok(found.map(|(found, texts)| documents(py, &found, &texts)))
}

/// Do for a row as `locate_in_record` does.
#[pyfunction]
pub fn locate_in_row(
    py: Python<'_>,
    data: &[u8],
    table: (u8, usize, usize),
    places: Vec<usize>,
) -> PyResult<Option<Vec<usize>>> {
    computed(py, || table_of(table).locate(data, &places))
}

fn table_of((delimiter, columns, column): (u8, usize, usize)) -> Table {
    Table { delimiter, columns, column }
}

fn documents<'py>(py: Python<'py>, found: &[Record], texts: &[u8]) -> Documents<'py> {
    let edges = pairs(py, found.iter().map(|record| record.text));
    let places = found.iter().flat_map(|record| [record.line, record.place.0, record.place.1]);
    (PyBytes::new(py, texts), edges, array(py, places.map(|place| (place as u64).to_le_bytes())))
}
