//! What a paragraph looks like from outside: `dedup/text/line_forms.py`, as far as the form of a paragraph needs it.

use crate::known::{Known, bits, head, is_within, tail};

/// The outer form of a paragraph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineForm {
    /// Text.
    Text,
    /// A heading.
    Heading,
    /// An entry of a list.
    Item,
    /// A table.
    Table,
    /// A code fence.
    Fence,
    /// A rule.
    Rule,
}

const LONGEST_SHOUT: usize = 100;
const LONGEST_FIGURES: usize = 12;
const LONGEST_CELL: usize = 40;
/// Characters in which the end of a sentence stands.
const TERMINAL: usize = 24;

/// Return the outer form of a paragraph.
pub fn line_form(known: &Known, text: &str) -> LineForm {
    let expressions = &known.expressions;
    if known.matched(&expressions.plain, text).is_some() {
        return LineForm::Text;
    }
    let forms = [
        ("`~", &expressions.fence, LineForm::Fence),
        ("|", &expressions.table, LineForm::Table),
        ("-=*_~.#+|·—–", &expressions.rule, LineForm::Rule),
        ("#", &expressions.heading, LineForm::Heading),
    ];
    let first = head(known.lstrip(text), 1);
    for (signs, pattern, form) in forms {
        if signs.contains(first) && known.matched(pattern, text).is_some() {
            return form;
        }
    }
    if known.matched(&expressions.item, text).is_some() { LineForm::Item } else { LineForm::Text }
}

/// Return whether a paragraph ends as a sentence ends.
pub fn ends_sentence(known: &Known, text: &str) -> bool {
    known.found(&known.expressions.terminal, tail(text, TERMINAL))
}

/// Return whether a paragraph is written in capitals from end to end, and is not mostly figures.
pub fn is_shouted(known: &Known, text: &str) -> bool {
    let has = |bit| text.chars().filter(move |&sign| known.is(sign, bit));
    if !is_within(text, LONGEST_SHOUT)
        || has(bits::RAISED).next().is_some()
        || has(bits::LOWERED).next().is_none()
        || ends_sentence(known, text)
    {
        return false;
    }
    has(bits::ALPHA).count() > has(bits::DIGIT).count()
}

/// Return whether a short line is mostly figures.
pub fn is_figures(known: &Known, text: &str) -> bool {
    if !is_within(text, LONGEST_CELL) {
        return false;
    }
    let figures = text.chars().filter(|&sign| known.is(sign, bits::DIGIT)).count();
    let all = text.chars().filter(|&sign| known.is_alnum(sign)).count();
    figures > 0 && all <= LONGEST_FIGURES.min(2 * figures)
}

/// Return whether a paragraph is in bold from end to end, but for a colon behind it.
pub fn is_bold(known: &Known, text: &str) -> bool {
    let mut inner = known.lstrip(known.rstrip(text));
    if let Some(rest) = inner.strip_suffix(':') {
        inner = known.rstrip(rest);
    }
    ["**", "__"].into_iter().any(|sign| {
        // Both signs, and something between them.
        inner.len() > 2 * sign.len()
            && inner.ends_with(sign)
            && inner.strip_prefix(sign).is_some_and(|rest| !rest.starts_with(|next| known.is(next, bits::SPACE)))
    })
}

/// Return whether a paragraph is one Markdown link: no word stands before or behind it.
pub fn is_link(known: &Known, text: &str) -> bool {
    let no_word = |sign| !known.is(sign, bits::WORD);
    let front = text.len() - text.trim_start_matches(no_word).len();
    let Some(begin) = text[..front].rfind('[') else { return false };
    let Some(middle) = text[begin..].find(']').map(|at| begin + at) else { return false };
    if !text[middle..].starts_with("](") {
        return false;
    }
    text[middle..].find(')').is_some_and(|at| text[middle + at + 1..].chars().all(no_word))
}
