//! Many pairs of paragraphs at once: what they have in common, and which of them the sieve settles.

use std::cell::OnceCell;

use crate::alignment::Aligner;
use crate::characters::CHARACTERS;
use crate::sieve::{Side, Sieve};
use crate::tokens::Tokens;

/// The letters of some paragraphs, one paragraph after the other.
pub struct Letters {
    all: Vec<u32>,
    offsets: Vec<usize>,
}

impl Letters {
    /// Return the letters of paragraphs that begin at some offsets; None if these are others.
    pub fn new(all: Vec<u32>, offsets: Vec<usize>) -> Option<Self> {
        let fit = offsets.is_sorted() && offsets.first() == Some(&0) && offsets.last() == Some(&all.len());
        (fit && all.iter().all(|&letter| (letter as usize) < CHARACTERS)).then_some(Self { all, offsets })
    }

    /// Return the number of paragraphs.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Return whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn of(&self, paragraph: usize) -> &[u32] {
        &self.all[self.offsets[paragraph]..self.offsets[paragraph + 1]]
    }
}

/// Pairs of paragraphs: the witness, which would stay, and the candidate, which might go.
pub type Pairs = [(usize, usize)];

/// Return how many letters the paragraphs of each pair have in common, in order.
pub fn common(letters: &Letters, pairs: &Pairs) -> Vec<u64> {
    let mut aligner = Aligner::default();
    pairs.iter().map(|&(one, other)| aligner.common(letters.of(one), letters.of(other)) as u64).collect()
}

/// Return in which pairs something is certainly new; of those that would take more memory than so many cells, none.
pub fn settled(sieve: &Sieve, letters: &Letters, texts: &[&[u8]], pairs: &Pairs, cells: usize) -> Vec<bool> {
    let mut aligner = Aligner::default();
    let tokens: Vec<OnceCell<Option<Tokens>>> = texts.iter().map(|_| OnceCell::new()).collect();
    let side = |paragraph: usize| {
        let read = || Tokens::placed(sieve.characters, texts[paragraph]);
        let tokens = tokens[paragraph].get_or_init(read).as_ref()?;
        Side::new(letters.of(paragraph), texts[paragraph], tokens)
    };
    let mut is_settled = |&(witness, candidate): &(usize, usize)| {
        let (one, other) = (letters.of(witness), letters.of(candidate));
        if one.len().saturating_mul(other.len()) > cells {
            return false;
        }
        let (Some(theirs), Some(ours)) = (side(witness), side(candidate)) else { return false };
        sieve.finds(&theirs, &ours, &aligner.runs(one, other))
    };
    pairs.iter().map(&mut is_settled).collect()
}

/// Return for each pair how many different letters of numbers the candidate has that the witness lacks.
pub fn numbers_lacking(letters: &Letters, pairs: &Pairs) -> Vec<u64> {
    let numbers: Vec<OnceCell<Vec<u32>>> = (0..letters.len()).map(|_| OnceCell::new()).collect();
    let of = |paragraph: usize| {
        numbers[paragraph].get_or_init(|| {
            let mut found: Vec<u32> = letters.of(paragraph).iter().copied().filter(|letter| letter & 1 == 1).collect();
            found.sort_unstable();
            found.dedup();
            found
        })
    };
    let lacking = |&(witness, candidate): &(usize, usize)| {
        let theirs = of(witness);
        of(candidate).iter().filter(|number| theirs.binary_search(number).is_err()).count() as u64
    };
    pairs.iter().map(lacking).collect()
}
