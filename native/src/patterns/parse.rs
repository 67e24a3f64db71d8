//! How an expression is read, and made to steps.

use super::{Classes, GROUPS, Pattern, Set, Step};
use crate::tables::Table;

/// A part of an expression.
#[derive(Clone)]
enum Part {
    Set(Set),
    Row(Vec<Part>),
    Either(Vec<Part>),
    Repeat(Box<Part>, usize, usize),
    Group(usize, Box<Part>),
    Same(usize),
    End,
    Boundary,
    Look { behind: bool, wanted: bool, part: Box<Part> },
}

impl Part {
    /// Return how many characters it matches, at least and at most.
    fn widths(&self) -> (usize, usize) {
        let sum = |parts: &[Self]| {
            parts.iter().map(Self::widths).fold((0, 0), |(a, b): (usize, usize), (c, d)| (a + c, b.saturating_add(d)))
        };
        match self {
            Self::Set(_) => (1, 1),
            Self::Row(parts) => sum(parts),
            Self::Either(parts) => {
                let each = || parts.iter().map(Self::widths);
                (each().map(|width| width.0).min().unwrap_or(0), each().map(|width| width.1).max().unwrap_or(0))
            }
            Self::Repeat(part, least, most) => {
                let (low, high) = part.widths();
                (low * least, high.saturating_mul(*most))
            }
            Self::Group(_, part) => part.widths(),
            // What it repeats is not looked up: an expression in which that may be empty is not handed over.
            Self::Same(_) => (1, usize::MAX),
            Self::End | Self::Boundary | Self::Look { .. } => (0, 0),
        }
    }
}

/// Read an expression.
pub(super) fn parse(expression: &str, dot_all: bool, classes: Classes, table: &Table) -> Result<Pattern, String> {
    let text: Vec<char> = expression.chars().collect();
    let mut reader = Reader { text: &text, at: 0, groups: 0, dot_all, classes, table };
    let part = reader.either()?;
    if reader.at < text.len() {
        return Err(reader.unknown());
    }
    let mut out = Pattern { steps: Vec::new(), sets: Vec::new(), word: classes.word };
    out.put(part)?;
    out.steps.push(Step::Done);
    Ok(out)
}

impl Pattern {
    /// Add the steps of a part.
    fn put(&mut self, part: Part) -> Result<(), String> {
        match part {
            Part::Set(set) => {
                let set = self.set(set);
                self.steps.push(Step::One(set));
            }
            Part::Row(parts) => parts.into_iter().try_for_each(|part| self.put(part))?,
            Part::Either(parts) => self.put_either(parts)?,
            Part::Repeat(part, least, most) => match *part {
                Part::Set(set) => {
                    let set = self.set(set);
                    self.steps.push(Step::Repeat(set, least, most));
                }
                part => self.put_repeat(&part, least, most)?,
            },
            Part::Group(number, part) => {
                self.steps.push(Step::Save(2 * number));
                self.put(*part)?;
                self.steps.push(Step::Save(2 * number + 1));
            }
            Part::Same(number) => self.steps.push(Step::Same(number)),
            Part::End => self.steps.push(Step::End),
            Part::Boundary => self.steps.push(Step::Boundary),
            Part::Look { behind, wanted, part } => {
                let (least, most) = part.widths();
                if behind && (least != most || least == 0) {
                    return Err("a look behind over some characters or other".into());
                }
                let place = self.steps.len();
                self.steps.push(Step::Done);
                self.put(*part)?;
                self.steps.push(Step::Done);
                self.steps[place] = Step::Look(if behind { least } else { 0 }, wanted, self.steps.len());
            }
        }
        Ok(())
    }

    fn set(&mut self, set: Set) -> usize {
        self.sets.push(set);
        self.sets.len() - 1
    }

    fn put_either(&mut self, parts: Vec<Part>) -> Result<(), String> {
        let mut jumps = Vec::new();
        let last = parts.len() - 1;
        for (number, part) in parts.into_iter().enumerate() {
            let split = self.steps.len();
            if number < last {
                self.steps.push(Step::Done);
            }
            self.put(part)?;
            if number < last {
                jumps.push(self.steps.len());
                self.steps.push(Step::Done);
                self.steps[split] = Step::Split(split + 1, self.steps.len());
            }
        }
        for place in jumps {
            self.steps[place] = Step::Jump(self.steps.len());
        }
        Ok(())
    }

    fn put_repeat(&mut self, part: &Part, least: usize, most: usize) -> Result<(), String> {
        if part.widths().0 == 0 && most > 1 {
            return Err("what may be empty is repeated".into());
        }
        for _ in 0..least {
            self.put(part.clone())?;
        }
        if most == usize::MAX {
            let split = self.steps.len();
            self.steps.push(Step::Done);
            self.put(part.clone())?;
            self.steps.push(Step::Jump(split));
            self.steps[split] = Step::Split(split + 1, self.steps.len());
            return Ok(());
        }
        let mut splits = Vec::new();
        for _ in least..most {
            splits.push(self.steps.len());
            self.steps.push(Step::Done);
            self.put(part.clone())?;
        }
        for split in splits {
            self.steps[split] = Step::Split(split + 1, self.steps.len());
        }
        Ok(())
    }
}

/// What reads an expression.
struct Reader<'a> {
    text: &'a [char],
    at: usize,
    groups: usize,
    dot_all: bool,
    classes: Classes,
    table: &'a Table,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Result<char, String> {
        let found = self.peek().ok_or_else(|| self.unknown())?;
        self.at += 1;
        Ok(found)
    }

    /// Go past some text, if it is next.
    fn take(&mut self, wanted: &str) -> bool {
        let is_next = wanted.chars().enumerate().all(|(step, sign)| self.text.get(self.at + step) == Some(&sign));
        if is_next {
            self.at += wanted.chars().count();
        }
        is_next
    }

    fn unknown(&self) -> String {
        format!("not known at character {} of {:?}", self.at, self.text.iter().collect::<String>())
    }

    fn either(&mut self) -> Result<Part, String> {
        let mut parts = vec![self.row()?];
        while self.take("|") {
            parts.push(self.row()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Part::Either(parts) })
    }

    fn row(&mut self) -> Result<Part, String> {
        let mut parts = Vec::new();
        while self.peek().is_some_and(|sign| sign != '|' && sign != ')') {
            let part = self.one()?;
            parts.push(self.repeated(part)?);
        }
        Ok(Part::Row(parts))
    }

    fn repeated(&mut self, part: Part) -> Result<Part, String> {
        let (least, most) = match self.peek() {
            Some('*') => (0, usize::MAX),
            Some('+') => (1, usize::MAX),
            Some('?') => (0, 1),
            Some('{') => {
                self.at += 1;
                let least = self.number()?.ok_or_else(|| self.unknown())?;
                let most = if self.take(",") { self.number()?.unwrap_or(usize::MAX) } else { least };
                if self.peek() != Some('}') || most < least {
                    return Err(self.unknown());
                }
                (least, most)
            }
            _ => return Ok(part),
        };
        self.at += 1;
        // Those that take as little as they can, or give nothing back.
        if matches!(self.peek(), Some('?' | '+' | '*' | '{')) {
            return Err(self.unknown());
        }
        Ok(Part::Repeat(Box::new(part), least, most))
    }

    fn number(&mut self) -> Result<Option<usize>, String> {
        let begin = self.at;
        while self.peek().is_some_and(|sign| sign.is_ascii_digit()) {
            self.at += 1;
        }
        let digits: String = self.text[begin..self.at].iter().collect();
        if digits.is_empty() { Ok(None) } else { digits.parse().map(Some).map_err(|_| self.unknown()) }
    }

    fn one(&mut self) -> Result<Part, String> {
        let sign = self.next()?;
        match sign {
            '(' => self.group(),
            '[' => self.set().map(Part::Set),
            '.' => {
                let excepted = if self.dot_all { &[][..] } else { &[('\n', '\n')] };
                Ok(Part::Set(self.made(excepted, &[], true)))
            }
            '\\' => match self.next()? {
                'Z' => Ok(Part::End),
                'b' => Ok(Part::Boundary),
                digit @ '1'..='9' => {
                    let group = digit as usize - '1' as usize;
                    if group < self.groups { Ok(Part::Same(group)) } else { Err(self.unknown()) }
                }
                escaped => match self.escaped(escaped)? {
                    Item::Sign(sign) => Ok(Part::Set(self.made(&[(sign, sign)], &[], false))),
                    Item::Class(class) => Ok(Part::Set(self.made(&[], &[class], false))),
                },
            },
            '^' | '$' | '*' | '+' | '?' | '{' | ')' | '|' => Err(self.unknown()),
            sign => Ok(Part::Set(self.made(&[(sign, sign)], &[], false))),
        }
    }

    fn group(&mut self) -> Result<Part, String> {
        const LOOKS: [(&str, bool, bool); 4] =
            [("?=", false, true), ("?!", false, false), ("?<=", true, true), ("?<!", true, false)];
        let look = LOOKS.into_iter().find(|(begin, ..)| self.take(begin));
        let plain = look.is_none() && self.take("?:");
        if look.is_none() && !plain && self.peek() == Some('?') {
            return Err(self.unknown());
        }
        let number = self.groups;
        if look.is_none() && !plain {
            self.groups += 1;
            if self.groups > GROUPS {
                return Err(format!("more than {GROUPS} groups"));
            }
        }
        let part = Box::new(self.either()?);
        if self.next()? != ')' {
            return Err(self.unknown());
        }
        Ok(match look {
            Some((_, behind, wanted)) => Part::Look { behind, wanted, part },
            None if plain => *part,
            None => Part::Group(number, part),
        })
    }

    fn set(&mut self) -> Result<Set, String> {
        let negated = self.take("^");
        let (mut ranges, mut classes) = (Vec::new(), Vec::new());
        let mut is_first = true;
        loop {
            let first = match self.next()? {
                ']' if !is_first => break,
                '\\' => {
                    let escaped = self.next()?;
                    self.escaped(escaped)?
                }
                sign => Item::Sign(sign),
            };
            is_first = false;
            let is_range = self.peek() == Some('-') && self.text.get(self.at + 1).is_some_and(|&sign| sign != ']');
            match first {
                Item::Sign(first) if is_range => {
                    self.at += 1;
                    let last = match self.next()? {
                        '\\' => return Err(self.unknown()),
                        last => last,
                    };
                    ranges.push((first, last));
                }
                Item::Sign(sign) => ranges.push((sign, sign)),
                Item::Class(_) if is_range => return Err(self.unknown()),
                Item::Class(class) => classes.push(class),
            }
        }
        Ok(self.made(&ranges, &classes, negated))
    }

    fn escaped(&self, sign: char) -> Result<Item, String> {
        let Classes { word, digit, space } = self.classes;
        Ok(match sign {
            'w' => Item::Class((word, true)),
            'W' => Item::Class((word, false)),
            'd' => Item::Class((digit, true)),
            'D' => Item::Class((digit, false)),
            's' => Item::Class((space, true)),
            'S' => Item::Class((space, false)),
            'n' => Item::Sign('\n'),
            'r' => Item::Sign('\r'),
            't' => Item::Sign('\t'),
            sign if sign.is_ascii_alphanumeric() => return Err(self.unknown()),
            sign => Item::Sign(sign),
        })
    }

    /// Put a set together of ranges and classes of characters.
    fn made(&self, ranges: &[(char, char)], classes: &[(u16, bool)], negated: bool) -> Set {
        let bits = |wanted| classes.iter().filter(|class| class.1 == wanted).fold(0, |sum, class| sum | class.0);
        let mut set = Set {
            ascii: 0,
            with: bits(true),
            without: bits(false),
            ranges: ranges.iter().map(|&(first, last)| (first.into(), last.into())).collect(),
            negated,
        };
        for code in 0..0x80 {
            let known = self.table.get(code);
            let listed = known & set.with != 0
                || !known & set.without != 0
                || set.ranges.iter().any(|&(first, last)| (first..=last).contains(&code));
            set.ascii |= u128::from(listed != negated) << code;
        }
        set.ranges.retain(|&(_, last)| last >= 0x80);
        set
    }
}

/// One item of a set.
enum Item {
    Sign(char),
    /// The bit of a class, and whether a character has to have it.
    Class((u16, bool)),
}
