//! The part of the boundary with Python that is about verdicts.

use std::collections::HashMap;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyByteArray, PyBytes};

use crate::_kernels::Kernels;
use crate::python::{array, computed, halves, words};
use crate::sieve::Limits;
use crate::verdicts::{self, Letters};
use crate::vocabulary::{Signs, Vocabulary};

/// Two arrays: letters and the offsets of paragraphs, or the witnesses and candidates of pairs.
type Columns<'a> = (&'a [u8], &'a [u8]);

/// The sieve before the verdict, with the tables of words that it goes by.
#[pyclass(frozen)]
pub struct Sieve {
    kernels: Py<Kernels>,
    vocabulary: Vocabulary,
    limits: Limits,
}

#[pymethods]
impl Sieve {
    #[new]
    fn new(
        kernels: Py<Kernels>,
        words: HashMap<String, u8>,
        accented: HashMap<u32, String>,
        initials: HashMap<u32, u32>,
        signs: (String, String, String, String, String),
        limits: (usize, usize, usize, usize),
    ) -> Self {
        let (misread, respelt, vowels, opening, joint) = &signs;
        let signs = Signs::new(misread, respelt, vowels, opening, joint);
        let vocabulary = Vocabulary::new(&words, &accented, initials, signs);
        let (gap, marker, moved, headline) = limits;
        Self { kernels, vocabulary, limits: Limits { gap, marker, moved, headline } }
    }

    /// Return for each pair 1 where something is certainly new in the candidate, else 0.
    fn settled<'py>(
        &self,
        py: Python<'py>,
        letters: Columns,
        texts: Vec<PyBackedBytes>,
        pairs: Columns,
        cells: usize,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let letters = letters_of(letters)?;
        let pairs = pairs_of(pairs, letters.len())?;
        if texts.len() != letters.len() {
            return Err(PyValueError::new_err("texts are as many as paragraphs"));
        }
        let characters = &self.kernels.get().characters;
        let found = computed(py, || {
            let texts: Vec<&[u8]> = texts.iter().map(|text| &**text).collect();
            let sieve = crate::sieve::Sieve { characters, vocabulary: &self.vocabulary, limits: self.limits };
            verdicts::settled(&sieve, &letters, &texts, &pairs, cells)
        })?;
        Ok(PyBytes::new(py, &found.into_iter().map(u8::from).collect::<Vec<_>>()))
    }
}

/// Return for each pair how many letters both have in common, in order.
#[pyfunction]
pub fn common<'py>(py: Python<'py>, letters: Columns, pairs: Columns) -> PyResult<Bound<'py, PyByteArray>> {
    let letters = letters_of(letters)?;
    let pairs = pairs_of(pairs, letters.len())?;
    let found = computed(py, || verdicts::common(&letters, &pairs))?;
    Ok(array(py, found.into_iter().map(u64::to_le_bytes)))
}

/// Return for each pair how many numbers of the candidate the witness lacks.
#[pyfunction]
pub fn numbers_lacking<'py>(py: Python<'py>, letters: Columns, pairs: Columns) -> PyResult<Bound<'py, PyByteArray>> {
    let letters = letters_of(letters)?;
    let pairs = pairs_of(pairs, letters.len())?;
    let found = computed(py, || verdicts::numbers_lacking(&letters, &pairs))?;
    Ok(array(py, found.into_iter().map(u64::to_le_bytes)))
}

fn letters_of((letters, offsets): Columns) -> PyResult<Letters> {
    let offsets = words(offsets)?.into_iter().map(|offset| offset as usize).collect();
    Letters::new(halves(letters)?, offsets).ok_or_else(|| PyValueError::new_err("letters of other paragraphs"))
}

fn pairs_of((witness, candidate): Columns, number: usize) -> PyResult<Vec<(usize, usize)>> {
    let (witness, candidate) = (words(witness)?, words(candidate)?);
    if witness.len() != candidate.len() || witness.iter().chain(&candidate).any(|&one| one >= number as u64) {
        return Err(PyValueError::new_err("pairs of other paragraphs"));
    }
    Ok(witness.iter().zip(&candidate).map(|(&one, &other)| (one as usize, other as usize)).collect())
}
