//! The longest common subsequence of two paragraphs' letters, and their alignment by it: the same as rapidfuzz's.
//!
//! Letters of one paragraph are bits, 64 of them a word; the other one is read letter by letter (Hyyrö 2004).

/// Letters that there are: more than code points.
const LETTERS: usize = 1 << 21;
const BITS: usize = 64;
/// In place of a row of bits: the letter is not in the pattern.
const ABSENT: u32 = 0;

/// Some letters of the witness against some of the candidate, or what both have; as half-open ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// First letter of the witness.
    pub witness: usize,
    /// One past its last letter.
    pub witness_end: usize,
    /// First letter of the candidate.
    pub candidate: usize,
    /// One past its last letter.
    pub candidate_end: usize,
}

/// What aligns paragraphs, one pair after the other; it keeps its memory.
pub struct Aligner {
    /// For each letter, the row of its places in the pattern, counted from 1.
    rows: Vec<u32>,
    masks: Vec<u64>,
    state: Vec<u64>,
    /// The states behind each letter of the candidate.
    matrix: Vec<u64>,
}

impl Default for Aligner {
    fn default() -> Self {
        Self { rows: vec![ABSENT; LETTERS], masks: Vec::new(), state: Vec::new(), matrix: Vec::new() }
    }
}

impl Aligner {
    /// Return how many letters two paragraphs have in common, in order.
    pub fn common(&mut self, witness: &[u32], candidate: &[u32]) -> usize {
        let (front, back) = common_ends(witness, candidate);
        let (one, other) = (&witness[front..witness.len() - back], &candidate[front..candidate.len() - back]);
        // The shorter one makes the fewer words.
        let (one, other) = if one.len() <= other.len() { (one, other) } else { (other, one) };
        front + back + self.fill(one, other, false)
    }

    /// Return what two paragraphs have in common, in order: the runs of their alignment.
    ///
    /// It takes a bit of memory for each letter of the one and each of the other.
    pub fn runs(&mut self, witness: &[u32], candidate: &[u32]) -> Vec<Stretch> {
        let (front, back) = common_ends(witness, candidate);
        let (one, other) = (&witness[front..witness.len() - back], &candidate[front..candidate.len() - back]);
        self.fill(one, other, true);
        let words = one.len().div_ceil(BITS);
        let mut found = Vec::new();
        let run = |witness: usize, candidate: usize, size: usize| Stretch {
            witness,
            witness_end: witness + size,
            candidate,
            candidate_end: candidate + size,
        };
        if back > 0 {
            found.push(run(witness.len() - back, candidate.len() - back, back));
        }
        let (mut column, mut row) = (one.len(), other.len());
        while row > 0 && column > 0 {
            let bit = |row: usize| self.matrix[row * words + (column - 1) / BITS] >> ((column - 1) % BITS) & 1 == 1;
            if bit(row - 1) {
                column -= 1;
                continue;
            }
            row -= 1;
            if row > 0 && !bit(row - 1) {
                continue;
            }
            column -= 1;
            prepend(&mut found, run(front + column, front + row, 1));
        }
        if front > 0 {
            prepend(&mut found, run(0, 0, front));
        }
        found.reverse();
        found
    }

    /// Go through the letters of two paragraphs, and return how many they have in common.
    fn fill(&mut self, one: &[u32], other: &[u32], kept: bool) -> usize {
        if one.is_empty() || other.is_empty() {
            return 0;
        }
        let words = one.len().div_ceil(BITS);
        self.masks.clear();
        self.masks.resize(words, 0); // of letters that are absent
        for (place, &letter) in one.iter().enumerate() {
            let row = &mut self.rows[letter as usize];
            if *row == ABSENT {
                *row = (self.masks.len() / words) as u32;
                self.masks.resize(self.masks.len() + words, 0);
            }
            self.masks[*row as usize * words + place / BITS] |= 1 << (place % BITS);
        }
        self.state.clear();
        self.state.resize(words, u64::MAX);
        self.matrix.clear();
        for &letter in other {
            let row = self.rows[letter as usize];
            if row != ABSENT {
                let masks = &self.masks[row as usize * words..][..words];
                let mut carry = false;
                for (state, mask) in self.state.iter_mut().zip(masks) {
                    let both = *state & mask;
                    let (sum, one) = state.overflowing_add(both);
                    let (sum, two) = sum.overflowing_add(u64::from(carry));
                    carry = one | two;
                    *state = sum | (*state - both);
                }
            }
            if kept {
                self.matrix.extend_from_slice(&self.state);
            }
        }
        for &letter in one {
            self.rows[letter as usize] = ABSENT;
        }
        self.state.iter().map(|word| word.count_zeros() as usize).sum()
    }
}

/// Put a run before those that are found already, from the end: one that touches the last one makes it longer.
fn prepend(found: &mut Vec<Stretch>, run: Stretch) {
    match found.last_mut() {
        Some(next) if next.witness == run.witness_end && next.candidate == run.candidate_end => {
            (next.witness, next.candidate) = (run.witness, run.candidate);
        }
        _ => found.push(run),
    }
}

/// Return how many letters two paragraphs begin with in common, and how many of the others they end with.
fn common_ends(one: &[u32], other: &[u32]) -> (usize, usize) {
    let front = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let back = one[front..].iter().rev().zip(other[front..].iter().rev()).take_while(|(a, b)| a == b).count();
    (front, back)
}

/// Return the gaps between runs, before the first one and behind the last one.
pub fn gaps(runs: &[Stretch], witness: usize, candidate: usize) -> Vec<Stretch> {
    let mut found = Vec::with_capacity(runs.len() + 1);
    let (mut a, mut b) = (0, 0);
    let end = Stretch { witness, witness_end: witness, candidate, candidate_end: candidate };
    for run in runs.iter().chain([&end]) {
        if run.witness > a || run.candidate > b {
            found.push(Stretch { witness: a, witness_end: run.witness, candidate: b, candidate_end: run.candidate });
        }
        (a, b) = (run.witness_end, run.candidate_end);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look random, the same ones each time.
    fn letters(seed: &mut u64, size: usize, kinds: u32) -> Vec<u32> {
        let mut next = || {
            *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (*seed >> 33) as u32 % kinds
        };
        (0..size).map(|_| next()).collect()
    }

    fn by_table(one: &[u32], other: &[u32]) -> usize {
        let mut row = vec![0; other.len() + 1];
        for a in one {
            let mut before = 0;
            for (place, b) in other.iter().enumerate() {
                let here = row[place + 1];
                row[place + 1] = if a == b { before + 1 } else { here.max(row[place]) };
                before = here;
            }
        }
        row[other.len()]
    }

    #[test]
    fn as_much_is_common_as_a_table_says() {
        let (mut aligner, mut seed) = (Aligner::default(), 1);
        for round in 0..300 {
            let kinds = 2 + round % 7;
            let one = letters(&mut seed, round as usize % 150, kinds);
            let other = letters(&mut seed, (7 * round) as usize % 200, kinds);
            let expected = by_table(&one, &other);
            assert_eq!(aligner.common(&one, &other), expected);
            let runs = aligner.runs(&one, &other);
            assert_eq!(runs.iter().map(|run| run.witness_end - run.witness).sum::<usize>(), expected);
            for run in &runs {
                assert_eq!(one[run.witness..run.witness_end], other[run.candidate..run.candidate_end]);
            }
            let sizes = |of: &[Stretch]| of.iter().map(|x| x.candidate_end - x.candidate).sum::<usize>();
            assert_eq!(sizes(&runs) + sizes(&gaps(&runs, one.len(), other.len())), other.len());
        }
    }
}
