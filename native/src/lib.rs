//! What `dedup` does most often, once more in Rust. The Python is the specification: the same bytes come out.
//!
//! This file and `python/` are the boundary, and all that knows Python: whole tasks a call, bytes in and out, no object
//! for each paragraph, and the interpreter's lock released while something is computed. `dedup/native/kernels.py` is the
//! one module that imports it. A panic becomes an exception.

pub mod alignment;
pub mod blake2b;
pub mod buckets;
pub mod characters;
pub mod code;
pub mod entries;
pub mod forms;
pub mod hashing;
pub mod instructions;
pub mod known;
pub mod line_forms;
pub mod lines;
pub mod markers;
pub mod minhash;
pub mod numbers;
pub mod outline;
pub mod patterns;
pub mod places;
pub mod records;
pub mod rows;
pub mod sieve;
pub mod signs;
pub mod split;
pub mod table_rows;
pub mod tables;
pub mod tokens;
pub mod utf8;
pub mod verdicts;
pub mod vocabulary;
pub mod votes;
pub mod wraps;

#[cfg(feature = "python")]
mod python;

#[cfg(feature = "python")]
#[pyo3::pymodule]
mod _kernels {
    use pyo3::exceptions::PyValueError;
    use pyo3::prelude::*;
    use pyo3::types::{PyByteArray, PyBytes};

    use crate::blake2b::Messages;
    use crate::characters::{CHARACTERS, Characters};
    use crate::instructions::Instructions;
    use crate::minhash::Signing;
    #[pymodule_export]
    use crate::python::buckets::{bucket_pairs, in_company};
    #[pymodule_export]
    use crate::python::documents::{end_of_rows, locate_in_record, locate_in_row, read_records, read_rows};
    #[pymodule_export]
    use crate::python::forms::FormReader;
    #[pymodule_export]
    use crate::python::scan::{Splitter, removal_lines};
    #[pymodule_export]
    use crate::python::screen::{placed_tokens, repeating};
    #[pymodule_export]
    use crate::python::verdicts::{Sieve, common, numbers_lacking};
    use crate::python::{array, computed, edges_within, halves, words};
    use crate::rows::{Paragraph, Rows, Wanted};
    use crate::tokens::Tokens;

    /// Raised whenever the boundary changes; `dedup/native/kernels.py` has the same.
    #[pymodule_export]
    const INTERFACE: u32 = 8;

    /// The hashes of tokens, and which ones are each paragraph's.
    type Hashed<'a> = (&'a [u64], &'a [(usize, usize)]);
    /// Rows, band keys, texts and letters.
    type Table<'py> = (Bound<'py, PyByteArray>, Bound<'py, PyByteArray>, Bound<'py, PyBytes>, Bound<'py, PyByteArray>);

    /// Return the instructions that kernels can use on this machine, by their names, the best ones last.
    #[pyfunction]
    fn instructions() -> Vec<&'static str> {
        Instructions::available().into_iter().map(Instructions::name).collect()
    }

    /// Fail as a kernel with a fault would; for tests.
    #[pyfunction]
    fn fail(py: Python<'_>) -> PyResult<()> {
        computed(py, || {
            let nothing: [u8; 0] = [];
            let _ = std::hint::black_box(&nothing[..])[0];
        })
    }

    /// The kernels, with the tables of characters that they go by.
    #[pyclass(frozen)]
    pub(crate) struct Kernels {
        pub(crate) characters: Characters,
        instructions: Instructions,
    }

    #[pymethods]
    impl Kernels {
        #[new]
        fn new(
            classes: &[u8],
            signs: &[u8],
            folds: &[u8],
            combining: &[u8],
            forms: &[u8],
            instructions: &str,
        ) -> PyResult<Self> {
            let known = |one: &Instructions| one.name() == instructions;
            let Some(instructions) = Instructions::available().into_iter().find(known) else {
                return Err(PyValueError::new_err(format!("this machine has no instructions {instructions:?}")));
            };
            let (folds, combining) = (pairs(folds)?, pairs(combining)?);
            let codes = || folds.iter().chain(&combining).map(|&(code, _)| code as usize);
            if classes.len() != CHARACTERS || signs.len() != CHARACTERS || codes().any(|code| code >= CHARACTERS) {
                return Err(PyValueError::new_err("tables are for all code points and no others"));
            }
            let characters = Characters::new(classes, signs, &folds, &combining, forms);
            Ok(Self { characters, instructions })
        }

        /// Return the digests of some pieces of a text.
        #[pyo3(signature = (text, edges, salts))]
        fn digests<'py>(
            &self,
            py: Python<'py>,
            text: &[u8],
            edges: &[u8],
            salts: Option<&[u8]>,
        ) -> PyResult<Bound<'py, PyByteArray>> {
            let edges = edges_within(text, edges)?;
            let salts = salts.map(words).transpose()?;
            if salts.as_ref().is_some_and(|salts| salts.len() != edges.len()) {
                return Err(PyValueError::new_err("there is a salt for each piece of an array, or none"));
            }
            let messages = Messages { text, edges: &edges, salts: salts.as_deref() };
            let digests = computed(py, || messages.digests(self.instructions))?;
            Ok(array(py, digests.into_iter().flatten().map(u64::to_le_bytes)))
        }

        /// Read the tokens of some paragraphs.
        fn tokens(&self, py: Python<'_>, text: Py<PyBytes>, edges: &[u8]) -> PyResult<Paragraphs> {
            let bytes = text.as_bytes(py);
            let edges = edges_within(bytes, edges)?;
            let (tokens, spans, odd) = computed(py, || {
                let mut tokens = Tokens::with_room(edges.iter().map(|(start, end)| end - start).sum());
                let mut odd = Vec::new();
                let mut spans = Vec::with_capacity(edges.len());
                for (place, &(start, end)) in edges.iter().enumerate() {
                    let begun = tokens.hashes.len();
                    if !tokens.read(&self.characters, &bytes[start..end]) {
                        odd.push(place);
                    }
                    spans.push((begun, tokens.hashes.len()));
                }
                (tokens, spans, odd)
            })?;
            Ok(Paragraphs { text, edges, tokens, spans, odd, instructions: self.instructions })
        }

        /// Read the tokens of the paragraphs whose tokens were not found from their normalised forms, which are pieces of
        /// a text.
        fn read_normalised(
            &self,
            py: Python<'_>,
            mut paragraphs: PyRefMut<'_, Paragraphs>,
            text: &[u8],
            edges: &[u8],
        ) -> PyResult<()> {
            let edges = edges_within(text, edges)?;
            let Paragraphs { tokens, spans, odd, .. } = &mut *paragraphs;
            if edges.len() != odd.len() {
                return Err(PyValueError::new_err("normalised forms of other paragraphs"));
            }
            computed(py, || {
                for (&place, &(start, end)) in odd.iter().zip(&edges) {
                    let begun = tokens.hashes.len();
                    tokens.read_normalised(&self.characters, &text[start..end]);
                    spans[place] = (begun, tokens.hashes.len());
                }
                odd.clear();
            })
        }
    }

    /// Some paragraphs and their tokens.
    #[pyclass]
    pub(crate) struct Paragraphs {
        text: Py<PyBytes>,
        edges: Vec<(usize, usize)>,
        tokens: Tokens,
        /// The tokens of each paragraph.
        spans: Vec<(usize, usize)>,
        odd: Vec<usize>,
        instructions: Instructions,
    }

    impl Paragraphs {
        /// Return the hashes of all tokens, and which ones are each paragraph's; an error where some were not found.
        pub(crate) fn found(&self) -> PyResult<Hashed<'_>> {
            let is_whole = self.odd.is_empty();
            is_whole
                .then_some((&self.tokens.hashes[..], &self.spans[..]))
                .ok_or_else(|| PyValueError::new_err("tokens of some paragraphs are not there"))
        }
    }

    #[pymethods]
    impl Paragraphs {
        /// Return the numbers of the paragraphs whose tokens were not found.
        fn odd(&self) -> Vec<usize> {
            self.odd.clone()
        }

        /// Return the rows, the band keys, the texts and the letters.
        #[pyo3(signature = (salts, min_words, function_words, permutations, banding))]
        fn rows<'py>(
            &self,
            py: Python<'py>,
            salts: Option<&[u8]>,
            min_words: usize,
            function_words: Option<&[u8]>,
            permutations: Option<(&[u8], &[u8])>,
            banding: (usize, usize),
        ) -> PyResult<Table<'py>> {
            let salts = salts.map(words).transpose()?;
            let function_words = function_words.map(words).transpose()?;
            if !self.odd.is_empty() || salts.as_ref().is_some_and(|salts| salts.len() != self.edges.len()) {
                return Err(PyValueError::new_err("tokens, or salts, of some paragraphs are not there"));
            }
            let signing = permutations.map(|(multipliers, summands)| {
                Signing::new(&halves(multipliers)?, &halves(summands)?, banding, self.instructions)
                    .ok_or_else(|| PyValueError::new_err("there are not permutations enough"))
            });
            let signing = signing.transpose()?;
            let mut wanted = Wanted { min_words, function_words: function_words.as_deref(), signing };
            let text = self.text.as_bytes(py);
            let found = computed(py, || {
                let mut found = Rows::default();
                found.reserve(
                    self.edges.len(),
                    self.edges.iter().map(|(start, end)| end - start).sum(),
                    self.tokens.hashes.len(),
                );
                for (place, (&(start, end), &(first, last))) in self.edges.iter().zip(&self.spans).enumerate() {
                    let paragraph = Paragraph {
                        text: &text[start..end],
                        hashes: &self.tokens.hashes[first..last],
                        numeric: &self.tokens.numeric[first..last],
                        salt: salts.as_ref().map(|salts| salts[place]),
                    };
                    found.add(&paragraph, &mut wanted);
                }
                found
            })?;
            let bands = by_band(&found.bands, banding.0);
            Ok((
                PyByteArray::new(py, &found.rows),
                array(py, bands.into_iter().map(u32::to_le_bytes)),
                PyBytes::new(py, &found.texts),
                array(py, found.letters.into_iter().map(u32::to_le_bytes)),
            ))
        }
    }

    /// Say nothing on standard error of a panic: it is told as an exception.
    #[pymodule_init]
    fn init(_module: &Bound<'_, PyModule>) -> PyResult<()> {
        std::panic::set_hook(Box::new(|_| ()));
        Ok(())
    }

    fn pairs(bytes: &[u8]) -> PyResult<Vec<(u32, u32)>> {
        Ok(halves(bytes)?.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect())
    }

    /// Return the keys of all rows band by band, of those that are given row by row.
    fn by_band(keys: &[u32], bands: usize) -> Vec<u32> {
        let mut out = Vec::with_capacity(keys.len());
        for band in 0..bands {
            out.extend(keys.iter().skip(band).step_by(bands));
        }
        out
    }
}
