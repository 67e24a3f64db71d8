//! What is known of characters, words and expressions where the form of a paragraph is read; Python hands it over.

use std::collections::{HashMap, HashSet};

use crate::patterns::{Classes, Match, Pattern};
use crate::tables::Table;
use crate::utf8;

/// What a code point is, as `dedup/resolve/native_forms.py` puts it together.
pub mod bits {
    /// A small letter with which a line goes on, by `edge_table` of `dedup/text/continuity.py`.
    pub const SMALL: u16 = 1;
    /// A sign that ends a sentence or a clause; likewise.
    pub const FINAL: u16 = 1 << 1;
    /// A sign that may stand behind these; likewise.
    pub const CLOSER: u16 = 1 << 2;
    /// A sign that may stand before a beginning; likewise.
    pub const OPENER: u16 = 1 << 3;
    /// `str.isspace`, and `\s`.
    pub const SPACE: u16 = 1 << 4;
    /// `\w`.
    pub const WORD: u16 = 1 << 5;
    /// `\d`.
    pub const DECIMAL: u16 = 1 << 6;
    /// `str.isalpha`.
    pub const ALPHA: u16 = 1 << 7;
    /// `str.isdigit`.
    pub const DIGIT: u16 = 1 << 8;
    /// `str.islower`.
    pub const LOWER: u16 = 1 << 9;
    /// In capitals it is another one.
    pub const RAISED: u16 = 1 << 10;
    /// In small letters it is another one.
    pub const LOWERED: u16 = 1 << 11;
    /// Of a script without spaces, by `is_spaceless` of `dedup/text/continuity.py`.
    pub const SPACELESS: u16 = 1 << 12;
    /// An opening bracket or quotation mark, by `dedup/text/continuity.py`.
    pub const OPENING: u16 = 1 << 13;
    /// A closing one.
    pub const CLOSING: u16 = 1 << 14;
}

const CLASSES: Classes = Classes { word: bits::WORD, digit: bits::DECIMAL, space: bits::SPACE };

/// Name the expressions by what they are called in Python.
macro_rules! expressions {
    ($($name:ident),*) => {
        /// The expressions, by what they are called in Python.
        pub(crate) struct Expressions { $(pub(crate) $name: Pattern),* }

        impl Expressions {
            fn new(table: &Table, mut given: HashMap<String, (String, bool)>) -> Result<Self, String> {
                Ok(Self { $($name: {
                    let name = stringify!($name);
                    let (expression, dot_all) = given.remove(name).ok_or_else(|| format!("no expression {name}"))?;
                    Pattern::new(&expression, dot_all, CLASSES, table)?
                }),* })
            }
        }
    };
}

expressions! {
    marker_parts, plain_word, numbered, signed, named, section, ordinal, first, ideographic,
    plain, fence, table, heading, rule, item, terminal, lead,
    level, column, bars, links, field, container
}

/// Lists of words, and lists of signs.
pub struct Lists {
    /// Words that name what a marker numbers, with how they are written in a kind.
    pub marking: HashMap<String, String>,
    /// Ordinal words that number a paragraph.
    pub ordinals: HashSet<String>,
    /// Words that another one follows.
    pub function: HashSet<String>,
    /// Signs that end a sentence.
    pub sentence_ends: String,
    /// Signs that end a clause.
    pub clauses: String,
    /// Signs that announce something.
    pub leads: String,
    /// What ends a line.
    pub line_ends: String,
}

/// All that is known.
pub struct Known {
    /// What each character is.
    pub(crate) table: Table,
    /// The bytes with which brackets and quotation marks begin.
    brackets: [bool; 256],
    folds: HashMap<char, String>,
    pub(crate) lists: Lists,
    pub(crate) expressions: Expressions,
}

impl Known {
    /// Put together what is known; an error says what is lacking.
    ///
    /// `folds` are characters with what `str.casefold` makes of them, where that is something else; `expressions` are
    /// named, with whether a dot takes line ends, too.
    pub fn new(
        table: Table,
        folds: HashMap<char, String>,
        lists: Lists,
        expressions: HashMap<String, (String, bool)>,
    ) -> Result<Self, String> {
        let expressions = Expressions::new(&table, expressions)?;
        let mut brackets = [false; 256];
        for sign in ('\0'..=char::MAX).filter(|&sign| table.get(sign.into()) & (bits::OPENING | bits::CLOSING) != 0) {
            brackets[usize::from(sign.encode_utf8(&mut [0; 4]).as_bytes()[0])] = true;
        }
        Ok(Self { table, brackets, folds, lists, expressions })
    }

    /// Return whether a character has one of some bits.
    #[inline(always)]
    pub(crate) fn is(&self, sign: char, wanted: u16) -> bool {
        self.table.get(sign.into()) & wanted != 0
    }

    /// `str.isalnum` of a character.
    #[inline(always)]
    pub(crate) fn is_alnum(&self, sign: char) -> bool {
        sign != '_' && self.is(sign, bits::WORD)
    }

    /// Return whether a word is written in a script without spaces.
    pub(crate) fn is_spaceless(&self, word: &str) -> bool {
        word.chars().next().is_some_and(|sign| self.is(sign, bits::SPACELESS))
    }

    /// Return for each bracket and quotation mark of a text whether it opens.
    pub(crate) fn brackets(&self, text: &str) -> impl Iterator<Item = bool> {
        let may_begin = |&(_, byte): &(usize, u8)| self.brackets[usize::from(byte)];
        text.bytes().enumerate().filter(may_begin).filter_map(|(at, _)| {
            let found = self.table.get(utf8::decode(text.as_bytes(), at).0);
            (found & (bits::OPENING | bits::CLOSING) != 0).then_some(found & bits::OPENING != 0)
        })
    }

    /// `str.lstrip`.
    pub(crate) fn lstrip<'a>(&self, text: &'a str) -> &'a str {
        text.trim_start_matches(|sign| self.is(sign, bits::SPACE))
    }

    /// `str.rstrip`.
    pub(crate) fn rstrip<'a>(&self, text: &'a str) -> &'a str {
        text.trim_end_matches(|sign| self.is(sign, bits::SPACE))
    }

    /// Return the words of a text, as `\w+` finds them.
    pub(crate) fn words<'a>(&self, text: &'a str) -> impl Iterator<Item = &'a str> {
        text.split(|sign| !self.is(sign, bits::WORD)).filter(|word| !word.is_empty())
    }

    /// `str.casefold`.
    pub(crate) fn casefold(&self, word: &str) -> String {
        let mut out = String::with_capacity(word.len());
        for sign in word.chars() {
            match self.folds.get(&sign) {
                _ if sign.is_ascii() => out.push(sign.to_ascii_lowercase()),
                Some(folded) => out.push_str(folded),
                None => out.push(sign),
            }
        }
        out
    }

    /// `re.Pattern.match`.
    pub(crate) fn matched(&self, pattern: &Pattern, text: &str) -> Option<Match> {
        pattern.matched(&self.table, text)
    }

    /// `re.Pattern.search`.
    pub(crate) fn found(&self, pattern: &Pattern, text: &str) -> bool {
        pattern.search(&self.table, text, 0).is_some()
    }
}

/// Return how many bytes so many characters of a text take; None if it has fewer.
pub(crate) fn size(text: &str, characters: usize) -> Option<usize> {
    let mut rest = text.chars();
    if characters > 0 {
        rest.nth(characters - 1)?; // quicker than with their places
    }
    Some(text.len() - rest.as_str().len())
}

/// Return the first characters of a text, so many at most.
pub(crate) fn head(text: &str, characters: usize) -> &str {
    if text.len() <= characters {
        return text;
    }
    &text[..size(text, characters).unwrap_or(text.len())]
}

/// Return the last characters of a text, so many at most.
pub(crate) fn tail(text: &str, characters: usize) -> &str {
    if text.len() <= characters {
        return text;
    }
    text.char_indices().nth_back(characters - 1).map_or(text, |(start, _)| &text[start..])
}

/// Return whether a text has so many characters at most.
pub(crate) fn is_within(text: &str, characters: usize) -> bool {
    text.len() <= characters || (text.len() <= 4 * characters && text.chars().count() <= characters)
}
