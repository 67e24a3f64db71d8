//! What splits documents into paragraphs, and writes what leaves them into the log, for Python.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes};

use super::{array, computed, edges_within, pairs, quarters};
use crate::entries::Entries;
use crate::lines::Signs;
use crate::split::split;
use crate::tables::Table;
use crate::wraps::How;

type Array<'py> = Bound<'py, PyByteArray>;

/// Splits texts into paragraphs, by what is known of each character.
#[pyclass(frozen)]
pub struct Splitter {
    signs: Signs,
}

#[pymethods]
impl Splitter {
    #[new]
    fn new(table: &[u8]) -> PyResult<Self> {
        let table = Table::new(&quarters(table)?);
        let table = table.ok_or_else(|| PyValueError::new_err("a table is for all code points and no others"))?;
        Ok(Self { signs: Signs(table) })
    }

    /// Return how many paragraphs each document has, where they lie in the bytes, and in their document in characters.
    fn split<'py>(
        &self,
        py: Python<'py>,
        text: &[u8],
        documents: &[u8],
        how: &str,
    ) -> PyResult<(Array<'py>, Array<'py>, Array<'py>)> {
        let how = match how {
            "auto" => How::Auto,
            "line" => How::Line,
            "blank" => How::Blank,
            _ => return Err(PyValueError::new_err(format!("there is no reading {how:?}"))),
        };
        let documents = edges_within(text, documents)?;
        let found = computed(py, || split(&self.signs, text, &documents, how))?;
        Ok((
            array(py, found.counts.into_iter().map(|count| (count as u64).to_le_bytes())),
            pairs(py, found.edges),
            pairs(py, found.spans),
        ))
    }
}

/// Return the lines of the log for what leaves a document; None where these are for Python to write.
///
/// See `Entries`; `edges`: four numbers for each paragraph.
#[pyfunction]
pub fn removal_lines<'py>(
    py: Python<'py>,
    data: &[u8],
    is_record: bool,
    begin: &[u8],
    paragraphs: Vec<usize>,
    edges: Vec<usize>,
    rests: &[u8],
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let (edges, more) = edges.as_chunks();
    if !more.is_empty() {
        return Err(PyValueError::new_err("there are four edges for each paragraph"));
    }
    let entries = Entries { data, is_record, begin, paragraphs: &paragraphs, edges, rests };
    Ok(computed(py, || entries.lines())?.map(|lines| PyBytes::new(py, &lines)))
}
