//! What the boundary with Python is made of, and the bindings of what reads documents and the forms of
//! their paragraphs, looks for repeats and for candidate pairs, and of verdicts.

pub mod buckets;
pub mod documents;
pub mod forms;
pub mod scan;
pub mod screen;
pub mod verdicts;

use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyByteArray;

/// Compute something without the interpreter's lock; a panic is an exception.
pub(crate) fn computed<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    py.detach(|| catch_unwind(AssertUnwindSafe(work))).map_err(|panic| {
        let text = panic.downcast_ref::<&str>().copied().map(str::to_owned);
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        PyRuntimeError::new_err(format!("native kernel: {text}"))
    })
}

/// Return the values of an array of 64 bits each.
pub(crate) fn words(bytes: &[u8]) -> PyResult<Vec<u64>> {
    let (whole, rest) = bytes.as_chunks::<8>();
    let found = whole.iter().map(|word| u64::from_le_bytes(*word)).collect();
    if rest.is_empty() { Ok(found) } else { Err(PyValueError::new_err("no array of 64-bit values")) }
}

/// Return the values of an array of 16 bits each.
pub(crate) fn quarters(bytes: &[u8]) -> PyResult<Vec<u16>> {
    let (whole, rest) = bytes.as_chunks::<2>();
    let found = whole.iter().map(|quarter| u16::from_le_bytes(*quarter)).collect();
    if rest.is_empty() { Ok(found) } else { Err(PyValueError::new_err("no array of 16-bit values")) }
}

/// Return the values of an array of 32 bits each.
pub(crate) fn halves(bytes: &[u8]) -> PyResult<Vec<u32>> {
    let (whole, rest) = bytes.as_chunks::<4>();
    let found = whole.iter().map(|half| u32::from_le_bytes(*half)).collect();
    if rest.is_empty() { Ok(found) } else { Err(PyValueError::new_err("no array of 32-bit values")) }
}

/// Return values as an array that Python can write to.
pub(crate) fn array<'py, const N: usize>(py: Python<'py>, values: impl ExactBytes<N>) -> Bound<'py, PyByteArray> {
    let mut flat = Vec::with_capacity(values.size_hint().0 * N);
    values.for_each(|value| flat.extend_from_slice(&value));
    PyByteArray::new(py, &flat)
}

/// Values as bytes.
pub(crate) trait ExactBytes<const N: usize>: Iterator<Item = [u8; N]> {}
impl<const N: usize, I: Iterator<Item = [u8; N]>> ExactBytes<N> for I {}

/// Return an array of pairs, each the first byte of a piece of a text and the first one behind it.
pub(crate) fn edges_within(text: &[u8], edges: &[u8]) -> PyResult<Vec<(usize, usize)>> {
    let places = words(edges)?;
    let (pairs, rest) = places.as_chunks::<2>();
    let found: Vec<(usize, usize)> = pairs.iter().map(|pair| (pair[0] as usize, pair[1] as usize)).collect();
    if !rest.is_empty() || found.iter().any(|&(start, end)| text.get(start..end).is_none()) {
        return Err(PyValueError::new_err("a piece is not within the text"));
    }
    Ok(found)
}

/// Return pairs of numbers as an array.
pub(crate) fn pairs(py: Python<'_>, values: impl IntoIterator<Item = (usize, usize)>) -> Bound<'_, PyByteArray> {
    array(py, values.into_iter().flat_map(|(one, other)| [one as u64, other as u64]).map(u64::to_le_bytes))
}
