//! What reads the forms of a document's paragraphs, for Python.

use std::collections::{HashMap, HashSet};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::{computed, quarters, words};
use crate::known::{Known, Lists};
use crate::outline;
use crate::tables::Table;

/// Numbers of paragraphs, the places of their forms, the forms as bits, level and kind, and how many words there are.
type Outline = (Vec<usize>, Vec<usize>, Vec<(u16, u8, String)>, Vec<u8>);

/// Reads the forms of paragraphs, by what is known of characters, words and expressions.
#[pyclass(frozen)]
pub struct FormReader {
    known: Known,
}

#[pymethods]
impl FormReader {
    #[new]
    fn new(
        table: &[u8],
        folds: HashMap<char, String>,
        lists: (HashMap<String, String>, HashSet<String>, HashSet<String>),
        signs: (String, String, String, String),
        expressions: HashMap<String, (String, bool)>,
    ) -> PyResult<Self> {
        let table = Table::new(&quarters(table)?);
        let table = table.ok_or_else(|| PyValueError::new_err("a table is for all code points and no others"))?;
        let (marking, ordinals, function) = lists;
        let (sentence_ends, clauses, leads, line_ends) = signs;
        let lists = Lists { marking, ordinals, function, sentence_ends, clauses, leads, line_ends };
        let known = Known::new(table, folds, lists, expressions).map_err(PyValueError::new_err)?;
        Ok(Self { known })
    }

    /// Read the paragraphs of a document that have words, given by their first characters and the first ones behind them.
    fn read(&self, py: Python<'_>, text: &str, spans: &[u8]) -> PyResult<Outline> {
        let places = words(spans)?;
        let (pairs, rest) = places.as_chunks::<2>();
        let spans: Vec<_> = pairs.iter().map(|pair| (pair[0] as usize, pair[1] as usize)).collect();
        let found = computed(py, || outline::read(&self.known, text, &spans))?;
        let found = found
            .filter(|_| rest.is_empty())
            .ok_or_else(|| PyValueError::new_err("a paragraph is not within the text"))?;
        let forms = found.forms.into_iter().map(|form| (form.bits, form.level, form.kind)).collect();
        Ok((found.numbers, found.places, forms, found.words))
    }
}
