//! Which documents may hold something twice: `dedup/candidates/votes.py` and `dedup/resolve/document/decide.py`, without
//! the pairs.
//!
//! A document that is named may still hold nothing twice; in one that is not, Python would find nothing to resolve.

use crate::hashing::{FACTOR, span};

/// Slots that are looked at for a value, at most: so many in a row are taken by no text that was not made for it.
const PROBES: usize = 256;
/// Slots for each value, at least.
const ROOM: usize = 2;

/// What is asked for.
pub struct Asked {
    /// Tokens from which on a paragraph may go by itself.
    pub min_words: usize,
    /// Shorter paragraphs that repeat, from which on a document is named.
    pub short_run: usize,
    /// How paragraphs are compared; None: only what is the same is.
    pub voting: Option<Voting>,
}

/// How shingles vote.
pub struct Voting {
    /// Tokens of a shingle.
    pub width: usize,
    /// Least share of a paragraph's shingles that must have stood earlier.
    pub share: f64,
    /// Paragraphs that may go by themselves, from which on a document is named without being looked at.
    pub large: usize,
}

/// Where values stood first.
#[derive(Default)]
struct Firsts {
    slots: Vec<Slot>,
    shift: u32,
    round: u32,
}

#[derive(Clone, Copy, Default)]
struct Slot {
    value: u64,
    /// What is of an earlier round is not there.
    round: u32,
    owner: u32,
}

impl Firsts {
    /// Forget everything, and make room for so many values.
    fn clear(&mut self, number: usize) {
        let size = (ROOM * number).next_power_of_two().max(2);
        if size > self.slots.len() {
            self.slots.clear();
        }
        self.round = self.round.wrapping_add(1);
        if self.slots.is_empty() || self.round == 0 {
            self.slots.clear();
            self.slots.resize(size, Slot::default());
            self.round = 1;
        }
        // Of a large table a small document takes the beginning, which stays in the cache.
        self.shift = 64 - size.trailing_zeros();
    }

    /// Return the first owner of a value, this one if it has none yet; None where that is too much to ask.
    #[inline(always)]
    fn first(&mut self, value: u64, owner: u32) -> Option<u32> {
        let mask = (1 << (64 - self.shift)) - 1;
        let begun = (value >> self.shift) as usize;
        for step in 0..PROBES {
            let slot = &mut self.slots[(begun + step) & mask];
            if slot.round != self.round {
                *slot = Slot { value, round: self.round, owner };
                return Some(owner);
            }
            if slot.value == value {
                return Some(slot.owner);
            }
        }
        None
    }
}

/// Looks at documents, one after the other.
pub struct Repetitions {
    asked: Asked,
    firsts: Firsts,
}

impl Repetitions {
    /// Look for what is asked for.
    pub fn new(asked: Asked) -> Self {
        Self { asked, firsts: Firsts::default() }
    }

    /// Return whether a document may hold something twice, given where the tokens of its paragraphs are.
    pub fn any(&mut self, hashes: &[u64], paragraphs: &[(usize, usize)]) -> bool {
        // Where there is too much to ask, Python looks.
        self.same(hashes, paragraphs).unwrap_or(true) || self.similar(hashes, paragraphs).unwrap_or(true)
    }

    /// Return whether paragraphs are the same: one that may go by itself, or several short ones.
    fn same(&mut self, hashes: &[u64], paragraphs: &[(usize, usize)]) -> Option<bool> {
        self.firsts.clear(paragraphs.len());
        let mut short = 0;
        for (number, &(start, end)) in paragraphs.iter().enumerate() {
            if start == end || self.firsts.first(span(&hashes[start..end]), number as u32)? == number as u32 {
                continue;
            }
            short += 1;
            if end - start >= self.asked.min_words || short >= self.asked.short_run {
                return Some(true);
            }
        }
        Some(false)
    }

    /// Return whether enough of the shingles of a paragraph that may go by itself have stood in earlier ones.
    fn similar(&mut self, hashes: &[u64], paragraphs: &[(usize, usize)]) -> Option<bool> {
        let Asked { min_words, voting: Some(Voting { width, share, large }), .. } = self.asked else {
            return Some(false);
        };
        let sizes = || paragraphs.iter().map(|(start, end)| end - start);
        if sizes().filter(|&size| size >= min_words).count() >= large {
            return Some(true);
        }
        self.firsts.clear(sizes().sum());
        for (number, &(start, end)) in paragraphs.iter().enumerate() {
            let tokens = &hashes[start..end];
            let owner = number as u32;
            let (mut votes, mut shingles) = (0, 0);
            if tokens.len() < width {
                if !tokens.is_empty() {
                    shingles = 1;
                    votes = usize::from(self.firsts.first(span(tokens), owner)? != owner);
                }
            } else {
                for shingle in tokens.windows(width) {
                    let value = shingle.iter().fold(0u64, |sum, &hash| sum.wrapping_mul(FACTOR).wrapping_add(hash));
                    votes += usize::from(self.firsts.first(value, owner)? != owner);
                }
                shingles = tokens.len() + 1 - width;
            }
            if tokens.len() >= min_words && votes > 0 && votes as f64 >= (shingles as f64 * share).ceil() {
                return Some(true);
            }
        }
        Some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looking(voting: bool) -> Repetitions {
        let voting = voting.then_some(Voting { width: 3, share: 0.3, large: 50 });
        Repetitions::new(Asked { min_words: 4, short_run: 3, voting })
    }

    /// Ask about paragraphs of tokens that are told by letters.
    fn any(looking: &mut Repetitions, paragraphs: &[&str]) -> bool {
        let mut hashes = Vec::new();
        let mut spans = Vec::new();
        for paragraph in paragraphs {
            let begun = hashes.len();
            hashes.extend(paragraph.bytes().map(|byte| crate::hashing::mix(u64::from(byte))));
            spans.push((begun, hashes.len()));
        }
        looking.any(&hashes, &spans)
    }

    #[test]
    fn what_is_the_same_is_seen() {
        for voting in [false, true] {
            let mut looking = looking(voting);
            assert!(any(&mut looking, &["abcd", "x", "abcd"]));
            assert!(!any(&mut looking, &["abcd", "x", "dcba", "x", "", "", ""]));
            assert!(!any(&mut looking, &["x", "y", "x", "y"]));
            assert!(any(&mut looking, &["x", "y", "x", "y", "y"]));
        }
    }

    #[test]
    fn what_shares_enough_is_seen_where_that_is_asked_for() {
        let texts = ["abcdefgh", "rstuvwxabc", "efghijk"]; // one of eight, two of five
        assert!(!any(&mut looking(true), &texts[..2]));
        assert!(any(&mut looking(true), &texts));
        assert!(!any(&mut looking(false), &texts));
        // A paragraph that repeats itself repeats no other one.
        assert!(!any(&mut looking(true), &["abcabcabcabc", "x"]));
        assert!(any(&mut looking(true), &["ab", "", "abcd", "xabcd"]));
    }

    #[test]
    fn large_documents_are_not_looked_at() {
        let many: Vec<String> = (0..50u8).map(|at| String::from_utf8_lossy(&[at, at + 50, at, at]).into()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(any(&mut looking(true), &many));
        assert!(!any(&mut looking(true), &many[1..]));
    }

    #[test]
    fn values_that_crowd_a_table_are_given_up() {
        let mut firsts = Firsts::default();
        firsts.clear(4 * PROBES);
        for value in 0..PROBES as u64 {
            assert_eq!(firsts.first(value, 1), Some(1));
            assert_eq!(firsts.first(value, 2), Some(1));
        }
        assert_eq!(firsts.first(PROBES as u64, 1), None);
        firsts.clear(1);
        assert_eq!(firsts.first(u64::MAX, 3), Some(3));
    }
}
