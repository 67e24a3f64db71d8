//! Regular expressions as Python's `re` reads them, as far as the expressions that are handed over need them.
//!
//! So there is one source of each expression, in Python. What is matched is what `re` would match: alternatives are
//! tried in order, repetitions take as much as they can, and the first match that is found counts. What `re` knows and
//! this does not is refused when an expression is read.

use std::cell::Cell;

use crate::tables::Table;
use crate::utf8;

mod parse;

/// Groups of an expression, at most.
pub const GROUPS: usize = 2;
/// Choices for which room is kept, at most.
const ROOM: usize = 1 << 10;
/// The beginning or end of a group that took no part.
const NOWHERE: usize = usize::MAX;

/// Where groups begin and end.
type Groups = [usize; 2 * GROUPS];

/// A set of characters.
#[derive(Clone, Debug, Default)]
struct Set {
    /// Those that are ASCII.
    ascii: u128,
    /// Beyond ASCII: bits of the table of which one is enough, and bits of which one has to be missing.
    with: u16,
    without: u16,
    /// Beyond ASCII: the first and the last one of a range.
    ranges: Vec<(u32, u32)>,
    /// Beyond ASCII, all but these.
    negated: bool,
}

impl Set {
    #[inline(always)]
    fn has(&self, table: &Table, code: u32) -> bool {
        if code < 0x80 {
            return self.ascii >> code & 1 != 0;
        }
        let bits = table.get(code);
        let listed = bits & self.with != 0
            || !bits & self.without != 0
            || self.ranges.iter().any(|&(first, last)| (first..=last).contains(&code));
        listed != self.negated
    }
}

/// A step of a match.
#[derive(Debug)]
enum Step {
    /// A character of a set.
    One(usize),
    /// Characters of a set: so many at least, and at most.
    Repeat(usize, usize, usize),
    /// Go on at the first place; if that fails, at the second.
    Split(usize, usize),
    Jump(usize),
    /// Remember the place as the beginning or the end of a group.
    Save(usize),
    /// The text of a group again.
    Same(usize),
    /// The end of the text.
    End,
    /// The beginning or the end of a word.
    Boundary,
    /// What stands ahead, or so many characters behind, if that is more than none: the steps up to the place given.
    /// Whether it is to match, or not to.
    Look(usize, bool, usize),
    /// The match, or what a look was to find.
    Done,
}

/// What to go back to.
enum Choice {
    /// Go on at a step and a place.
    Step(usize, usize),
    /// Go on at a step, one character before a place, if that is not before the other one.
    Fewer(usize, usize, usize),
    /// Remember again what was remembered.
    Restore(usize, usize),
}

thread_local! {
    /// Room for choices, so that it is not asked for at each match.
    static CHOICES: Cell<Vec<Choice>> = const { Cell::new(Vec::new()) };
}

/// An expression.
#[derive(Debug)]
pub struct Pattern {
    steps: Vec<Step>,
    sets: Vec<Set>,
    /// The bit of characters of a word.
    word: u16,
}

/// What Python's classes of characters are in the table, as bits.
#[derive(Clone, Copy)]
pub struct Classes {
    /// `\w`.
    pub word: u16,
    /// `\d`.
    pub digit: u16,
    /// `\s`.
    pub space: u16,
}

/// A match.
#[derive(Clone, Copy, Debug)]
pub struct Match {
    /// Its first byte.
    pub start: usize,
    /// The first one behind it.
    pub end: usize,
    groups: Groups,
}

impl Match {
    /// Return the text of a group, by its number from 1 on; None if it took no part.
    pub fn group<'a>(&self, text: &'a str, number: usize) -> Option<&'a str> {
        let (start, end) = (self.groups[2 * number - 2], self.groups[2 * number - 1]);
        (end != NOWHERE).then(|| &text[start..end])
    }
}

impl Pattern {
    /// Read an expression; an error is what it holds that is not known here.
    pub fn new(expression: &str, dot_all: bool, classes: Classes, table: &Table) -> Result<Self, String> {
        parse::parse(expression, dot_all, classes, table)
    }

    /// Return the match at the beginning of a text.
    pub fn matched(&self, table: &Table, text: &str) -> Option<Match> {
        self.at(table, text.as_bytes(), 0)
    }

    /// Return the first match from a place on.
    pub fn search(&self, table: &Table, text: &str, from: usize) -> Option<Match> {
        let mut at = from;
        loop {
            if let Some(found) = self.at(table, text.as_bytes(), at) {
                return Some(found);
            }
            at = utf8::after(text.as_bytes(), at)?.1;
        }
    }

    /// Return all matches one after the other; none of them is empty.
    pub fn find_all<'a>(&'a self, table: &'a Table, text: &'a str) -> impl Iterator<Item = Match> + 'a {
        let mut from = 0;
        std::iter::from_fn(move || {
            let found = self.search(table, text, from)?;
            from = found.end;
            Some(found)
        })
    }

    fn at(&self, table: &Table, text: &[u8], start: usize) -> Option<Match> {
        let mut groups = [NOWHERE; 2 * GROUPS];
        let mut choices = CHOICES.take();
        let end = self.run(table, text, (0, start), &mut groups, &mut choices);
        if choices.capacity() <= ROOM {
            CHOICES.set(choices);
        }
        Some(Match { start, end: end?, groups })
    }

    /// Go through the steps from a step and a place on, and return where the match ends; no choice is left behind.
    fn run(
        &self,
        table: &Table,
        text: &[u8],
        (mut step, mut at): (usize, usize),
        groups: &mut Groups,
        choices: &mut Vec<Choice>,
    ) -> Option<usize> {
        let others = choices.len();
        loop {
            let next = match self.steps[step] {
                Step::Done => {
                    choices.truncate(others);
                    return Some(at);
                }
                Step::Repeat(set, least, most) => {
                    self.repeat(table, text, (set, least, most), at).map(|(low, high)| {
                        if low < high {
                            choices.push(Choice::Fewer(step + 1, low, high));
                        }
                        (step + 1, high)
                    })
                }
                Step::Split(first, second) => {
                    choices.push(Choice::Step(second, at));
                    Some((first, at))
                }
                Step::Save(slot) => {
                    choices.push(Choice::Restore(slot, groups[slot]));
                    groups[slot] = at;
                    Some((step + 1, at))
                }
                Step::Look(behind, wanted, to) => {
                    let begin = if behind > 0 { back(text, at, behind) } else { Some(at) };
                    let before = *groups;
                    let found =
                        begin.is_some_and(|begin| self.run(table, text, (step + 1, begin), groups, choices).is_some());
                    for slot in (0..groups.len()).filter(|_| found && wanted) {
                        if groups[slot] != before[slot] {
                            choices.push(Choice::Restore(slot, before[slot]));
                        }
                    }
                    if !(found && wanted) {
                        *groups = before;
                    }
                    (found == wanted).then_some((to, at))
                }
                ref simple => {
                    self.simple(table, text, simple, at, groups).map(|(far, end)| (far.unwrap_or(step + 1), end))
                }
            };
            (step, at) = match next {
                Some(next) => next,
                None => go_back(text, choices, others, groups)?,
            };
        }
    }

    /// Take a step that leaves no choice; return the step to go on with, if that is not the next one, and the place.
    #[inline]
    fn simple(
        &self,
        table: &Table,
        text: &[u8],
        step: &Step,
        at: usize,
        groups: &Groups,
    ) -> Option<(Option<usize>, usize)> {
        match *step {
            Step::One(set) => {
                let (code, next) = utf8::after(text, at)?;
                self.sets[set].has(table, code).then_some((None, next))
            }
            Step::Jump(to) => Some((Some(to), at)),
            Step::Same(group) => {
                let same = text.get(groups[2 * group]..groups[2 * group + 1])?;
                text[at..].starts_with(same).then_some((None, at + same.len()))
            }
            Step::End => (at == text.len()).then_some((None, at)),
            Step::Boundary => {
                let is_word =
                    |found: Option<(u32, usize)>| found.is_some_and(|(code, _)| table.get(code) & self.word != 0);
                (is_word(utf8::before(text, at)) != is_word(utf8::after(text, at))).then_some((None, at))
            }
            _ => None,
        }
    }

    /// Return where the fewest repetitions of characters of a set end, and where the most do.
    #[inline]
    fn repeat(&self, table: &Table, text: &[u8], step: (usize, usize, usize), at: usize) -> Option<(usize, usize)> {
        let (set, least, most) = step;
        let set = &self.sets[set];
        let (mut number, mut low, mut high) = (0, at, at);
        while number < most
            && let Some((code, next)) = utf8::after(text, high)
            && set.has(table, code)
        {
            (number, high) = (number + 1, next);
            if number == least {
                low = high;
            }
        }
        (number >= least).then_some((low, high))
    }
}

/// Return the step and the place of the last choice there was, beside those of others.
#[inline]
fn go_back(text: &[u8], choices: &mut Vec<Choice>, others: usize, groups: &mut Groups) -> Option<(usize, usize)> {
    while choices.len() > others {
        match choices.pop()? {
            Choice::Step(step, at) => return Some((step, at)),
            Choice::Fewer(step, low, high) => {
                let (_, at) = utf8::before(text, high)?;
                if low < at {
                    choices.push(Choice::Fewer(step, low, at));
                }
                return Some((step, at));
            }
            Choice::Restore(slot, old) => groups[slot] = old,
        }
    }
    None
}

/// Return the place so many characters before another one; None if there are not so many.
fn back(text: &[u8], at: usize, characters: usize) -> Option<usize> {
    (0..characters).try_fold(at, |at, _| Some(utf8::before(text, at)?.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::characters::CHARACTERS;

    const CLASSES: Classes = Classes { word: 1, digit: 2, space: 4 };

    fn table() -> Table {
        let bits = |code: usize| {
            let sign = char::from_u32(code as u32).unwrap_or('.');
            u16::from(sign.is_alphanumeric() || sign == '_')
                | u16::from(sign.is_ascii_digit()) << 1
                | u16::from(sign.is_whitespace()) << 2
        };
        Table::new(&(0..CHARACTERS).map(bits).collect::<Vec<_>>()).unwrap()
    }

    fn all(table: &Table, expression: &str, text: &str) -> Vec<String> {
        let pattern = Pattern::new(expression, false, CLASSES, table).unwrap();
        pattern.find_all(table, text).map(|found| text[found.start..found.end].to_owned()).collect()
    }

    #[test]
    fn what_python_finds_is_found() {
        let table = table();
        for (expression, text, found) in [
            (r"\w+", "é 1_a, б", &["é", "1_a", "б"][..]),
            (r"[^\W\d_]{2,3}", "abcd1ef_g中文", &["abc", "ef", "g中文"]),
            (r"[]x-z-]+", "a]-yb-", &["]-y", "-"]),
            (r"a|ab|c", "abac", &["a", "a", "c"]),
            (r"(?:ab|a)(?:bc)?", "abc", &["ab"]),
            (r"(?:\.\d{1,3})+", "1.23.4567.", &[".23.456"]),
            (r"(?:a{1,2}b){2,3}", "abaabababab", &["abaabab", "abab"]),
            (r"(a)\1*b", "aaab ab", &["aaab", "ab"]),
            (r"(?<=##)\w", "#a ##b ##é", &["b", "é"]),
            (r"(?<!#)b", "#bb", &["b"]),
            (r"a(?=(b))\1", "ac ab", &["ab"]),
            (r"a(?!b)\S", "ab ac", &["ac"]),
            (r".+\Z", "a\nb", &["b"]),
            (r"\b\w", "ab é-c", &["a", "é", "c"]),
            (r" {2,}|\t", " \t   ", &["\t", "   "]),
        ] {
            assert_eq!(all(&table, expression, text), found, "{expression}");
        }
    }

    #[test]
    fn groups_that_take_no_part_have_no_text() {
        let table = table();
        let pattern = Pattern::new(r"(a)(?:(b)\d|b)", false, CLASSES, &table).unwrap();
        let groups = |text| pattern.matched(&table, text).map(|found| [1, 2].map(|number| found.group(text, number)));
        assert_eq!(groups("ab1"), Some([Some("a"), Some("b")]));
        assert_eq!(groups("abc"), Some([Some("a"), None]));
        assert!(groups("ba").is_none());
    }

    #[test]
    fn what_repeats_for_long_is_no_matter() {
        let table = table();
        let pattern = Pattern::new(r"(-)\s*(?:\1\s*)*\Z", false, CLASSES, &table).unwrap();
        assert!(pattern.matched(&table, &"- ".repeat(200_000)).is_some());
        assert!(pattern.matched(&table, &("-".repeat(200_000) + "a")).is_none());
    }

    #[test]
    fn what_is_not_known_is_refused() {
        let table = table();
        for expression in ["a*?", "(?i)a", "^a", "a$", r"\A", "(?:a*)*", "(a", "a)", "[a", "a{,2}", "(?<=a*)b", r"\1"] {
            assert!(Pattern::new(expression, false, CLASSES, &table).is_err(), "{expression}");
        }
    }
}
