//! Lines of documents: where they stand, whether they touch, what they look like. `dedup/text/lines.py`,
//! `dedup/text/continuity.py` and, as far as it matters here, `dedup/text/line_forms.py`.
//!
//! Places are those of bytes, lengths and widths are counted in characters.

use std::iter;

use crate::characters::class;
use crate::tables::Table;
use crate::utf8;

/// What a code point is at the end and the beginning of a line, as `dedup/text/native_split.py` puts it together.
pub mod bits {
    /// A small letter.
    pub const SMALL: u16 = 1;
    /// A capital.
    pub const CAPITAL: u16 = 2;
    /// A letter of a script without case.
    pub const PLAIN: u16 = 4;
    /// A sign that ends a sentence or a clause.
    pub const FINAL: u16 = 8;
    /// A sign that may stand behind these.
    pub const CLOSER: u16 = 16;
    /// A sign that may stand before a beginning.
    pub const OPENER: u16 = 32;
    /// A hyphen at a line's end.
    pub const HYPHEN: u16 = 64;
    /// In capitals it is written otherwise.
    pub const LOWER: u16 = 128;
    /// Its class takes three bits from this one on.
    pub const CLASS: u32 = 8;
    /// What Python's regular expressions take for part of a word.
    pub const WORD: u16 = 1 << 11;
}

/// Closing or opening signs that are looked through.
const STEPS: usize = 4;
/// Characters of a line in which it shows whether it is an entry.
const GLANCE: usize = 6;
const DIGITS: usize = 3;
const LONGEST_MARKER: usize = 5;

/// The characters, and what is asked of them.
pub struct Signs(pub Table);

impl Signs {
    #[inline(always)]
    pub(crate) fn class(&self, code: u32) -> u8 {
        (self.0.get(code) >> bits::CLASS & 7) as u8
    }

    #[inline(always)]
    pub(crate) fn is(&self, code: u32, bit: u16) -> bool {
        self.0.get(code) & bit != 0
    }

    #[inline(always)]
    pub(crate) fn is_space(&self, code: u32) -> bool {
        self.class(code) >= class::SPACE
    }
}

/// A line that holds something to read.
#[derive(Clone, Copy)]
pub struct Line {
    /// Its first byte within the document.
    pub start: usize,
    /// The first one behind it.
    pub end: usize,
    /// Characters of the document that stand before it.
    pub place: usize,
    /// Its characters.
    pub length: usize,
}

/// Return where the line that begins at a place ends, and the bytes of its line end; 0 of them at the end of all.
fn line_end(text: &[u8], mut at: usize) -> (usize, usize) {
    const BLOCK: usize = 32;
    // LF, VT, FF, CR; NEL; LS and PS.
    let ascii = |byte: u8| byte.wrapping_sub(b'\n') <= b'\r' - b'\n';
    let wide = |one: u8, two: u8, three: u8| {
        ((one == 0xC2) & (two == 0x85)) | ((one == 0xE2) & (two == 0x80) & (three & 0xFE == 0xA8))
    };
    // Plain loops, which the compiler turns into vector instructions: each block with the two bytes behind it.
    while let Some(block) = text.get(at..).and_then(<[u8]>::first_chunk::<{ BLOCK + 2 }>) {
        let mut found = false;
        for place in 0..BLOCK {
            found |= ascii(block[place]) | wide(block[place], block[place + 1], block[place + 2]);
        }
        if found {
            break;
        }
        at += BLOCK;
    }
    while at < text.len() {
        let next = |step: usize| text.get(at + step).copied().unwrap_or(0);
        if ascii(text[at]) {
            return (at, 1);
        }
        if wide(text[at], next(1), next(2)) {
            return (at, if text[at] == 0xC2 { 2 } else { 3 });
        }
        at += 1;
    }
    (text.len(), 0)
}

/// Return the lines of a document that hold something to read.
pub fn lines(signs: &Signs, text: &[u8], out: &mut Vec<Line>) {
    let (mut start, mut place) = (0, 0);
    loop {
        let (end, size) = line_end(text, start);
        let length = text[start..end].iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
        if shows(signs, &text[start..end]) {
            out.push(Line { start, end, place, length });
        }
        if size == 0 {
            return;
        }
        (start, place) = (end + size, place + length + 1);
    }
}

/// Return whether a line shows something: the classes of what does not are the highest ones.
fn shows(signs: &Signs, line: &[u8]) -> bool {
    let mut at = 0;
    while let Some((code, next)) = utf8::after(line, at) {
        if signs.class(code) < class::IGNORE {
            return true;
        }
        at = next;
    }
    false
}

/// Return whether a single line end stands between two lines.
pub fn touch(text: &[u8], one: &Line, next: &Line) -> bool {
    match next.place - one.place - one.length {
        1 => true,
        2 => text.get(one.end..one.end + 2) == Some(b"\r\n"),
        _ => false,
    }
}

/// Return whether a line may be a row of a table or open a code fence.
pub fn marked(signs: &Signs, text: &[u8], line: &Line) -> bool {
    let line = &text[line.start..line.end];
    let shows = |code: &u32| !signs.is_space(*code);
    let mut forward =
        iter::successors(utf8::after(line, 0), |&(_, next)| utf8::after(line, next)).map(|(code, _)| code);
    let mut backward =
        iter::successors(utf8::before(line, line.len()), |&(_, at)| utf8::before(line, at)).map(|(code, _)| code);
    match forward.find(shows).and_then(char::from_u32) {
        Some('`' | '~') => true,
        Some('|') => backward.find(shows) == Some(u32::from(b'|')),
        _ => false,
    }
}

/// Return whether a character is a bullet.
fn is_bullet(code: u32) -> bool {
    [b'-', b'*', b'+', 0xB7].map(u32::from).contains(&code) || code == 0x2022
}

/// Return whether a line begins with a bullet and a space.
pub fn bulleted(text: &[u8], line: &Line) -> bool {
    let line = &text[line.start..line.end];
    let (code, next) = utf8::decode(line, 0);
    // Of a line of one character, that one is looked at again.
    is_bullet(code) && line.get(next) == Some(&b' ')
}

/// What a line is, as far as it matters to what is joined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Text.
    Text,
    /// An entry of a list.
    Item,
    /// A row of a table.
    Table,
    /// A code fence.
    Fence,
    /// A heading or a rule.
    Other,
}

/// A line from its first to its last character that is no space.
#[derive(Clone, Copy)]
pub struct Shape {
    /// Its first byte.
    pub first: usize,
    /// The first one behind it.
    pub last: usize,
    /// Spaces before it.
    pub indent: usize,
    /// Characters up to its end, the spaces before it included.
    pub width: usize,
    /// What it is; text, where it touches no other and is no fence.
    pub kind: Kind,
}

/// Look at a line; `near`: it touches another one.
pub fn shape(signs: &Signs, text: &[u8], line: &Line, near: bool) -> Shape {
    let (mut first, mut indent) = (line.start, 0);
    while let Some((code, next)) = utf8::after(&text[..line.end], first) {
        if !signs.is_space(code) {
            break;
        }
        (first, indent) = (next, indent + 1);
    }
    let (mut last, mut width) = (line.end, line.length);
    while let Some((code, place)) = utf8::before(text, last) {
        if last <= first || !signs.is_space(code) {
            break;
        }
        (last, width) = (place, width.saturating_sub(1));
    }
    let kind = kind(signs, &text[first..line.end], last - first, near);
    Shape { first, last, indent, width, kind }
}

/// Return what a line is, given from its first character on that is no space, and its bytes up to the last such one.
fn kind(signs: &Signs, text: &[u8], size: usize, near: bool) -> Kind {
    // Its first few characters; of a shorter one the last one stands for what is not there.
    let (mut head, mut at, mut last) = ([0; GLANCE], 0, 0);
    for code in &mut head {
        if at < size {
            let (found, bytes) = utf8::decode(text, at);
            (last, at) = (found, at + bytes);
        }
        *code = last;
    }
    let lead = head[0];
    let class = signs.class(lead);
    let mut found = Kind::Text;
    if lead == u32::from(b'|') && size > 1 && text[size - 1] == b'|' {
        found = Kind::Table;
    }
    if is_bullet(lead) {
        let goes_on = head[2..].iter().any(|&code| !signs.is_space(code) && code != lead);
        if goes_on && signs.is_space(head[1]) {
            found = Kind::Item;
        }
    }
    let mut closed = false;
    if near && lead < 0x80 && class != class::OTHER {
        let (sure, perhaps) = numbered(signs, &head);
        if sure {
            found = Kind::Item;
        }
        closed = perhaps;
    }
    let fence = lead == u32::from(b'`') || lead == u32::from(b'~');
    if (near && class == class::OTHER && found == Kind::Text) || fence || closed { form(signs, text) } else { found }
}

/// Return whether a line that begins with a letter or digit is an entry; and else, whether it may be one.
fn numbered(signs: &Signs, head: &[u32; GLANCE]) -> (bool, bool) {
    let (mut sure, mut closed) = (false, false);
    let mut marker = true;
    let mut digits = signs.class(head[0]) == class::DIGIT;
    for step in 1..=LONGEST_MARKER {
        let here = head[step] == u32::from(b'.') || head[step] == u32::from(b')');
        closed |= here;
        if step <= DIGITS {
            sure |= marker && here && signs.is_space(head[step + 1]);
            digits &= signs.class(head[step]) == class::DIGIT && head[step] < 0x80;
            marker = digits;
        }
    }
    (sure, closed && !sure)
}

/// Return the form of a line that begins with no space: what `line_form` of `dedup/text/line_forms.py` says.
///
/// What begins with two letters it calls text at once; here that is left to the others, of which none begins so.
fn form(signs: &Signs, text: &[u8]) -> Kind {
    if text.starts_with(b"```") || text.starts_with(b"~~~") {
        return Kind::Fence;
    }
    let (lead, first) = utf8::decode(text, 0);
    if text[0] == b'|' {
        let end = text.iter().rposition(|&byte| byte == b'|').unwrap_or(0);
        if end > 0 && count(text, end + 1, usize::MAX, |code| signs.is_space(code)).1 == text.len() {
            return Kind::Table;
        }
    }
    let rule = "-=*_~.#+|·—–".chars().any(|sign| u32::from(sign) == lead);
    if rule && count(text, first, usize::MAX, |code| code == lead || signs.is_space(code)).1 == text.len() {
        return Kind::Other;
    }
    if text[0] == b'#' {
        let (number, at) = count(text, 0, usize::MAX, |code| code == u32::from(b'#'));
        let next = utf8::after(text, at).map(|(code, _)| code);
        let heads = |code| signs.is_space(code) || (number > 1 && signs.is(code, bits::WORD));
        if number <= 6 && next.is_some_and(heads) {
            return Kind::Other;
        }
    }
    if is_item(signs, text) { Kind::Item } else { Kind::Text }
}

/// Count the characters from a place on that are as asked for, at most so many; and return the place behind them.
fn count(text: &[u8], from: usize, most: usize, wanted: impl Fn(u32) -> bool) -> (usize, usize) {
    let (mut number, mut at) = (0, from);
    while number < most
        && let Some((code, next)) = utf8::after(text, at)
        && wanted(code)
    {
        (number, at) = (number + 1, next);
    }
    (number, at)
}

/// Return whether a line begins as the entry of a list.
fn is_item(signs: &Signs, text: &[u8]) -> bool {
    let spaced = |at| utf8::after(text, at).is_some_and(|(code, _)| signs.is_space(code));
    let one_of = |some: &str, code: u32| some.chars().any(|sign| u32::from(sign) == code);
    let (lead, first) = utf8::decode(text, 0);
    if one_of("・●•", lead) || (one_of("-*+•·‣▪▫◦●○■□►➢➤✓✔–—※", lead) && spaced(first))
    {
        return true;
    }
    let digit = |code: u32| matches!(code, 0x30..=0x39);
    if text[0] == b'[' {
        let (number, at) = count(text, 1, 3, digit);
        return number > 0 && text.get(at) == Some(&b']') && spaced(at + 1);
    }
    // A number or letters, perhaps behind a bracket, then a full stop or a bracket, and a space.
    let begin = usize::from(text[0] == b'(');
    let letter = |code: u32| matches!(code, 0x41..=0x5A | 0x61..=0x7A);
    let roman = |code: u32| one_of("ivxlIVXL", code);
    let closed =
        |(number, at): (usize, usize)| number > 0 && matches!(text.get(at), Some(b'.' | b')')) && spaced(at + 1);
    if closed(count(text, begin, 3, digit))
        || closed(count(text, begin, 1, letter))
        || closed(count(text, begin, 5, roman))
    {
        return true;
    }
    let (number, at) = count(text, first, 3, |code| digit(code) || one_of("一二三四五六七八九十", code));
    let behind = utf8::after(text, at).map(|(code, _)| code);
    one_of("（(", lead) && number > 0 && behind.is_some_and(|code| one_of(")）", code))
}

/// Return whether a line does not end as a sentence or clause ends, and whether it ends in a hyphen behind a letter.
pub fn open_end(signs: &Signs, text: &[u8], start: usize, last: usize) -> (bool, bool) {
    // The line has a character that is no space, so there is one before its last place.
    let mut found = utf8::before(text, last).unwrap_or_default();
    for _ in 0..STEPS {
        if !signs.is(found.0, bits::CLOSER) || found.1 <= start {
            break;
        }
        found = utf8::before(text, found.1).unwrap_or_default();
    }
    let (sign, place) = found;
    let before = if place > start { utf8::before(text, place).map_or(0, |(code, _)| code) } else { sign };
    let hyphen = signs.is(sign, bits::HYPHEN) && signs.is(before, bits::SMALL | bits::CAPITAL | bits::PLAIN);
    (!signs.is(sign, bits::FINAL), hyphen)
}

/// Return what a line begins with, behind opening signs.
pub fn beginning(signs: &Signs, text: &[u8], first: usize, end: usize) -> u16 {
    let line = &text[..end];
    let (mut at, mut code) = (first, utf8::decode(line, first).0);
    for _ in 0..STEPS {
        let next = at + utf8::size(line[at]);
        if !signs.is(code, bits::OPENER) || next >= end {
            break;
        }
        (at, code) = (next, utf8::decode(line, next).0);
    }
    let found = signs.0.get(code);
    let address = line[at..].starts_with(b"http") || line[at..].starts_with(b"www.");
    if found & bits::SMALL != 0 && address { 0 } else { found }
}

/// Return the characters of the word that begins at a place, as far as so many are looked at.
pub fn first_word(signs: &Signs, text: &[u8], at: usize, most: usize) -> usize {
    count(text, at, most, |code| !signs.is_space(code)).0
}
