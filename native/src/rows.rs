//! The rows of a table of fingerprints, with what belongs to them: `dedup/fingerprint/fingerprint.py`.

use crate::hashing::{mix, span};
use crate::minhash::Signing;

/// Bits of a token's hash that its letter holds; see `dedup/text/token_chars.py`.
const BITS: u32 = 19;
const FIRST: u32 = 0x100;
/// The first surrogate, and how many there are.
const SURROGATES: (u32, u32) = (0xD800, 0x800);
/// Bytes of a row, as `dedup/fingerprint/table.py` lays it out.
const ROW: usize = 72;

/// The tokens of a paragraph.
pub struct Paragraph<'a> {
    /// Its text.
    pub text: &'a [u8],
    /// The hash of each token.
    pub hashes: &'a [u64],
    /// Which of them hold a digit.
    pub numeric: &'a [bool],
    /// Of the group that it is compared in.
    pub salt: Option<u64>,
}

/// What is asked for.
pub struct Wanted<'a> {
    /// Tokens below which a paragraph does not go by itself.
    pub min_words: usize,
    /// Hashes of the words that are not counted, ascending; None: nobody asks for the others' number.
    pub function_words: Option<&'a [u64]>,
    /// How to sign; None: only what is the same is compared.
    pub signing: Option<Signing>,
}

/// Rows, and for those with words enough their bands (all of one row together), texts and letters.
#[derive(Default)]
pub struct Rows {
    /// `ROW` bytes each.
    pub rows: Vec<u8>,
    /// Band keys.
    pub bands: Vec<u32>,
    /// Texts, one after the other.
    pub texts: Vec<u8>,
    /// A character for each token.
    pub letters: Vec<u32>,
}

impl Rows {
    /// Make room for so many paragraphs of so many bytes and tokens.
    pub fn reserve(&mut self, paragraphs: usize, bytes: usize, tokens: usize) {
        self.rows.reserve_exact(paragraphs * ROW);
        self.texts.reserve_exact(bytes);
        self.letters.reserve_exact(tokens);
    }

    /// Add a paragraph.
    pub fn add(&mut self, paragraph: &Paragraph, wanted: &mut Wanted) {
        let Paragraph { text, hashes, numeric, salt } = *paragraph;
        let key = span(hashes) ^ salt.unwrap_or(0);
        let content = wanted
            .function_words
            .map_or(0, |table| hashes.iter().filter(|hash| table.binary_search(hash).is_err()).count());
        let (mut bits, mut text_at, mut letters_at, mut text_size) = ([0; 2], 0, 0, 0);
        if hashes.len() >= wanted.min_words {
            (text_at, letters_at, text_size) = (self.texts.len(), self.letters.len(), text.len());
            self.texts.extend_from_slice(text);
            self.letters.extend(hashes.iter().zip(numeric).map(|(&hash, &numeric)| letter(hash, numeric)));
            if let Some(signing) = &mut wanted.signing {
                signing.sign(hashes);
                bits = signing.bits();
                signing.bands(salt, |key| self.bands.push(key));
            }
        }
        // The number of the paragraph, and its characters at the end, are the caller's.
        for value in [0, key, numbers(hashes, numeric), bits[0], bits[1], text_at as u64, letters_at as u64] {
            self.rows.extend_from_slice(&value.to_le_bytes());
        }
        for value in [text_size, hashes.len(), content, 0] {
            self.rows.extend_from_slice(&(value as u32).to_le_bytes());
        }
    }
}

/// Return a mask of the tokens with digits: one of 64 bits for each.
fn numbers(hashes: &[u64], numeric: &[bool]) -> u64 {
    let digits = hashes.iter().zip(numeric).filter(|(_, numeric)| **numeric);
    digits.fold(0, |mask, (&hash, _)| mask | 1 << (mix(hash) >> 58))
}

/// Return the character that stands for a token.
#[inline(always)]
fn letter(hash: u64, numeric: bool) -> u32 {
    let code = ((hash >> (64 - BITS)) as u32) << 1;
    let code = code + FIRST + u32::from(numeric);
    code + if code >= SURROGATES.0 { SURROGATES.1 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_characters_and_tell_digits() {
        // The last letter before the surrogates, and the first one that would be one.
        let around = [0xD7FE, 0xD800].map(|code: u64| ((code - u64::from(FIRST)) / 2) << (64 - BITS));
        assert_eq!(around.map(|hash| letter(hash, false)), [0xD7FE, 0xE000]);
        for hash in (0..=u64::MAX).step_by((u64::MAX / 9973) as usize).chain([u64::MAX]) {
            for numeric in [false, true] {
                let code = letter(hash, numeric);
                assert!(char::from_u32(code).is_some_and(|found| found >= '\u{100}'));
                assert_eq!(code & 1 == 1, numeric);
            }
        }
    }

    #[test]
    fn a_row_has_its_size_and_short_paragraphs_keep_no_text() {
        let mut wanted = Wanted { min_words: 2, function_words: Some(&[7]), signing: None };
        let mut rows = Rows::default();
        for hashes in [&[][..], &[7][..], &[7, 9]] {
            let numeric = vec![false; hashes.len()];
            rows.add(&Paragraph { text: b"text", hashes, numeric: &numeric, salt: None }, &mut wanted);
        }
        assert_eq!((rows.rows.len(), rows.texts.len(), rows.letters.len()), (3 * ROW, 4, 2));
        let last: [u8; 16] = std::array::from_fn(|byte| rows.rows[2 * ROW + 56 + byte]);
        assert_eq!(last, [4, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    }
}
