//! The part of the boundary with Python that is about candidate pairs.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyByteArray;

use crate::buckets::{self, Features, Looks, Members, Sieve};
use crate::python::{array, computed, halves, words};

type Array<'py> = Bound<'py, PyByteArray>;

/// Return the members of buckets in which one that is kept and one that asks are, and the bucket of each.
#[pyfunction]
pub fn in_company<'py>(py: Python<'py>, keys: &[u8], flags: &[u8]) -> PyResult<(Array<'py>, Array<'py>)> {
    let keys = halves(keys)?;
    if flags.len() != keys.len() {
        return Err(PyValueError::new_err("flags of other paragraphs"));
    }
    let found = computed(py, || buckets::in_company(&keys, flags))?;
    let both = [found.member, found.group].map(|values| array(py, values.into_iter().map(u64::to_le_bytes)));
    Ok(both.into())
}

/// Return the pairs within buckets that pass the sieve, and how many pairs were left out.
///
/// Members are paragraphs, the bucket of each, and its flags. Features are tokens, masks of numbers and bits of
/// signatures; limits are the least similarity, whether numbers may differ, and how many numbers and bits; looks are as
/// `Looks` has them.
#[pyfunction]
pub fn bucket_pairs<'py>(
    py: Python<'py>,
    members: (&[u8], &[u8], &[u8]),
    features: (&[u8], &[u8], &[u8]),
    limits: (f64, bool, u32, u32),
    looks: (usize, usize),
    before: u64,
) -> PyResult<(Array<'py>, u64)> {
    let flags = members.2;
    let members = Members { member: words(members.0)?, group: words(members.1)? };
    let (tokens, numbers, flat) = (halves(features.0)?, words(features.1)?, words(features.2)?);
    let bits = flat.as_chunks::<2>().0;
    let lengths = [members.member.len(), flags.len(), tokens.len(), numbers.len(), bits.len()];
    if lengths.iter().any(|&length| length != members.group.len()) {
        return Err(PyValueError::new_err("features of other paragraphs"));
    }
    let (threshold, unguarded, explained, differing) = limits;
    let sieve = Sieve { threshold, unguarded, numbers: explained, bits: differing };
    let looks = Looks { first: looks.0, last: looks.1 };
    let features = Features { words: &tokens, numbers: &numbers, bits };
    let found = computed(py, || buckets::grouped(&members, flags, &features, &sieve, &looks, before))?;
    Ok((array(py, found.pairs.into_iter().map(u64::to_le_bytes)), found.unexamined))
}
