//! What is read of all paragraphs of a document for its outline: `Outline.of` of `dedup/resolve/outline.py`.

use std::collections::HashMap;

use crate::forms::{Form, form_of};
use crate::known::{Known, bits, size};

/// Words of a paragraph that are counted, at most.
const COUNTED: usize = 64;
/// Spaces for each word that is needed, more than: so many words there are.
const CERTAINLY: usize = 3;

/// What is read of the paragraphs with words.
#[derive(Default)]
pub struct Outline {
    /// Their numbers.
    pub numbers: Vec<usize>,
    /// The place of each one's form among the forms that there are.
    pub places: Vec<usize>,
    /// The forms that there are.
    pub forms: Vec<Form>,
    /// How many words each one has at least; so many it has and no more, if that is less than are counted.
    pub words: Vec<u8>,
}

/// Read a document; `spans`: first character of each paragraph and the first one behind it, ascending.
///
/// None if they do not ascend, or are not within the document.
pub fn read(known: &Known, text: &str, spans: &[(usize, usize)]) -> Option<Outline> {
    let mut out = Outline::default();
    let mut places: HashMap<Form, usize> = HashMap::new();
    let mut position = Position { text, characters: 0, bytes: 0, is_ascii: text.is_ascii() };
    for (number, &(start, end)) in spans.iter().enumerate() {
        let body = text.get(position.byte_of(start)?..position.byte_of(end)?)?;
        let body = known.lstrip(known.rstrip(body));
        let words = count_words(known, body);
        if words == 0 {
            continue;
        }
        let form = form_of(known, body);
        let place = places.get(&form).copied().unwrap_or_else(|| {
            out.forms.push(form.clone());
            places.insert(form, out.forms.len() - 1);
            out.forms.len() - 1
        });
        out.numbers.push(number);
        out.places.push(place);
        out.words.push(words as u8);
    }
    Some(out)
}

/// A place within a document.
struct Position<'a> {
    text: &'a str,
    characters: usize,
    bytes: usize,
    is_ascii: bool,
}

impl Position<'_> {
    /// Go on to a character, and return its first byte.
    fn byte_of(&mut self, character: usize) -> Option<usize> {
        let ahead = character.checked_sub(self.characters)?;
        if self.is_ascii {
            self.bytes = character;
        } else {
            self.bytes += size(self.text.get(self.bytes..)?, ahead)?;
        }
        self.characters = character;
        Some(self.bytes)
    }
}

/// Return the greatest number for which `_has_words` of `dedup/resolve/outline.py` says so, as far as is counted; 0 for
/// a text without any word.
fn count_words(known: &Known, text: &str) -> usize {
    let (mut words, mut spaces) = (0usize, 0usize);
    // Whether a word goes on, and if so, whether each of its characters counts.
    let mut within = None;
    for sign in text.chars() {
        let found = known.table.get(sign.into());
        if found & bits::WORD == 0 {
            within = None;
            spaces += usize::from(sign == ' ');
            continue;
        }
        if within != Some(false) {
            words += 1;
            within = within.or(Some(found & bits::SPACELESS != 0));
            if words == COUNTED {
                return words;
            }
        }
    }
    if words == 0 { 0 } else { words.max(spaces.saturating_sub(1) / CERTAINLY).min(COUNTED) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str, characters: &[usize]) -> Vec<Option<usize>> {
        let mut position = Position { text, characters: 0, bytes: 0, is_ascii: text.is_ascii() };
        characters.iter().map(|&character| position.byte_of(character)).collect()
    }

    #[test]
    fn characters_are_found_in_the_bytes() {
        assert_eq!(places("abc", &[0, 1, 1, 3]), [0, 1, 1, 3].map(Some));
        assert_eq!(places("aé中😀", &[0, 1, 2, 2, 3, 4]), [0, 1, 3, 3, 6, 10].map(Some));
        assert_eq!(places("é", &[1, 2]), [Some(2), None]);
        assert_eq!(places("éa", &[2, 1]), [Some(3), None]);
    }
}
