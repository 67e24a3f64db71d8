//! How an entry is numbered: `dedup/resolve/entry_markers.py`.

use crate::known::{Known, bits, head};

/// Characters within which a marker ends.
const HEAD: usize = 48;

/// Return how a paragraph is numbered; empty for one without a number, a letter or the name of a section before it.
pub fn marker_kind(known: &Known, text: &str) -> String {
    let expressions = &known.expressions;
    let is_marking = |word: &str| known.lists.marking.contains_key(&known.casefold(word));
    let is_ordinal = |word: &str| known.lists.ordinals.contains(&known.casefold(word));
    let word = known.matched(&expressions.plain_word, text);
    if word.is_some_and(|found| !found.group(text, 1).is_some_and(is_marking)) {
        return String::new();
    }
    let text = head(text, HEAD);
    let is_lower = |letter: &str| letter.starts_with(|sign| known.is(sign, bits::LOWER));
    let found = known
        .matched(&expressions.numbered, text)
        .or_else(|| known.matched(&expressions.signed, text))
        .or_else(|| {
            known.matched(&expressions.section, text).filter(|found| !found.group(text, 1).is_some_and(is_lower))
        })
        .or_else(|| {
            known.matched(&expressions.named, text).filter(|found| {
                found.group(text, 1).is_some_and(is_marking) && found.group(text, 2).is_none_or(is_ordinal)
            })
        })
        .or_else(|| {
            known.matched(&expressions.ordinal, text).filter(|found| found.group(text, 1).is_some_and(is_ordinal))
        });
    found.map_or_else(String::new, |found| kind(known, &text[..found.end]))
}

/// Return whether a marker in front of a paragraph begins to number.
pub fn is_first(known: &Known, text: &str) -> bool {
    known.matched(&known.expressions.first, head(text, HEAD)).is_some()
}

fn kind(known: &Known, marker: &str) -> String {
    let found = known.expressions.marker_parts.find_all(&known.table, marker);
    let parts: Vec<String> = found.map(|found| part(known, &marker[found.start..found.end])).collect();
    let name: String = parts.iter().filter(|part| part.chars().nth(1).is_some()).map(String::as_str).collect();
    match parts.last() {
        // How the number of what is named is set off differs within one text.
        Some(last) if !name.is_empty() => format!("{name} {last}"),
        _ => parts.concat(),
    }
}

fn part(known: &Known, word: &str) -> String {
    if !word.chars().all(|sign| known.is_alnum(sign)) {
        return word.into();
    }
    if word.starts_with(|sign| known.is(sign, bits::DIGIT)) {
        return "0".into();
    }
    let is_long = word.chars().nth(1).is_some();
    if is_long && let Some(plain) = known.lists.marking.get(&known.casefold(word)) {
        return plain.clone();
    }
    if !word.starts_with(['第', '제']) {
        return "a".into();
    }
    let (mut out, mut from) = (String::new(), 0);
    for found in known.expressions.ideographic.find_all(&known.table, word) {
        out.push_str(&word[from..found.start]);
        out.push('0');
        from = found.end;
    }
    out + &word[from..]
}
