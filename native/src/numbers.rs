//! What numbers may say, by their digits: each way of reading those that signs tie together, without zeros at the ends.
//!
//! `dedup/language/numbers.py` knows what they do say; this only has to be sure where two cannot say the same.

use std::ops::Range;

use crate::sieve::Side;

/// Tokens on either side of a gap in which the rest of a date stands.
pub const DATE: usize = 3;
/// Tokens on either side of a number in which its day's, month's or year's date stands.
const DAY: usize = 4;
/// Tokens that are tied to one number, at most.
const PARTS: usize = 5;
/// Digits up to which two numbers that differ are two floating-point numbers, too.
const LONGEST: usize = 15;
const CENTURY: u64 = 2000;
const MONTHS: u64 = 12;

const DECIMAL: [&str; 4] = [".", ",", ":", "\u{66B}"];
const GROUPS: [&str; 6] = [" ", "'", "\u{2019}", "\u{66C}", "\u{A0}", "\u{202F}"];

/// Return whether a token is nothing but digits from 0 to 9.
pub fn is_pure(side: &Side, token: usize) -> bool {
    side.written(token).iter().all(u8::is_ascii_digit)
}

/// Return whether a token has several numbers in it, as keys and names of files do.
pub fn is_code(written: &[u8]) -> bool {
    let runs = written.split(|byte| !byte.is_ascii_digit()).filter(|run| !run.is_empty()).count();
    runs > 1 && written.iter().all(u8::is_ascii_alphanumeric)
}

/// Return whether a separator may tie a token to the one before.
fn is_tied(side: &Side, token: usize) -> bool {
    let digits = [side.written(token - 1).last(), side.written(token).first()];
    if !digits.into_iter().all(|byte| byte.is_some_and(u8::is_ascii_digit)) {
        return false;
    }
    let between = side.between(token);
    let is = |signs: &[&str]| signs.iter().any(|sign| sign.as_bytes() == between);
    is(&DECIMAL) || (is(&GROUPS) && (side.written(token).len() == 3 || !is_pure(side, token)))
}

/// Return the tokens that may be one number with this one; None if they are many.
pub fn chain(side: &Side, token: usize) -> Option<Range<usize>> {
    let (mut first, mut last) = (token, token);
    while first > 0 && is_tied(side, first) && last - first < PARTS {
        first -= 1;
    }
    while last + 1 < side.letters.len() && is_tied(side, last + 1) && last - first < PARTS {
        last += 1;
    }
    (last - first + 1 < PARTS).then_some(first..last + 1)
}

/// Some digits that may be a number, those of a witness with zeros at their end.
pub struct Readings(Vec<Vec<u8>>);

/// A way of reading a number.
pub struct Reading {
    digits: Vec<u8>,
    /// It has decimals, or signs between groups of digits.
    several: bool,
}

impl Readings {
    /// Return whether one of these may be a number, or a longer form of it.
    pub fn may_be(&self, reading: &Reading) -> bool {
        let bare = trimmed(&reading.digits);
        if self.0.iter().any(|known| trimmed(known) == bare) {
            return true;
        }
        let Some(value) = value(&reading.digits).filter(|_| reading.several) else { return false };
        let heads = [value.to_string(), value.saturating_sub(1).to_string()]; // 92.96 may be said as 93.0
        let longer = |known: &Vec<u8>, head: &str| {
            let known = &known[known.iter().take_while(|digit| **digit == b'0').count()..];
            known.len() > head.len() && known.starts_with(head.as_bytes())
        };
        value <= 1 || heads.iter().any(|head| self.0.iter().any(|known| longer(known, head)))
    }
}

fn trimmed(digits: &[u8]) -> &[u8] {
    let front = digits.iter().take_while(|digit| **digit == b'0').count();
    let back = digits[front..].iter().rev().take_while(|digit| **digit == b'0').count();
    &digits[front..digits.len() - back]
}

fn value(digits: &[u8]) -> Option<u64> {
    str::from_utf8(digits).ok()?.parse().ok()
}

/// Return all ways of reading a token with those that are tied to it; None if there is one that may be anything.
pub fn readings_of(side: &Side, chain: &Range<usize>, token: usize) -> Option<Vec<Reading>> {
    if !chain.clone().all(|part| is_pure(side, part)) {
        return None;
    }
    let mut found = Vec::new();
    for first in chain.start..=token {
        for last in token..chain.end {
            let digits: Vec<u8> = (first..=last).flat_map(|part| side.written(part)).copied().collect();
            if digits.len() > LONGEST || trimmed(&digits).is_empty() {
                return None;
            }
            found.push(Reading { digits, several: first < last });
        }
    }
    Some(found)
}

/// Return all ways of reading the numbers among some tokens, and those that they may go on in; None if that is not clear.
pub fn readings(side: &Side, tokens: Range<usize>) -> Option<Readings> {
    let mut found = Vec::new();
    let Range { start, end } = reached(side, tokens)?;
    let mut token = start;
    while token < end {
        if !side.is_numeric(token) {
            token += 1;
            continue;
        }
        let chain = chain(side, token)?;
        if chain.clone().all(|part| is_pure(side, part)) {
            for first in chain.clone() {
                for behind in first + 1..=chain.end {
                    found.push((first..behind).flat_map(|part| side.written(part)).copied().collect());
                }
            }
        } else if chain.len() == 1 && is_ascii_number(side.written(token)) {
            let runs = side.written(token).split(|byte| !byte.is_ascii_digit());
            found.extend(runs.filter(|run| !run.is_empty()).map(<[u8]>::to_vec));
        } else {
            return None;
        }
        token = chain.end;
    }
    found.iter().all(|digits: &Vec<u8>| digits.len() <= LONGEST).then_some(Readings(found))
}

fn is_ascii_number(written: &[u8]) -> bool {
    written.is_ascii() && written.iter().any(u8::is_ascii_digit)
}

/// Return some tokens, and those on either side up to which a number may reach; None if that is far.
fn reached(side: &Side, tokens: Range<usize>) -> Option<Range<usize>> {
    let Range { mut start, mut end } = tokens;
    let joins = |token: usize| side.between(token).iter().all(|byte| b".,:'\xE2\x80\x99".contains(byte));
    let goes_on = |token: usize| joins(token) || is_tied(side, token);
    let (first, last) = (start, end);
    while (1..side.letters.len()).contains(&start)
        && first - start < PARTS
        && side.is_numeric(start - 1)
        && goes_on(start)
    {
        start -= 1;
    }
    while end > 0 && end < side.letters.len() && end - last < PARTS && side.is_numeric(end) && goes_on(end) {
        end += 1;
    }
    (first - start < PARTS && end - last < PARTS).then_some(start..end)
}

/// Return whether other numbers are near a token than the tokens of its own, so that it may be a part of a date.
pub fn has_others(side: &Side, token: usize, own: usize) -> bool {
    let near = token.saturating_sub(DAY)..side.letters.len().min(token + DAY + 1);
    near.filter(|&some| side.is_numeric(some)).count() > own.min(2)
}

/// Return whether some digits may be the day, the month or the year of a date among some tokens.
pub fn may_be_in_date(side: &Side, tokens: Range<usize>, digits: &[u8], month: bool) -> bool {
    let Some(ours) = value(digits) else { return true };
    let may_be = |theirs: u64| theirs == ours || theirs + CENTURY == ours || ours + CENTURY == theirs;
    (month && ours <= MONTHS)
        || tokens.filter(|&token| side.is_numeric(token)).any(|token| {
            let written = side.written(token);
            let runs = || written.split(|byte| !byte.is_ascii_digit()).filter(|run| !run.is_empty());
            !is_ascii_number(written) || runs().any(|run| value(run).is_none_or(&may_be))
        })
}
