//! What reads documents, for Python: records of JSON lines, paragraphs, where to cut, and what the log has of it.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes};

use super::{array, computed, edges_within, quarters};
use crate::entries::Entries;
use crate::lines::Signs;
use crate::records;
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

/// Return the texts of the records in whole lines, where each lies among them, and of each record the number of its line
/// and where it stands; None where one of them is for Python to read.
#[pyfunction]
pub fn read_records<'py>(
    py: Python<'py>,
    data: &[u8],
    field: &[u8],
    limit: usize,
    longest: usize,
) -> PyResult<Option<(Bound<'py, PyBytes>, Array<'py>, Array<'py>)>> {
    let Some((found, texts)) = computed(py, || records::read(data, field, limit, longest))? else {
        return Ok(None);
    };
    let edges = pairs(py, found.iter().map(|record| record.text));
    let places = found.iter().flat_map(|record| [record.line, record.place.0, record.place.1]);
    let places = array(py, places.map(|place| (place as u64).to_le_bytes()));
    Ok(Some((PyBytes::new(py, &texts), edges, places)))
}

/// Return where characters of a record's text are in its bytes; None where that is for Python to find.
#[pyfunction]
pub fn locate_in_record(py: Python<'_>, data: &[u8], field: &[u8], places: Vec<usize>) -> PyResult<Option<Vec<usize>>> {
    computed(py, || records::locate(data, field, &places))
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

/// Return pairs of numbers as an array.
fn pairs(py: Python<'_>, values: impl IntoIterator<Item = (usize, usize)>) -> Array<'_> {
    array(py, values.into_iter().flat_map(|(one, other)| [one as u64, other as u64]).map(u64::to_le_bytes))
}
