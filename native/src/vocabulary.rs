//! Which words a rule of the verdict may set aside, and what a word looks like without accents: as Python hands it over.

use std::collections::HashMap;

/// What is known of a listed word, a bit each; `dedup/verdict/batch/native_sieve.py` has the same.
pub mod listed {
    /// Some rule may set it aside, or it is no word of content.
    pub const RULE: u8 = 1;
    /// A verb of saying.
    pub const SAYING: u8 = 2;
    /// A part of an address.
    pub const LINK: u8 = 4;
    /// A number.
    pub const NUMBER: u8 = 8;
    /// A month.
    pub const MONTH: u8 = 16;
    /// A unit, which other words may begin with.
    pub const UNIT: u8 = 32;
    /// A part of a marker in front of a paragraph.
    pub const MARKER: u8 = 64;
    /// Another spelling of it is listed.
    pub const SPELT: u8 = 128;
}

/// Letters by which a unit's word is known, whatever its ending.
const STEMS: std::ops::RangeInclusive<usize> = 6..=10;
/// Where Latin letters end, of which a word without vowels may be an abbreviation.
const LATIN_BELOW: u32 = 0x250;
/// Letters from which a word may be one of content; letters of a stem that words which agree have in common.
const FEWEST: usize = 3;
/// Letters of an abbreviation, at most.
const SHORT: usize = 6;

/// A word without its accents, as code points, and what is known of it.
#[derive(Default)]
pub struct Word {
    /// Its characters.
    pub plain: Vec<u32>,
    /// What is known of it; see [`listed`].
    pub known: u8,
}

/// The tables.
pub struct Vocabulary {
    words: HashMap<Box<[u32]>, u8>,
    /// Characters that are others without their accents.
    accented: HashMap<u32, Box<[u32]>>,
    /// Of characters with which the spellings of one word may begin, the first one.
    initials: HashMap<u32, u32>,
    /// Characters that rules are about.
    pub signs: Signs,
}

/// Characters that rules are about.
pub struct Signs {
    misread: Vec<u32>,
    respelt: Vec<u32>,
    vowels: Vec<u32>,
    /// What may stand before a marker.
    pub opening: Vec<u32>,
    /// What may stand between its tokens.
    pub joint: Vec<u32>,
}

impl Signs {
    /// Return what is read for one another, what spellings write for one another, vowels, and the signs of markers.
    pub fn new(misread: &str, respelt: &str, vowels: &str, opening: &str, joint: &str) -> Self {
        let [misread, respelt, vowels, opening, joint] =
            [misread, respelt, vowels, opening, joint].map(|text| codes(text).into_vec());
        Self { misread, respelt, vowels, opening, joint }
    }
}

fn codes(text: &str) -> Box<[u32]> {
    text.chars().map(u32::from).collect()
}

impl Vocabulary {
    /// Put the tables together.
    pub fn new(
        words: &HashMap<String, u8>,
        accented: &HashMap<u32, String>,
        initials: HashMap<u32, u32>,
        signs: Signs,
    ) -> Self {
        Self {
            words: words.iter().map(|(word, &known)| (codes(word), known)).collect(),
            accented: accented.iter().map(|(&code, plain)| (code, codes(plain))).collect(),
            initials,
            signs,
        }
    }

    /// Return a word of these folded characters.
    pub fn word(&self, folded: impl Iterator<Item = u32>) -> Word {
        let mut plain = Vec::with_capacity(16);
        for code in folded {
            match if code < 0x80 { None } else { self.accented.get(&code) } {
                Some(without) => plain.extend_from_slice(without),
                None => plain.push(code),
            }
        }
        let known = self.known(&plain);
        Word { plain, known }
    }

    /// Return what is known of a word.
    pub fn known(&self, plain: &[u32]) -> u8 {
        let unit = |size| plain.get(..size).is_some_and(|stem| self.listed(stem) & listed::UNIT > 0);
        let stem = if STEMS.into_iter().any(unit) { listed::RULE } else { 0 };
        self.listed(plain) | stem
    }

    fn listed(&self, plain: &[u32]) -> u8 {
        self.words.get(plain).copied().unwrap_or(0)
    }

    /// Return whether no rule knows a word of letters.
    pub fn is_content(&self, word: &Word) -> bool {
        word.plain.len() >= FEWEST && word.known & listed::RULE == 0
    }

    /// Return whether two words may be one in two spellings, one of them short for the other, or a part of it.
    ///
    /// That they are not is certain: a spelling has another beginning, or other letters, only by the rules that the
    /// tables come from.
    pub fn may_be_same(&self, one: &Word, other: &Word) -> bool {
        let (a, b) = (&one.plain[..], &other.plain[..]);
        if a.is_empty() || b.is_empty() {
            return true;
        }
        let alike = self.initial(a[0]) == self.initial(b[0])
            && (one.known & other.known & listed::SPELT > 0
                || self.firm(a) == self.firm(b)
                || (a.len() >= FEWEST && b.len() >= FEWEST && a[..FEWEST] == b[..FEWEST])
                || sorted(a) == sorted(b)
                || (a.len().min(b.len()) <= SHORT && (has_in_order(a, b) || has_in_order(b, a))));
        alike || contains(a, b) || contains(b, a) || (self.lacks_vowels(a) && self.lacks_vowels(b))
    }

    /// Return the letters of a word that no spelling writes for others, each once in a row.
    fn firm(&self, word: &[u32]) -> Vec<u32> {
        let mut found: Vec<u32> = word.iter().copied().filter(|code| !self.signs.respelt.contains(code)).collect();
        found.dedup();
        found
    }

    /// Return whether two words may be one that was misread, where one of them holds a digit; or one a part of the other.
    pub fn may_be_read(&self, one: &[u32], other: &[u32]) -> bool {
        let certain = |code: &&u32| !self.signs.misread.contains(code);
        one.iter().filter(certain).eq(other.iter().filter(certain)) || contains(one, other) || contains(other, one)
    }

    fn initial(&self, code: u32) -> u32 {
        self.initials.get(&code).copied().unwrap_or(code)
    }

    fn lacks_vowels(&self, word: &[u32]) -> bool {
        word.iter().all(|code| *code < LATIN_BELOW && !self.signs.vowels.contains(code))
    }
}

fn sorted(word: &[u32]) -> Vec<u32> {
    let mut found = word.to_vec();
    found.sort_unstable();
    found
}

/// Return whether one word has all letters of another one in their order.
fn has_in_order(one: &[u32], other: &[u32]) -> bool {
    let mut letters = one.iter();
    other.iter().all(|code| letters.any(|letter| letter == code))
}

/// Return whether one row holds another one.
pub fn contains(one: &[u32], other: &[u32]) -> bool {
    other.is_empty() || one.windows(other.len()).any(|some| some == other)
}
