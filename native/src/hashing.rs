//! 64-bit hashes of tokens and of runs of tokens: `dedup/text/hashing.py`, value by value.

use crate::blake2b;

/// Odd, so that a product with it tells as much as the other factor.
pub const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
/// Values of one span that are hashed together; longer spans are hashed piece by piece.
const LONGEST: usize = 4096;
/// Bytes of a token above which it is no word of a language, and hashed by itself.
pub const MOST: usize = 64;

/// Scatter a value: the finaliser of SplitMix64.
#[inline(always)]
pub fn mix(mut value: u64) -> u64 {
    value = (value ^ value >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ value >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ value >> 31
}

/// The hash of a token of which one byte comes after the other.
#[derive(Clone, Copy, Default)]
pub struct TokenHash {
    /// The last bytes, up to eight of them, the latest at the top.
    word: u64,
    state: u64,
    size: usize,
}

impl TokenHash {
    /// Take in the next bytes, one to eight of them; they are the lowest ones of a word that has no others.
    #[inline(always)]
    pub fn push(&mut self, mut bytes: u64, mut number: usize) {
        let full = self.size & 7;
        if full == 0 && self.size > 0 {
            self.absorb();
        }
        if full + number > 8 {
            let first = 8 - full;
            self.word = self.word >> (8 * first) | bytes << (8 * full);
            self.size += first;
            self.absorb();
            (bytes, number) = (bytes >> (8 * first), number - first);
        }
        // What is shifted by all 64 bits is empty.
        self.word = self.word.checked_shr(8 * number as u32).unwrap_or(0) | bytes << (64 - 8 * number);
        self.size += number;
    }

    /// Take in eight bytes, of which there are more to come.
    #[inline(always)]
    fn absorb(&mut self) {
        self.state = if self.size == 8 {
            let first = self.word.wrapping_add(FACTOR);
            mix(first) ^ first
        } else {
            mix(self.state ^ self.word) ^ self.word
        };
        self.word = 0;
    }

    /// Return the hash of what was taken in; None if that is too much, and [`long_token`] has to say.
    #[inline(always)]
    pub fn finish(self) -> Option<u64> {
        match self.size {
            0..=8 => Some(mix(self.word.wrapping_add(FACTOR))),
            9..=MOST => Some(mix(self.state ^ self.word) ^ self.word),
            _ => None,
        }
    }
}

/// Return the hash of a token of more than [`MOST`] bytes.
pub fn long_token(token: &[u8]) -> u64 {
    blake2b::short_digest(token)
}

/// Hash a span of values: equal spans, equal hashes.
pub fn span(values: &[u64]) -> u64 {
    spanned(values, mix)
}

/// Hash a span of values, each of which is scattered in some way.
fn spanned(values: &[u64], scattered: impl Fn(u64) -> u64 + Copy) -> u64 {
    let sum = if values.len() > LONGEST {
        let parts: Vec<u64> = values.chunks(LONGEST).map(|part| spanned(part, scattered)).collect();
        span(&parts)
    } else {
        let (mut sum, mut power) = (0u64, 1u64);
        for &value in values {
            sum = sum.wrapping_add(scattered(value).wrapping_mul(power));
            power = power.wrapping_mul(FACTOR);
        }
        sum
    };
    mix(sum.wrapping_add(mix(values.len() as u64)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(token: &[u8]) -> Option<u64> {
        let mut hash = TokenHash::default();
        token.iter().for_each(|&byte| hash.push(u64::from(byte), 1));
        for number in 2..=8 {
            let mut other = TokenHash::default();
            for bytes in token.chunks(number) {
                let word = bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
                other.push(word, bytes.len());
            }
            assert_eq!(other.finish(), hash.finish());
        }
        hash.finish()
    }

    #[test]
    fn tokens_of_few_bytes_are_one_step() {
        assert_eq!(of(b"a"), Some(mix((u64::from(b'a') << 56).wrapping_add(FACTOR))));
        let eight = u64::from_le_bytes(*b"abcdefgh");
        assert_eq!(of(b"abcdefgh"), Some(mix(eight.wrapping_add(FACTOR))));
    }

    #[test]
    fn very_long_tokens_are_left_to_another_hash() {
        let token: Vec<u8> = (1..=MOST as u8).collect();
        for size in 1..=MOST {
            assert!(of(&token[..size]).is_some());
        }
        assert!(of(&[b'x'; MOST + 1]).is_none());
    }

    #[test]
    fn spans_differ_by_order_length_and_value() {
        let spans: [&[u64]; 6] = [&[], &[0], &[0, 0], &[1, 2], &[2, 1], &[1; LONGEST + 1]];
        let mut hashes = spans.map(span).to_vec();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), spans.len());
    }
}
