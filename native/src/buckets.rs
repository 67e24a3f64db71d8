//! Pairs of paragraphs that agree on a band of their signatures: `dedup/candidates/buckets.py`.

use std::collections::HashMap;

/// Members of buckets: their numbers, and the number of each one's bucket, from 0 and ascending.
#[derive(Debug, Default, PartialEq)]
pub struct Members {
    /// Paragraphs, those of one bucket together and ascending.
    pub member: Vec<u64>,
    /// The bucket of each.
    pub group: Vec<u64>,
}

/// A paragraph is kept, as far as is known: others may go for it.
pub const KEPT: u8 = 1;
/// Pairs of a paragraph with those that are kept before it are wanted.
pub const ASKS: u8 = 2;

/// Return the members of all buckets of a band in which one that is kept and another that asks are.
///
/// `keys` has the key of each paragraph, and `flags` its flags; those without any are passed over.
pub fn in_company(keys: &[u32], flags: &[u8]) -> Members {
    const ONE: u8 = 4;
    const SEVERAL: u8 = 8;
    // Most keys stand once, and counting is cheaper than sorting.
    let bits = (2 * keys.len()).max(1).ilog2() + 1;
    let slot = |key: u32| (key >> 32_u32.saturating_sub(bits)) as usize;
    let mut slots = vec![0_u8; 1 << bits.min(32)];
    for (&key, &flag) in keys.iter().zip(flags).filter(|&(_, &flag)| flag != 0) {
        let found = &mut slots[slot(key)];
        *found |= flag | if *found & ONE == 0 { ONE } else { SEVERAL };
    }
    let mut perhaps: Vec<u64> = keys
        .iter()
        .enumerate()
        .filter(|&(place, &key)| flags[place] != 0 && slots[slot(key)] == KEPT | ASKS | ONE | SEVERAL)
        .map(|(place, &key)| u64::from(key) << 32 | place as u64)
        .collect();
    perhaps.sort_unstable();
    let mut out = Members::default();
    let mut groups = 0;
    for bucket in perhaps.chunk_by(|one, other| one >> 32 == other >> 32) {
        let places = bucket.iter().map(|both| both & u64::from(u32::MAX));
        if bucket.len() > 1 && places.clone().fold(0, |all, place| all | flags[place as usize]) == KEPT | ASKS {
            out.member.extend(places);
            out.group.resize(out.member.len(), groups);
            groups += 1;
        }
    }
    out
}

/// What is known of each member, in arrays of one length.
pub struct Features<'a> {
    /// Tokens.
    pub words: &'a [u32],
    /// Masks of numbers.
    pub numbers: &'a [u64],
    /// 128 bits of signatures, as two halves.
    pub bits: &'a [[u64; 2]],
}

/// What is asked of a pair.
pub struct Sieve {
    /// Least similarity.
    pub threshold: f64,
    /// Whether numbers may differ, and what is longer may be gone for.
    pub unguarded: bool,
    /// Numbers that a witness may lack.
    pub numbers: u32,
    /// Bits that may differ.
    pub bits: u32,
}

impl Sieve {
    fn passes(&self, features: &Features, later: usize, earlier: usize) -> bool {
        let (ours, theirs) = (f64::from(features.words[later]), f64::from(features.words[earlier]));
        let differing = |half: usize| (features.bits[later][half] ^ features.bits[earlier][half]).count_ones();
        let missing = features.numbers[later] & !features.numbers[earlier];
        // What both have in common, in order, is at most the shorter one.
        theirs >= self.threshold * ours.min((ours + theirs) / 2.0)
            && if self.unguarded {
                2.0 * ours.min(theirs) >= self.threshold * (ours + theirs)
            } else {
                missing.count_ones() <= self.numbers
            }
            && differing(0) + differing(1) <= self.bits
    }
}

/// With which of those that are kept before it in a bucket a paragraph is paired.
pub struct Looks {
    /// The first so many.
    pub first: usize,
    /// The last so many, and the last so many of those with the same numbers.
    pub last: usize,
}

/// What a band says.
#[derive(Debug, Default, PartialEq)]
pub struct Bucketed {
    /// Pairs that pass the sieve, as later << 32 | earlier, ascending.
    pub pairs: Vec<u64>,
    /// Pairs that were left out.
    pub unexamined: u64,
}

/// Find the pairs within buckets that pass a sieve.
///
/// `flags` has those of each member. Of the first bucket, `before` that are kept are not given: pairs with them count as
/// left out.
pub fn grouped(
    members: &Members,
    flags: &[u8],
    features: &Features,
    sieve: &Sieve,
    looks: &Looks,
    before: u64,
) -> Bucketed {
    let mut out = Bucketed::default();
    let (mut kept, mut named) = (Vec::new(), Vec::new());
    let mut alike: HashMap<u64, Vec<usize>> = HashMap::new();
    let mut begin = 0;
    for bucket in members.group.chunk_by(|one, other| one == other) {
        let rows = begin..begin + bucket.len();
        begin = rows.end;
        kept.clear();
        alike.clear();
        let before = if rows.start == 0 { before } else { 0 };
        for later in rows {
            let last = kept.len().saturating_sub(looks.last).max(looks.first);
            let beyond = looks.first + looks.last < kept.len();
            if flags[later] & ASKS != 0 && !kept.is_empty() {
                named.clear();
                named.extend_from_slice(&kept[..looks.first.min(kept.len())]);
                named.extend_from_slice(kept.get(last..).unwrap_or_default());
                if beyond && let Some(same) = alike.get(&features.numbers[later]) {
                    named.extend(same.iter().rev().take(looks.last));
                    named.sort_unstable();
                    named.dedup();
                }
                out.unexamined += before + (kept.len() - named.len()) as u64;
                let passing = named.iter().filter(|&&earlier| sieve.passes(features, later, earlier));
                out.pairs.extend(passing.map(|&earlier| members.member[later] << 32 | members.member[earlier]));
            }
            if flags[later] & KEPT != 0 {
                kept.push(later);
                // In small buckets, which most are, this is not needed.
                if kept.len() == looks.first + looks.last + 1 {
                    kept.iter().for_each(|&row| alike.entry(features.numbers[row]).or_default().push(row));
                } else if beyond {
                    alike.entry(features.numbers[later]).or_default().push(later);
                }
            }
        }
    }
    out.pairs.sort_unstable();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_stand_together_where_one_is_kept_and_one_asks() {
        const BOTH: u8 = KEPT | ASKS;
        let keys = [7, u32::MAX, 7, 3, u32::MAX, 9, 3];
        let every = Members { member: vec![3, 6, 0, 2, 1, 4], group: vec![0, 0, 1, 1, 2, 2] };
        assert_eq!(in_company(&keys, &[BOTH; 7]), every);
        let flags = [KEPT, ASKS, KEPT, 0, KEPT, ASKS, BOTH];
        assert_eq!(in_company(&keys, &flags), Members { member: vec![1, 4], group: vec![0, 0] });
        assert_eq!(in_company(&[], &[]), Members::default());
    }

    #[test]
    fn all_pairs_with_one_that_is_kept_are_examined_or_counted() {
        let members = Members { member: (0..100).collect(), group: vec![0; 100] };
        let (words, numbers, bits) = (vec![9; 100], vec![0; 100], vec![[0; 2]; 100]);
        let features = Features { words: &words, numbers: &numbers, bits: &bits };
        let sieve = Sieve { threshold: 0.8, unguarded: false, numbers: 0, bits: 0 };
        let looks = Looks { first: 5, last: 3 };
        for (before, flags) in [(0, vec![KEPT | ASKS; 100]), (7, [vec![KEPT; 20], vec![ASKS; 80]].concat())] {
            let found = grouped(&members, &flags, &features, &sieve, &looks, before);
            let kept = |place: usize| flags[..place].iter().filter(|&&flag| flag & KEPT != 0).count() as u64;
            let asking: Vec<usize> = (0..100).filter(|&place| flags[place] & ASKS != 0 && kept(place) > 0).collect();
            let every: u64 = asking.iter().map(|&place| kept(place) + before).sum();
            assert_eq!(found.pairs.len() as u64 + found.unexamined, every);
            assert!(found.pairs.is_sorted());
        }
    }
}
