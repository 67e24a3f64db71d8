//! MinHash signatures, bit-identical with datasketch's `affine32`, and their bands: `dedup/fingerprint/minhash.py`.

use crate::hashing::{FACTOR, mix, span};
use crate::instructions::{Instructions, Set};

/// Permutations that are computed together at most; their number is rounded up to a multiple of it.
const MOST: usize = 128;
/// Entries of a signature of which one bit each is kept.
const BITS: usize = 128;

/// The permutations, and how signatures are cut.
pub struct Signing {
    multipliers: Vec<u32>,
    summands: Vec<u32>,
    bands: usize,
    rows: usize,
    instructions: Instructions,
    shingles: Vec<u32>,
    least: Vec<u32>,
}

impl Signing {
    /// Take over permutations, of which the last ones may be there for the bits only; None if they are too few.
    pub fn new(
        multipliers: &[u32],
        summands: &[u32],
        (bands, rows): (usize, usize),
        instructions: Instructions,
    ) -> Option<Self> {
        let number = multipliers.len();
        if summands.len() != number || number < BITS || bands.checked_mul(rows)? > number {
            return None;
        }
        let padded = |values: &[u32]| {
            let mut values = values.to_vec();
            values.resize(number.next_multiple_of(MOST), 0);
            values
        };
        let least = vec![0; number.next_multiple_of(MOST)];
        let (multipliers, summands) = (padded(multipliers), padded(summands));
        Some(Self { multipliers, summands, bands, rows, instructions, shingles: Vec::new(), least })
    }

    /// Sign the shingles of two tokens of a paragraph that has tokens.
    pub fn sign(&mut self, hashes: &[u64]) {
        let premixed = |hash: u64| premix(hash as u32);
        self.shingles.clear();
        match hashes {
            [one] => self.shingles.push(premixed(span(&[*one]))),
            _ => self
                .shingles
                .extend(hashes.windows(2).map(|pair| premixed(pair[0].wrapping_mul(FACTOR).wrapping_add(pair[1])))),
        }
        let (values, a, b, least) =
            (&self.shingles[..], &self.multipliers[..], &self.summands[..], &mut self.least[..]);
        match self.instructions.set() {
            // SAFETY: there are `Instructions` of this set only where the machine has them.
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => unsafe { least_avx512(values, a, b, least) },
            // SAFETY: likewise.
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => unsafe { least_avx2(values, a, b, least) },
            _ => least_of_each::<16>(values, a, b, least),
        }
    }

    /// Return the entries of the signature.
    pub fn entries(&self) -> &[u32] {
        &self.least
    }

    /// Return one bit of each of the first entries.
    pub fn bits(&self) -> [u64; 2] {
        std::array::from_fn(|half| {
            let entries = &self.least[64 * half..64 * (half + 1)];
            entries.iter().rev().fold(0, |bits, entry| bits << 1 | u64::from(entry & 1))
        })
    }

    /// Give the key of each band to a function; `salt`: of the group that the paragraph is compared in.
    pub fn bands(&self, salt: Option<u64>, mut put: impl FnMut(u32)) {
        for (band, entries) in self.least.chunks_exact(self.rows).take(self.bands).enumerate() {
            let key = entries
                .iter()
                .fold(band as u64 + 1, |key, &entry| key.wrapping_mul(FACTOR).wrapping_add(u64::from(entry)));
            let key = salt.map_or(mix(key), |salt| mix(mix(key) ^ salt));
            put((key >> 32) as u32);
        }
    }
}

/// Scatter the lower half of a hash: the finaliser of MurmurHash3, as datasketch does.
#[inline(always)]
fn premix(mut value: u32) -> u32 {
    value = (value ^ value >> 16).wrapping_mul(0x85EB_CA6B);
    value = (value ^ value >> 13).wrapping_mul(0xC2B2_AE35);
    value ^ value >> 16
}

/// Compute the least of the values under each permutation.
///
/// So many permutations at a time that their minima, multipliers and summands stay in registers: the inner loop is
/// vectorised by the compiler, and neither loads nor stores.
#[inline(always)]
fn least_of_each<const P: usize>(values: &[u32], multipliers: &[u32], summands: &[u32], least: &mut [u32]) {
    let (multipliers, _) = multipliers.as_chunks::<P>();
    let (summands, _) = summands.as_chunks::<P>();
    let (least, _) = least.as_chunks_mut::<P>();
    for ((multipliers, summands), least) in multipliers.iter().zip(summands).zip(least) {
        let mut minima = [u32::MAX; P];
        for &value in values {
            for entry in 0..P {
                let permuted = value.wrapping_mul(multipliers[entry]).wrapping_add(summands[entry]);
                minima[entry] = minima[entry].min(permuted);
            }
        }
        *least = minima;
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn least_avx2(values: &[u32], multipliers: &[u32], summands: &[u32], least: &mut [u32]) {
    least_of_each::<32>(values, multipliers, summands, least);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl")]
fn least_avx512(values: &[u32], multipliers: &[u32], summands: &[u32], least: &mut [u32]) {
    least_of_each::<MOST>(values, multipliers, summands, least);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(number: u64) -> Vec<u64> {
        (1..=number).map(|value| mix(value.wrapping_mul(FACTOR))).collect()
    }

    fn permutations(number: u64) -> (Vec<u32>, Vec<u32>) {
        values(2 * number).chunks(2).map(|pair| (pair[0] as u32 | 1, pair[1] as u32)).unzip()
    }

    #[test]
    fn each_entry_is_the_least_under_its_permutation() {
        for number in [128, 130, 270] {
            let (multipliers, summands) = permutations(number);
            for instructions in Instructions::available() {
                let mut signing = Signing::new(&multipliers, &summands, (1, 128), instructions).unwrap();
                for tokens in [1, 2, 3, 65] {
                    let hashes = values(tokens);
                    signing.sign(&hashes);
                    for (entry, (&a, &b)) in multipliers.iter().zip(&summands).enumerate() {
                        let permuted = |value: &u32| a.wrapping_mul(*value).wrapping_add(b);
                        let least = signing.shingles.iter().map(permuted).min();
                        assert_eq!(least, Some(signing.entries()[entry]), "{}", instructions.name());
                    }
                }
            }
        }
    }

    #[test]
    fn more_bands_than_there_are_entries_are_refused() {
        let (multipliers, summands) = permutations(128);
        let instructions = Instructions::available()[0];
        assert!(Signing::new(&multipliers, &summands, (32, 4), instructions).is_some());
        assert!(Signing::new(&multipliers, &summands, (43, 3), instructions).is_none());
        assert!(Signing::new(&multipliers, &summands, (usize::MAX, 2), instructions).is_none());
        assert!(Signing::new(&multipliers[1..], &summands[1..], (1, 1), instructions).is_none());
    }
}
