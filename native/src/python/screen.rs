//! What says which documents are worth a closer look, and gives their words, for Python.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes};

use super::{array, computed, edges_within, words};
use crate::_kernels::{Kernels, Paragraphs};
use crate::tokens::Tokens;
use crate::votes::{Asked, Repetitions, Voting};

/// Return for each document, given how many of the paragraphs are its own, 1 where something may stand twice, else 0.
///
/// `voting`: tokens of a shingle, the least share of a paragraph's that must have stood earlier, and how many paragraphs
/// make a document that is not looked at; None: only what is the same counts.
#[pyfunction]
#[pyo3(signature = (paragraphs, counts, min_words, short_run, voting))]
pub fn repeating<'py>(
    py: Python<'py>,
    paragraphs: PyRef<'py, Paragraphs>,
    counts: &[u8],
    min_words: usize,
    short_run: usize,
    voting: Option<(usize, f64, usize)>,
) -> PyResult<Bound<'py, PyBytes>> {
    let (hashes, spans) = paragraphs.found()?;
    let counts: Vec<usize> = words(counts)?.into_iter().map(|count| count as usize).collect();
    let all = counts.iter().try_fold(0usize, |sum, &count| sum.checked_add(count));
    if all != Some(spans.len()) || voting.is_some_and(|(width, ..)| width == 0) {
        return Err(PyValueError::new_err("paragraphs of other documents, or shingles of no tokens"));
    }
    let voting = voting.map(|(width, share, large)| Voting { width, share, large });
    let found = computed(py, || {
        let mut looking = Repetitions::new(Asked { min_words, short_run, voting });
        let mut rest = spans;
        let each = counts.into_iter().map(|count| {
            let (mine, others) = rest.split_at(count);
            rest = others;
            u8::from(looking.any(hashes, mine))
        });
        each.collect::<Vec<u8>>()
    })?;
    Ok(PyBytes::new(py, &found))
}

type Array<'py> = Bound<'py, PyByteArray>;
/// Hashes, whether they hold digits, places, numbers for each paragraph, and the paragraphs that were not read.
type Placed<'py> = (Array<'py>, Bound<'py, PyBytes>, Array<'py>, Array<'py>, Vec<usize>);

/// Return the tokens of some paragraphs: the hash of each, whether it holds a digit, where it lies in the text, and how
/// many each paragraph has; and which paragraphs are for Python to read, and have none here.
#[pyfunction]
pub fn placed_tokens<'py>(
    py: Python<'py>,
    kernels: PyRef<'py, Kernels>,
    text: &[u8],
    edges: &[u8],
) -> PyResult<Placed<'py>> {
    let edges = edges_within(text, edges)?;
    let characters = &kernels.characters;
    let (tokens, counts, odd) = computed(py, || {
        let mut tokens = Tokens::with_room(edges.iter().map(|(start, end)| end - start).sum());
        tokens.edges = Some(Vec::with_capacity(tokens.hashes.capacity()));
        let (mut counts, mut odd) = (Vec::with_capacity(edges.len()), Vec::new());
        for (number, &(start, end)) in edges.iter().enumerate() {
            let begun = tokens.hashes.len();
            if !tokens.read_at(characters, &text[start..end], start) {
                odd.push(number);
            }
            counts.push((tokens.hashes.len() - begun) as u64);
        }
        (tokens, counts, odd)
    })?;
    let places = tokens.edges.into_iter().flatten().flat_map(|(start, end)| [start as u64, end as u64]);
    let numeric: Vec<u8> = tokens.numeric.into_iter().map(u8::from).collect();
    Ok((
        array(py, tokens.hashes.into_iter().map(u64::to_le_bytes)),
        PyBytes::new(py, &numeric),
        array(py, places.map(u64::to_le_bytes)),
        array(py, counts.into_iter().map(u64::to_le_bytes)),
        odd,
    ))
}
