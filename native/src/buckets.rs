//! Pairs of paragraphs that agree on a band of their signatures: `dedup/candidates/buckets.py`.

/// Members of buckets: their numbers, and the number of each one's bucket, from 0 and ascending.
#[derive(Debug, Default, PartialEq)]
pub struct Members {
    /// Paragraphs, those of one bucket together and ascending.
    pub member: Vec<u64>,
    /// The bucket of each.
    pub group: Vec<u64>,
}

/// Return the members of all buckets of a band with more than one, in which one of some paragraphs is.
///
/// `keys` has the key of each paragraph; `fresh` says of each whether it is one of these, None that all are.
pub fn in_company(keys: &[u32], fresh: Option<&[bool]>) -> Members {
    const SEVERAL: u8 = 2;
    const FRESH: u8 = 4;
    // Most keys stand once, and counting is cheaper than sorting.
    let bits = (2 * keys.len()).max(1).ilog2() + 1;
    let slot = |key: u32| (key >> 32_u32.saturating_sub(bits)) as usize;
    let mut slots = vec![0_u8; 1 << bits.min(32)];
    let is_fresh = |place: usize| fresh.is_none_or(|fresh| fresh[place]);
    for (place, &key) in keys.iter().enumerate() {
        let found = &mut slots[slot(key)];
        *found =
            (*found & FRESH) | ((*found & (SEVERAL | 1)) + 1).min(SEVERAL) | if is_fresh(place) { FRESH } else { 0 };
    }
    let mut perhaps: Vec<u64> = keys
        .iter()
        .enumerate()
        .filter(|&(_, &key)| slots[slot(key)] == SEVERAL | FRESH)
        .map(|(place, &key)| u64::from(key) << 32 | place as u64)
        .collect();
    perhaps.sort_unstable();
    let mut out = Members::default();
    let mut groups = 0;
    for bucket in perhaps.chunk_by(|one, other| one >> 32 == other >> 32) {
        let places = bucket.iter().map(|both| both & u64::from(u32::MAX));
        if bucket.len() > 1 && places.clone().any(|place| is_fresh(place as usize)) {
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

/// How buckets are looked at.
pub struct Looks {
    /// Members up to which a bucket gives all its pairs.
    pub small: usize,
    /// Members up to which a bucket is looked at as one.
    pub huge: usize,
    /// How far apart, in a large bucket, members of a pair stand at most.
    pub neighbours: usize,
    /// The first so many members of a large bucket are paired with all.
    pub first: usize,
}

/// What a band says.
#[derive(Debug, Default, PartialEq)]
pub struct Bucketed {
    /// Pairs that pass the sieve, as later << 32 | earlier, ascending.
    pub pairs: Vec<u64>,
    /// Paragraphs in large buckets.
    pub crowded: Vec<u64>,
    /// Pairs in large buckets that were left out.
    pub unexamined: u64,
}

/// Find the pairs within buckets that pass a sieve.
///
/// `before` members of the first bucket are not given: pairs with them count as left out.
pub fn grouped(members: &Members, features: &Features, sieve: &Sieve, looks: &Looks, before: u64) -> Bucketed {
    let mut out = Bucketed::default();
    let mut begin = 0;
    let mut near = Vec::new();
    for bucket in members.group.chunk_by(|one, other| one == other) {
        let rows = begin..begin + bucket.len();
        begin = rows.end;
        let mut found = |later: usize, earlier: usize| {
            if sieve.passes(features, later, earlier) {
                out.pairs.push(members.member[later] << 32 | members.member[earlier]);
            }
        };
        let before = if rows.start == 0 { before } else { 0 };
        if rows.len() <= looks.small && before == 0 {
            rows.clone().for_each(|later| (rows.start..later).for_each(|earlier| found(later, earlier)));
            continue;
        }
        let number = rows.len() as u64;
        out.unexamined += number * (number - 1) / 2 + before * number;
        for start in rows.clone().step_by(looks.huge) {
            in_large(start..rows.end.min(start + looks.huge), features.numbers, looks, &mut near);
            out.unexamined -= near.len() as u64;
            near.iter().for_each(|&(later, earlier)| found(later as usize, earlier as usize));
        }
        out.crowded.extend(&members.member[rows]);
    }
    out.pairs.sort_unstable();
    out
}

/// Find the pairs of a large bucket, each once: those of neighbours, in order and among those with the same numbers, and
/// those with its first members.
fn in_large(rows: std::ops::Range<usize>, numbers: &[u64], looks: &Looks, near: &mut Vec<(u32, u32)>) {
    near.clear();
    for later in rows.clone() {
        for earlier in later.saturating_sub(looks.neighbours).max(rows.start)..later {
            near.push((later as u32, earlier as u32));
        }
        for earlier in rows.start..later.min(rows.start + looks.first) {
            near.push((later as u32, earlier as u32));
        }
    }
    let mut order: Vec<usize> = rows.collect();
    order.sort_unstable_by_key(|&row| (numbers[row], row));
    for (at, &one) in order.iter().enumerate() {
        for &other in &order[at.saturating_sub(looks.neighbours)..at] {
            near.push((one.max(other) as u32, one.min(other) as u32));
        }
    }
    near.sort_unstable();
    near.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_stand_together_if_one_of_them_is_fresh() {
        let keys = [7, u32::MAX, 7, 3, u32::MAX, 9, 3];
        let every = Members { member: vec![3, 6, 0, 2, 1, 4], group: vec![0, 0, 1, 1, 2, 2] };
        assert_eq!(in_company(&keys, None), every);
        let fresh = [false, false, false, true, true, true, true];
        let some = Members { member: vec![3, 6, 1, 4], group: vec![0, 0, 1, 1] };
        assert_eq!(in_company(&keys, Some(&fresh)), some);
        assert_eq!(in_company(&[], None), Members::default());
    }

    #[test]
    fn all_pairs_of_a_large_bucket_are_examined_or_counted() {
        let members = Members { member: (0..100).collect(), group: vec![0; 100] };
        let (words, numbers, bits) = (vec![9; 100], vec![0; 100], vec![[0; 2]; 100]);
        let features = Features { words: &words, numbers: &numbers, bits: &bits };
        let sieve = Sieve { threshold: 0.8, unguarded: false, numbers: 0, bits: 0 };
        for (huge, before) in [(1000, 0), (64, 0), (50, 100)] {
            let looks = Looks { small: 8, huge, neighbours: 3, first: 2 };
            let found = grouped(&members, &features, &sieve, &looks, before);
            assert_eq!(found.pairs.len() as u64 + found.unexamined, 4950 + 100 * before);
            assert!(found.pairs.is_sorted());
            assert_eq!(found.crowded, members.member);
        }
    }
}
