//! What a paragraph is to those beside it: `dedup/resolve/paragraph_forms.py`, and what that asks of
//! `dedup/text/continuity.py`.

use crate::known::{Known, bits, head, is_within, tail};
use crate::line_forms::{LineForm, is_bold, is_figures, is_link, is_shouted, line_form};
use crate::markers::{is_first, marker_kind};

const SMALL: u16 = 1;
const CLOSING: u16 = 1 << 1;
const STRUCTURE: u16 = 1 << 2;
const ENTRY: u16 = 1 << 3;
const FIRST: u16 = 1 << 4;
const LINK: u16 = 1 << 5;
const ROW: u16 = 1 << 6;
const CELL: u16 = 1 << 7;
const FIELD: u16 = 1 << 8;
const OPEN: u16 = 1 << 9;
const SENTENCE: u16 = 1 << 10;
const CLAUSE: u16 = 1 << 11;
const LEADING: u16 = 1 << 12;
const UNCLOSED: u16 = 1 << 13;
const HALF_BOLD: u16 = 1 << 14;

const UNMARKED_LEVEL: u8 = 7;
const SHOUTED_LEVEL: u8 = 8;
const COLUMNS: usize = 2;
const LONGEST_HEADING: usize = 24;
const SHORT_TITLE: usize = 5;
const LONG_HEADING: usize = 200;
const LONGEST_CELL: usize = 40;
const LONG_FIELD: usize = 200;
const SHORTEST_SENTENCE: usize = 8;
const LAST_WORD: usize = 24;
const ONE_CELL: usize = 2;
const MARKER: usize = 2;
/// Characters at either end of a text that are looked at.
const LONG: usize = 600;
/// Closing or opening signs that are looked through.
const STEPS: usize = 4;
/// Beginnings that are no words.
const ADDRESSES: [&str; 2] = ["http", "www."];

/// What a paragraph is to those beside it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Form {
    /// What it is, by the bits that it has in Python.
    pub bits: u16,
    /// How deep a heading stands.
    pub level: u8,
    /// How an entry is numbered.
    pub kind: String,
}

/// Return the form of a paragraph.
pub fn form_of(known: &Known, text: &str) -> Form {
    let is_quoted = known.lstrip(text).starts_with('>');
    let text = if is_quoted { text.trim_start_matches(['>', ' ', '\t']) } else { text };
    let kind = marker_kind(known, text);
    let mut bits = ending(known, text) | beginning(known, text, &kind);
    if is_within(text, LONG_FIELD) {
        bits |= shape(known, text, bits);
    }
    let level = level(known, text, bits, &kind);
    let kind = match bits & ENTRY {
        0 => String::new(),
        _ if kind.is_empty() => head(known.lstrip(text), 1).into(),
        _ => kind,
    };
    Form { bits, level, kind }
}

fn ending(known: &Known, text: &str) -> u16 {
    let sign = last_sign(known, text);
    let is_in = |signs: &str| sign.is_some_and(|sign| signs.contains(sign));
    let is_final = sign.is_none_or(|sign| known.is(sign, bits::FINAL));
    let lists = &known.lists;
    let mut found = if is_in(&lists.sentence_ends) {
        SENTENCE | if is_in(&lists.leads) { LEADING } else { 0 }
    } else if is_in(&lists.leads) {
        LEADING
    } else if is_in(&lists.clauses) {
        CLAUSE | if is_final { 0 } else { OPEN }
    } else if is_final {
        0
    } else {
        OPEN | if breaks_off(known, text) { CLAUSE } else { 0 }
    };
    // Most texts have no such sign, which is seen soonest.
    if text.contains('*') && text.matches("**").count() & 1 > 0 {
        found |= HALF_BOLD;
    }
    if unclosed(known, text) { found | UNCLOSED } else { found }
}

/// Return whether a text ends with a word that another one follows.
fn breaks_off(known: &Known, text: &str) -> bool {
    if !text.ends_with(|sign| known.is_alnum(sign)) {
        return false;
    }
    let last = known.words(tail(text, LAST_WORD)).last();
    last.is_some_and(|word| known.lists.function.contains(word))
        && text.bytes().filter(|&byte| byte == b' ').nth(SHORTEST_SENTENCE - 1).is_some()
}

fn beginning(known: &Known, text: &str, kind: &str) -> u16 {
    let mut found = if closes(known, text) { CLOSING } else { 0 };
    let numbered = match kind {
        "" => 0,
        _ if is_first(known, text) => ENTRY | FIRST,
        _ => ENTRY,
    };
    let mut letters = known.lstrip(text).chars();
    let first = (letters.next(), letters.next());
    if let (Some(first), Some(second)) = first
        && known.is(first, bits::ALPHA)
        && known.is(second, bits::ALPHA)
        && !known.is(first, bits::LOWER)
    {
        return found | numbered;
    }
    if begins_small(known, text) {
        found |= SMALL;
    }
    let form = line_form(known, text);
    let is_table = || form == LineForm::Table && text.bytes().filter(|&byte| byte == b'|').nth(ONE_CELL).is_some();
    if form == LineForm::Fence || is_table() {
        return found | STRUCTURE;
    }
    if text.contains("](") && (is_link(known, text) || !has_words_beside_links(known, text)) {
        found |= LINK;
    }
    found |= if numbered == 0 && form == LineForm::Item { ENTRY } else { numbered };
    if known.matched(&known.expressions.container, text).is_some() { found | LEADING } else { found }
}

fn has_words_beside_links(known: &Known, text: &str) -> bool {
    let has_word = |start: usize, end: usize| text[start..end].contains(|sign| known.is(sign, bits::WORD));
    let mut from = 0;
    for link in known.expressions.links.find_all(&known.table, text) {
        if has_word(from, link.start) {
            return true;
        }
        from = link.end;
    }
    has_word(from, text.len())
}

/// Return the bits of a short paragraph that tell of columns, cells and fields.
fn shape(known: &Known, text: &str, found: u16) -> u16 {
    let expressions = &known.expressions;
    let mut out = 0;
    if (text.contains("  ") || text.contains('\t'))
        && expressions.column.find_all(&known.table, text).nth(COLUMNS - 1).is_some()
    {
        out |= ROW;
    }
    if text.contains('|') && known.found(&expressions.bars, text) {
        out |= ROW;
    }
    if is_within(text, LONGEST_CELL) && is_figures(known, text) {
        out |= CELL;
    }
    if text.contains([':', '：'])
        && found & (SENTENCE | LEADING) == 0
        && known.matched(&expressions.field, text).is_some()
        && known.matched(&expressions.lead, text).is_some()
    {
        out |= FIELD;
    }
    out
}

fn level(known: &Known, text: &str, found: u16, kind: &str) -> u8 {
    if !is_within(text, LONG_HEADING) {
        return 0;
    }
    let signs = if text.contains('#') { known.matched(&known.expressions.level, text) } else { None };
    if let Some(signs) = signs.and_then(|signs| signs.group(text, 1)) {
        return signs.len() as u8;
    }
    let level = if found & (CLAUSE | STRUCTURE | ROW) != 0 { 0 } else { unmarked_level(known, text, found, kind) };
    let is_line = || !text.contains(|sign| known.lists.line_ends.contains(sign));
    if level > 0 && is_line() && known.words(text).nth(LONGEST_HEADING).is_none() { level } else { 0 }
}

fn unmarked_level(known: &Known, text: &str, found: u16, kind: &str) -> u8 {
    let is_title = found & (SMALL | CELL | LINK) == 0;
    if is_title && (found & (ENTRY | OPEN) == ENTRY | OPEN || is_bold(known, text)) {
        return UNMARKED_LEVEL;
    }
    let is_entry = found & ENTRY != 0 && !kind.is_empty();
    if is_entry && (is_marker(known, text) || (is_title && is_short_title(known, text))) {
        return UNMARKED_LEVEL;
    }
    if is_title && is_shouted(known, text) { SHOUTED_LEVEL } else { 0 }
}

/// Return whether a numbered line is so short that it is a title, though it ends as a sentence ends.
fn is_short_title(known: &Known, text: &str) -> bool {
    known.words(text).nth(SHORT_TITLE).is_none() && !known.words(text).any(|word| known.is_spaceless(word))
}

/// Return whether no word follows the marker of a paragraph.
fn is_marker(known: &Known, text: &str) -> bool {
    let number = known.words(text).take(MARKER + 1).count();
    if number > MARKER || known.words(text).any(|word| known.is_spaceless(word)) {
        return false;
    }
    number > 1 || !known.rstrip(text).ends_with(|sign| known.is_alnum(sign))
}

/// Return whether a text begins with a small letter, in a script that has capitals.
fn begins_small(known: &Known, text: &str) -> bool {
    let begin = known.lstrip(head(text, LONG));
    let mut rest = begin;
    for _ in 0..STEPS {
        let mut signs = rest.chars();
        match signs.next() {
            Some(sign) if known.is(sign, bits::OPENER) && !signs.as_str().is_empty() => rest = signs.as_str(),
            _ => break,
        }
    }
    rest.starts_with(|sign| known.is(sign, bits::SMALL)) && !ADDRESSES.iter().any(|address| rest.starts_with(address))
}

/// Return whether a bracket or quotation is open at the end of a text.
fn unclosed(known: &Known, text: &str) -> bool {
    let count = |depth: usize, opens| if opens { depth + 1 } else { depth.saturating_sub(1) };
    known.brackets(tail(text, LONG)).fold(0, count) > 0
}

/// Return whether a text closes a bracket or quotation before it opens one.
fn closes(known: &Known, text: &str) -> bool {
    known.brackets(head(text, LONG)).next() == Some(false)
}

/// Return the last character of a text that is neither a space nor a closing sign.
fn last_sign(known: &Known, text: &str) -> Option<char> {
    let mut end = known.rstrip(tail(text, LONG));
    for _ in 0..STEPS {
        let mut signs = end.chars();
        match signs.next_back() {
            Some(sign) if known.is(sign, bits::CLOSER) && !signs.as_str().is_empty() => {
                end = known.rstrip(signs.as_str());
            }
            _ => break,
        }
    }
    end.chars().next_back()
}
