//! The tokens of paragraphs, from their UTF-8: `dedup/shingling.py`, one character after the other.
//!
//! A paragraph that is to be normalised first is odd: Python hands its normalised form over.

use crate::characters::{CHANGES, Character, Characters, class};
use crate::hashing::{TokenHash, long_token};
use crate::signs::Sign;
use crate::utf8;

/// The tokens of some paragraphs, one after the other.
pub struct Tokens {
    /// The hash of each folded token.
    pub hashes: Vec<u64>,
    /// Whether it holds a digit.
    pub numeric: Vec<bool>,
    /// Where it begins and ends in its text; None where nobody asks for it.
    pub edges: Option<Vec<(usize, usize)>>,
}

/// A token that has begun.
#[derive(Clone, Copy)]
struct Token {
    hash: TokenHash,
    start: usize,
    /// It is a character that stands alone: only marks can follow.
    alone: bool,
    numeric: bool,
}

/// Whether marks stand in the order in which they would be put: else the paragraph is to be normalised.
#[derive(Default)]
struct Order {
    /// Where the last mark ended.
    end: usize,
    last: Character,
    /// There are marks in a row; without, nobody asks for the order.
    rows: bool,
    disordered: bool,
}

impl Order {
    /// Take in the next character, of which most are none that matters.
    #[inline(always)]
    fn see(&mut self, at: usize, bytes: usize, character: Character) {
        if character.class() == class::MARK || character.combining > 0 {
            if self.end == at && at > 0 {
                self.rows |= character.class() == class::MARK && self.last.class() == class::MARK;
                self.disordered |= character.combining > 0 && self.last.combining > character.combining;
            }
            self.disordered |= character.combining == CHANGES;
            (self.end, self.last) = (at + bytes, character);
        }
    }

    fn is_kept(&self) -> bool {
        !(self.rows && self.disordered)
    }
}

/// What stops the reading of a paragraph as it stands.
enum Stop {
    /// A character that is to be normalised.
    Composes,
    /// A character that is not there for the reader.
    Ignored,
}

/// A paragraph that is being read.
struct Reader<'a> {
    characters: &'a Characters,
    text: &'a [u8],
    tokens: &'a mut Tokens,
}

impl Reader<'_> {
    /// End the token that has begun, if there is one, before a place.
    #[inline(always)]
    fn end(&mut self, token: &mut Option<Token>, at: usize) {
        if let Some(token) = token.take() {
            let hash = token.hash.finish().unwrap_or_else(|| self.long(token.start, at));
            self.tokens.hashes.push(hash);
            self.tokens.numeric.push(token.numeric);
            if let Some(edges) = &mut self.tokens.edges {
                edges.push((token.start, at.min(self.text.len())));
            }
        }
    }

    /// Return the hash of a token that is no word of a language.
    #[cold]
    fn long(&self, start: usize, end: usize) -> u64 {
        let mut folded = Vec::with_capacity(end - start);
        let mut at = start;
        while at < end {
            let (code, bytes) = utf8::decode(self.text, at);
            let (word, number) = utf8::encode(self.characters.get(code).fold(code));
            folded.extend_from_slice(&word.to_le_bytes()[..number]);
            at += bytes;
        }
        long_token(&folded)
    }

    /// Return the token that a character of a class at a place belongs to, if need be a new one.
    #[inline(always)]
    fn belongs(&mut self, token: &mut Option<Token>, at: usize, kind: u8) -> Token {
        let alone = kind == class::ALONE;
        if let Some(begun) = *token {
            if kind == class::MARK || !(begun.alone || alone) {
                return Token { numeric: begun.numeric | (kind == class::DIGIT), ..begun };
            }
            self.end(token, at);
        }
        Token { hash: TokenHash::default(), start: at, alone, numeric: kind == class::DIGIT }
    }

    /// Return the token that a sign is, if it says something.
    fn sign(&self, at: usize, code: u32, kind: u8) -> Option<Token> {
        let (characters, text) = (self.characters, self.text);
        let sign = Sign { characters, text, at, code, kind };
        let form = characters.form(kind);
        let mut hash = TokenHash::default();
        sign.says_something().then(|| {
            let (bytes, number) = utf8::encode(if form > 0 { u32::from(form) } else { code });
            hash.push(bytes, number);
            Token { hash, start: at, alone: true, numeric: false }
        })
    }

    /// Read the text; `clear`: nothing in it composes any more.
    ///
    /// The token that has begun is a variable of this function, and in registers.
    fn read(&mut self, clear: bool) -> Result<(), Stop> {
        let mut order = Order::default();
        let mut token: Option<Token> = None;
        let mut at = 0;
        while let Some(&byte) = self.text.get(at) {
            if byte < 0x80 {
                let (character, folded) = self.characters.ascii(byte);
                let kind = character.class();
                if kind == class::LETTER || kind == class::DIGIT {
                    let mut one = self.belongs(&mut token, at, kind);
                    loop {
                        let run = AsciiRun::at(self.text, at);
                        one.hash.push(run.folded, run.size);
                        one.numeric |= run.numeric;
                        at += run.size;
                        if run.size < 8 || !self.text.get(at).is_some_and(u8::is_ascii_alphanumeric) {
                            break;
                        }
                    }
                    token = Some(one);
                    continue;
                }
                self.end(&mut token, at);
                if kind == class::ALONE {
                    let mut one = self.belongs(&mut token, at, kind);
                    one.hash.push(u64::from(folded), 1);
                    token = Some(one);
                } else if character.sign > 0 {
                    token = self.sign(at, u32::from(byte), character.sign);
                }
                at += 1;
                continue;
            }
            let (code, bytes) = utf8::decode(self.text, at);
            let character = self.characters.get(code);
            if !clear {
                if character.composes() {
                    return Err(Stop::Composes);
                }
                order.see(at, bytes, character);
            }
            let kind = character.class();
            if is_in_words(kind) {
                let mut one = self.belongs(&mut token, at, kind);
                let (folded, number) = utf8::encode(character.fold(code));
                one.hash.push(folded, number);
                token = Some(one);
            } else if kind == class::IGNORE {
                return Err(Stop::Ignored);
            } else {
                self.end(&mut token, at);
                if character.sign > 0 && kind == class::OTHER {
                    token = self.sign(at, code, character.sign);
                }
            }
            at += bytes;
        }
        self.end(&mut token, self.text.len());
        if order.is_kept() { Ok(()) } else { Err(Stop::Composes) }
    }
}

/// Letters and digits that are ASCII, in a row: up to eight of them.
struct AsciiRun {
    /// The bytes, the first one lowest, with capitals as small letters.
    folded: u64,
    size: usize,
    /// One of them is a digit.
    numeric: bool,
}

impl AsciiRun {
    /// Return the row that begins at a place, where there is one: eight bytes are looked at together.
    #[inline(always)]
    fn at(text: &[u8], at: usize) -> Self {
        const HIGH: u64 = 0x8080_8080_8080_8080;
        let each = |byte: u8| u64::from(byte) * 0x0101_0101_0101_0101;
        let rest = &text[at..];
        let bytes = rest.first_chunk().copied().unwrap_or_else(|| {
            let mut padded = [0; 8];
            padded[..rest.len()].copy_from_slice(rest);
            padded
        });
        let word = u64::from_le_bytes(bytes);
        // In the high bit of each byte: is it at least so much? Seven bits and less than 128 carry nothing over.
        let low = word & !HIGH;
        let from = |values: u64, least: u8| values + each(0x80 - least);
        let small = low | each(0x20);
        let letters = from(small, b'a') & !from(small, b'z' + 1) & HIGH & !word;
        let digits = from(low, b'0') & !from(low, b'9' + 1) & HIGH & !word;
        let size = (!(letters | digits) & HIGH).trailing_zeros() as usize / 8;
        let kept = u64::MAX.checked_shr(64 - 8 * size as u32).unwrap_or(0);
        Self { folded: (word | letters >> 2) & kept, size, numeric: digits & kept != 0 }
    }
}

#[inline(always)]
fn is_in_words(kind: u8) -> bool {
    kind.wrapping_sub(class::LETTER) <= class::ALONE - class::LETTER
}

impl Tokens {
    /// Make room for what a text of so many bytes holds, mostly.
    pub fn with_room(bytes: usize) -> Self {
        let number = bytes / 5;
        Self { hashes: Vec::with_capacity(number), numeric: Vec::with_capacity(number), edges: None }
    }

    /// Return the tokens of one text with their places; None if they are for Python to find.
    pub fn placed(characters: &Characters, text: &[u8]) -> Option<Self> {
        let mut tokens = Self { edges: Some(Vec::with_capacity(text.len() / 5)), ..Self::with_room(text.len()) };
        let mut reader = Reader { characters, text, tokens: &mut tokens };
        // Without the characters that are to be ignored, the places would be others.
        reader.read(false).is_ok().then_some(tokens)
    }

    /// Read a paragraph that begins at a place of a longer text, where its tokens' places are asked for; return false,
    /// and add nothing, if it is odd, or holds characters that are to be ignored.
    pub fn read_at(&mut self, characters: &Characters, text: &[u8], at: usize) -> bool {
        let begun = self.hashes.len();
        let mut reader = Reader { characters, text, tokens: self };
        let read = reader.read(false).is_ok();
        if !read {
            self.hashes.truncate(begun);
            self.numeric.truncate(begun);
        }
        if let Some(edges) = &mut self.edges {
            edges.truncate(self.hashes.len());
            edges[begun..].iter_mut().for_each(|edge| *edge = (at + edge.0, at + edge.1));
        }
        read
    }

    /// Read a paragraph; return false, and add nothing, if it is odd.
    pub fn read(&mut self, characters: &Characters, text: &[u8]) -> bool {
        let begun = self.hashes.len();
        let mut reader = Reader { characters, text, tokens: self };
        let Err(stop) = reader.read(false) else { return true };
        self.hashes.truncate(begun);
        self.numeric.truncate(begun);
        let Stop::Ignored = stop else { return false };
        let Some(clear) = without_ignored(characters, text) else { return false };
        self.read_clear(characters, &clear);
        true
    }

    /// Read a paragraph that has been normalised.
    pub fn read_normalised(&mut self, characters: &Characters, text: &[u8]) {
        let mut clear = Vec::with_capacity(text.len());
        let mut at = 0;
        while let Some((code, end)) = utf8::after(text, at) {
            if characters.get(code).class() != class::IGNORE {
                clear.extend_from_slice(&text[at..text.len().min(end)]);
            }
            at = end;
        }
        self.read_clear(characters, &clear);
    }

    /// Read a text in which nothing composes any more, and nothing is to be ignored.
    fn read_clear(&mut self, characters: &Characters, text: &[u8]) {
        // Nothing stops the reading of such a text.
        let _ = Reader { characters, text, tokens: self }.read(true);
    }
}

/// Return a text without the characters that are not there for the reader; None if it is to be normalised.
fn without_ignored(characters: &Characters, text: &[u8]) -> Option<Vec<u8>> {
    let mut clear = Vec::with_capacity(text.len());
    let mut order = Order::default();
    let mut at = 0;
    while at < text.len() {
        let (code, bytes) = utf8::decode(text, at);
        let end = text.len().min(at + bytes);
        let character = characters.get(code);
        if character.composes() {
            return None;
        }
        order.see(at, bytes, character);
        if character.class() != class::IGNORE {
            clear.extend_from_slice(&text[at..end]);
        }
        at = end;
    }
    order.is_kept().then_some(clear)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_end_where_ascii_letters_and_digits_do() {
        for byte in 0..=u8::MAX {
            for place in 0..9 {
                let mut text = *b"abcXYZ01234";
                text[place] = byte;
                let expected = text.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count().min(8);
                let run = AsciiRun::at(&text, 0);
                assert_eq!(run.size, expected);
                let small = text[..expected].to_ascii_lowercase();
                assert_eq!(run.folded.to_le_bytes()[..expected], small);
                assert_eq!(run.numeric, small.iter().any(u8::is_ascii_digit));
            }
        }
        assert_eq!(AsciiRun::at(b"xyz", 1).size, 2);
    }
}
