//! A sieve before the verdict: in which pairs a word or a number is certainly new, whatever the rules have to say.
//!
//! What it claims, `dedup/verdict/additions.py` would find: each condition here is one under which no rule of
//! `dedup/verdict/rules/` sets a word aside. Where one might, the pair is left to the rules.

use crate::alignment::{Stretch, gaps};
use crate::characters::{Characters, class};
use crate::code;
use crate::numbers;
use crate::tokens::Tokens;
use crate::utf8;
use crate::vocabulary::{Vocabulary, Word, contains, listed};

/// Bytes of a short token: of a letter, of any script.
const LETTER: usize = 3;
/// Characters from which on each is a word or a syllable, and scripts have no spaces.
const SPACELESS: u32 = 0x0E00;
/// Letters below it are small or capital in every version of Unicode alike.
const CASED_BELOW: u32 = 0x600;

/// Digits of a number in a marker, at most.
const FIGURES: usize = 4;

/// Limits of the rules.
#[derive(Clone, Copy)]
pub struct Limits {
    /// Tokens of a gap beyond which it is another text.
    pub gap: usize,
    /// Tokens of a marker, at most.
    pub marker: usize,
    /// Tokens that stand elsewhere in the witness, at least.
    pub moved: usize,
    /// Tokens of a headline, at least.
    pub headline: usize,
}

/// A paragraph.
pub struct Side<'a> {
    /// A letter for each token, odd for one with a digit.
    pub letters: &'a [u32],
    /// UTF-8.
    pub text: &'a [u8],
    /// Its tokens.
    pub tokens: &'a Tokens,
    /// Where each of them stands.
    pub edges: &'a [(usize, usize)],
}

impl<'a> Side<'a> {
    /// Return a paragraph, if its tokens are those that its letters say.
    pub fn new(letters: &'a [u32], text: &'a [u8], tokens: &'a Tokens) -> Option<Self> {
        let edges = tokens.edges.as_deref()?;
        let alike = letters.iter().zip(&tokens.numeric).all(|(letter, &numeric)| (letter & 1 == 1) == numeric);
        (edges.len() == letters.len() && alike).then_some(Self { letters, text, tokens, edges })
    }

    /// Return the bytes of a token.
    pub fn written(&self, token: usize) -> &'a [u8] {
        let (start, end) = self.edges[token];
        &self.text[start..end]
    }

    /// Return what stands between a token and the one before it.
    pub fn between(&self, token: usize) -> &'a [u8] {
        &self.text[self.edges[token - 1].1..self.edges[token].0]
    }

    /// Return whether a token holds a digit.
    pub fn is_numeric(&self, token: usize) -> bool {
        self.letters[token] & 1 == 1
    }

    fn has(&self, sign: &[u8]) -> bool {
        self.text.windows(sign.len()).any(|some| some == sign)
    }
}

/// What is asked of a whole paragraph.
struct Signs {
    /// It has a character that begins a link, a tag or an entity.
    linked: bool,
    /// An address in it says who has sent the reader.
    tracked: bool,
    /// It shows an image.
    imaged: bool,
    /// It was cut off within its last word.
    cut_off: bool,
}

/// The words of a gap.
struct Gap {
    at: Stretch,
    witness: Vec<Word>,
    candidate: Vec<Word>,
    at_end: bool,
}

/// The sieve, with all that it goes by.
pub struct Sieve<'a> {
    /// What characters are.
    pub characters: &'a Characters,
    /// What words are.
    pub vocabulary: &'a Vocabulary,
    /// Limits of the rules.
    pub limits: Limits,
}

impl Sieve<'_> {
    /// Return whether something in a candidate is certainly new.
    pub fn finds(&self, witness: &Side, candidate: &Side, runs: &[Stretch]) -> bool {
        let alike = |run: &Stretch| {
            witness.tokens.hashes[run.witness..run.witness_end]
                == candidate.tokens.hashes[run.candidate..run.candidate_end]
        };
        if code::may_be(candidate.text) {
            return code::differs(witness, candidate);
        }
        if !runs.iter().all(alike) {
            return false;
        }
        let gaps = gaps(runs, witness.letters.len(), candidate.letters.len());
        let mut added = gaps.iter().filter(|gap| gap.candidate < gap.candidate_end);
        if added.clone().any(|gap| gap.candidate_end - gap.candidate > self.limits.gap) {
            return true;
        }
        let signs = Signs {
            linked: candidate.text.iter().any(|byte| b"[<&".contains(byte)),
            tracked: candidate.has(b"utm_"),
            imaged: candidate.has(b"![") && witness.has(b"!["),
            cut_off: candidate.edges.last().is_some_and(|&(_, end)| is_cut(&candidate.text[end..])),
        };
        added.any(|gap| self.is_new(witness, candidate, *gap, &signs))
    }

    /// Return whether something is certainly new in a gap.
    fn is_new(&self, witness: &Side, candidate: &Side, at: Stretch, signs: &Signs) -> bool {
        if self.may_stand_elsewhere(witness, candidate, at) {
            return false;
        }
        let first = at.witness.max(at.witness_end.saturating_sub(self.limits.gap));
        let gap = Gap {
            at,
            witness: (first..at.witness_end).map(|token| self.word(witness, token)).collect(),
            candidate: (at.candidate..at.candidate_end).map(|token| self.word(candidate, token)).collect(),
            at_end: at.candidate_end == candidate.letters.len(),
        };
        if self.may_be_one(&gap) {
            return false;
        }
        self.has_new_word(candidate, &gap, signs) || self.has_new_number(witness, candidate, &gap)
    }

    /// Return whether a gap may be a headline, a word written twice, or a row of words that stands elsewhere.
    fn may_stand_elsewhere(&self, witness: &Side, candidate: &Side, at: Stretch) -> bool {
        let (letters, size) = (candidate.letters, at.candidate_end - at.candidate);
        let run = &letters[at.candidate..at.candidate_end];
        if at.witness < at.witness_end {
            return size >= self.limits.moved && contains(witness.letters, run);
        }
        let behind = letters.get(at.candidate_end..at.candidate_end + size);
        let before = at.candidate.checked_sub(size).map(|start| &letters[start..at.candidate]);
        if behind == Some(run) || before == Some(run) {
            return true;
        }
        let in_front = letters[..at.candidate] == letters[size..at.candidate_end];
        size >= self.limits.headline.min(self.limits.moved) && (in_front || contains(witness.letters, run))
    }

    /// Return whether a gap may say the same on both sides: with other spaces between the words.
    fn may_be_one(&self, gap: &Gap) -> bool {
        let joined = |words: &[Word]| words.iter().flat_map(|word| word.plain.iter().copied()).collect::<Vec<_>>();
        let ours = joined(&gap.candidate);
        ours == joined(&gap.witness) || (gap.candidate.len() > 1 && self.vocabulary.known(&ours) > 0)
    }

    /// Return a token of a paragraph as rules compare it.
    fn word(&self, side: &Side, token: usize) -> Word {
        let text = side.written(token);
        let mut at = 0;
        self.vocabulary.word(std::iter::from_fn(|| {
            let (code, next) = utf8::after(text, at)?;
            at = next;
            Some(self.characters.get(code).fold(code))
        }))
    }

    /// Return whether a gap has a word of content that is like no word of the witness there.
    fn has_new_word(&self, candidate: &Side, gap: &Gap, signs: &Signs) -> bool {
        let said = gap.candidate.iter().any(|word| word.known & listed::SAYING > 0);
        if said || signs.tracked || (signs.imaged && !gap.witness.is_empty()) {
            return false;
        }
        let eligible = |place: &usize| {
            let token = gap.at.candidate + place;
            !candidate.is_numeric(token)
                && self.vocabulary.is_content(&gap.candidate[*place])
                && self.is_word(candidate, token)
        };
        let content: Vec<usize> = (0..gap.candidate.len()).filter(eligible).collect();
        let address = content.len() < 2 || gap.candidate.iter().any(|word| word.known & listed::LINK > 0);
        if signs.linked && gap.witness.is_empty() && address {
            return false;
        }
        // At either end, words with capitals may be the name of a site, where the witness has nothing.
        let replaces = gap.witness.iter().any(|word| self.vocabulary.is_content(word));
        let may_be_site = (gap.at.candidate == 0 || gap.at_end) && !replaces;
        content.iter().any(|&place| {
            let token = gap.at.candidate + place;
            let last = gap.at_end && place + 1 == gap.candidate.len();
            let word = &gap.candidate[place];
            let explained = (last && signs.cut_off)
                || (may_be_site && !self.is_small(candidate, token))
                || may_be_initials(gap, &word.plain)
                || gap.witness.iter().any(|other| self.vocabulary.may_be_same(other, word));
            !explained
        })
    }

    /// Return whether a token is nothing but letters, and no part of a name in front of a paragraph without spaces.
    fn is_word(&self, side: &Side, token: usize) -> bool {
        let text = side.written(token);
        let mut at = 0;
        while let Some((code, next)) = utf8::after(text, at) {
            let spaceless = code >= SPACELESS && token < self.limits.marker;
            if spaceless || self.characters.get(code).class() != class::LETTER {
                return false;
            }
            at = next;
        }
        true
    }

    /// Return whether a token begins with a small letter.
    fn is_small(&self, side: &Side, token: usize) -> bool {
        let (code, _) = utf8::decode(side.text, side.edges[token].0);
        code < CASED_BELOW && char::from_u32(code).is_some_and(char::is_lowercase)
    }

    /// Return whether a gap has a number that the witness does not have there, in whatever form.
    fn has_new_number(&self, witness: &Side, candidate: &Side, gap: &Gap) -> bool {
        if gap.at.candidate == 0 && gap.candidate.iter().any(|word| word.known > 0) {
            return false; // it may be a number of replies
        }
        (gap.at.candidate..gap.at.candidate_end).zip(&gap.candidate).any(|(token, word)| {
            candidate.is_numeric(token)
                && word.known == 0
                && !self.may_be_in_marker(candidate, token)
                && if numbers::is_pure(candidate, token) {
                    self.lacks_amount(witness, candidate, gap, token)
                } else {
                    numbers::is_code(candidate.written(token))
                        && !gap.witness.iter().any(|other| self.vocabulary.may_be_read(&other.plain, &word.plain))
                }
        })
    }

    /// Return whether a token with a digit may be a part of a marker: what stands before it may be, too.
    fn may_be_in_marker(&self, side: &Side, token: usize) -> bool {
        let signs = &self.vocabulary.signs;
        let marks = |before: usize| {
            side.is_numeric(before)
                || side.written(before).len() <= LETTER
                || self.word(side, before).known & listed::MARKER > 0
        };
        token < self.limits.marker
            && (side.written(token).len() <= FIGURES || !numbers::is_pure(side, token))
            && may_stand(&side.text[..side.edges[0].0], &signs.opening)
            && (1..=token).all(|some| may_stand(side.between(some), &signs.joint))
            && (0..token).all(marks)
    }

    /// Return whether the witness has no number around a gap that may be the one of a token.
    fn lacks_amount(&self, witness: &Side, candidate: &Side, gap: &Gap, token: usize) -> bool {
        let is_number = |side: &Side, some: usize| self.word(side, some).known & listed::NUMBER > 0;
        let around = gap.at.witness.saturating_sub(1)..witness.letters.len().min(gap.at.witness_end + 1);
        // "One (1)": what the paragraph says just before may be the number in words; so may what the witness says there.
        let before = gap.at.candidate.checked_sub(1);
        // In scripts without spaces, signs for words on either side of a gap may be one number with those in it.
        let goes_on =
            |some: usize| (gap.at.witness..gap.at.witness_end).contains(&some) || is_sign(witness.written(some));
        if before.is_some_and(|before| is_number(candidate, before))
            || around.clone().any(|some| goes_on(some) && is_number(witness, some))
        {
            return false;
        }
        let Some(chain) = numbers::chain(candidate, token) else { return false };
        let Some(known) = numbers::readings(witness, around) else { return false };
        let Some(ours) = numbers::readings_of(candidate, &chain, token) else { return false };
        if ours.iter().any(|reading| known.may_be(reading)) {
            return false;
        }
        if !numbers::has_others(candidate, token, chain.len()) {
            return true;
        }
        let near =
            gap.at.witness.saturating_sub(numbers::DATE)..witness.letters.len().min(gap.at.witness_end + numbers::DATE);
        let month = near.clone().any(|some| self.word(witness, some).known & listed::MONTH > 0);
        !numbers::may_be_in_date(witness, near, candidate.written(token), month)
    }
}

/// Return whether a word's first letter may stand for it among the witness's, or the initials of the witness's be it.
fn may_be_initials(gap: &Gap, word: &[u32]) -> bool {
    let size = gap.candidate.len();
    let short = |other: &Word| other.plain.len() <= size && other.plain.contains(&word[0]);
    let begins = |letter: &u32| gap.witness.iter().any(|other| other.plain.first() == Some(letter));
    (size > 1 && gap.witness.iter().any(short)) || word.iter().all(begins)
}

/// Return whether a word may be a sign that is a word.
fn is_sign(written: &[u8]) -> bool {
    utf8::decode(written, 0).0 >= SPACELESS
}

/// Return whether a text may consist of some signs and spaces.
fn may_stand(text: &[u8], signs: &[u32]) -> bool {
    let is_space = |code| (0x1C..0x20).contains(&code) || char::from_u32(code).is_none_or(char::is_whitespace);
    let mut at = 0;
    std::iter::from_fn(|| {
        let (code, next) = utf8::after(text, at)?;
        at = next;
        Some(code)
    })
    .all(|code| signs.contains(&code) || is_space(code))
}

/// Return whether what stands behind the last word may tell that the paragraph was cut off.
fn is_cut(tail: &[u8]) -> bool {
    let has = |sign: &[u8]| tail.windows(sign.len()).any(|some| some == sign);
    has(b"-") || has(b"..") || has("\u{2026}".as_bytes()) || has("\u{AD}".as_bytes())
}
