//! Signs that say something by where they stand: `dedup/text/signs.py`, and minus signs of `dedup/text/characters.py`.

use crate::characters::{Characters, class};
use crate::utf8;

/// Kinds of signs, by the numbers that they have in Python.
mod kind {
    pub const PLUS: u8 = 1;
    pub const SHARP: u8 = 2;
    pub const LESS: u8 = 3;
    pub const GREATER: u8 = 4;
    pub const ABOUT: u8 = 5;
    pub const PRIME: u8 = 6;
    pub const NUMERIC: u8 = 7;
    pub const STAR: u8 = 8;
    pub const PICTURE: u8 = 9;
    /// A hyphen, a dash or a minus.
    pub const CHARGE: u8 = 10;
}

/// Spaces before a minus that are looked across.
const SPACES: usize = 64;
/// Code point from which on scripts are written without spaces, mostly.
const SPACELESS: u32 = 0x0E00;
const CASE: u32 = 32;

/// What stands beside a sign.
#[derive(Clone, Copy, PartialEq)]
enum Beside {
    Edge,
    Space,
    Letter,
    Digit,
    Sign,
}

impl Beside {
    fn in_word(self) -> bool {
        matches!(self, Self::Letter | Self::Digit)
    }
}

/// A character beside a sign; code point 0 where there is none.
type Neighbour = (u32, Beside);

/// A sign in its text.
pub struct Sign<'a> {
    /// All characters.
    pub characters: &'a Characters,
    /// The text.
    pub text: &'a [u8],
    /// Its first byte.
    pub at: usize,
    /// Its code point.
    pub code: u32,
    /// Its kind.
    pub kind: u8,
}

impl Sign<'_> {
    /// Return whether it says something where it stands.
    pub fn says_something(&self) -> bool {
        self.speaks() || (self.kind == kind::CHARGE && self.is_minus())
    }

    fn beside(&self, code: u32) -> Neighbour {
        let what = match self.characters.get(code).class() {
            class::LETTER | class::MARK | class::ALONE => Beside::Letter,
            class::DIGIT => Beside::Digit,
            class::SPACE => Beside::Space,
            class::BREAK => Beside::Edge,
            _ => Beside::Sign,
        };
        (code, what)
    }

    /// Return the three characters before it, the nearest first.
    fn behind(&self) -> [Neighbour; 3] {
        let mut place = Some(self.at);
        std::array::from_fn(|_| {
            let found = place.and_then(|at| utf8::before(self.text, at));
            place = found.map(|(_, at)| at);
            found.map_or((0, Beside::Edge), |(code, _)| self.beside(code))
        })
    }

    /// Return the two characters after it.
    fn ahead(&self) -> [Neighbour; 2] {
        let mut place = Some(self.at + utf8::decode(self.text, self.at).1);
        std::array::from_fn(|_| {
            let found = place.and_then(|at| utf8::after(self.text, at));
            place = found.map(|(_, at)| at);
            found.map_or((0, Beside::Edge), |(code, _)| self.beside(code))
        })
    }

    /// Return whether another code point is this sign, in whatever form.
    fn is_same(&self, code: u32) -> bool {
        code == self.code || (self.characters.get(code).sign == self.kind && self.characters.form(self.kind) > 0)
    }

    fn is_spaceless(&self, code: u32) -> bool {
        self.characters.get(code).fold(code) >= SPACELESS
    }

    fn speaks(&self) -> bool {
        let [(low, before), (low2, before2), (_, before3)] = self.behind();
        if self.kind == kind::CHARGE && !is_capital(low) && !is_capital(low2) {
            return false; // most hyphens
        }
        let [(high, after), (high2, after2)] = self.ahead();
        let (spaced_before, spaced_after) = (before == Beside::Space, after == Beside::Space);
        // Beside it, or behind one space.
        let near = if spaced_before { before2 } else { before };
        let (far, far_code) = if spaced_after { (after2, high2) } else { (after, high) };
        let amount = far == Beside::Digit || is_money(far_code);
        let compared = high == u32::from(b'=') && after2 != Beside::Edge; // "<= 5", but no arrow's end
        let apart = spaced_before || before == Beside::Edge || low == u32::from(b'(');
        let within = near.in_word() && far.in_word();
        // Scripts without spaces go on right behind it.
        let free = !after.in_word() || self.is_spaceless(high);
        match self.kind {
            kind::PLUS => {
                let ends = free && (before.in_word() || (self.is_same(low) && before2.in_word()));
                let digits = near == Beside::Digit && far == Beside::Digit;
                ends || (digits && spaced_before == spaced_after) // "C++", "Rh+", "18+", "2 + 2"
            }
            kind::SHARP => before == Beside::Letter && free && !self.is_same(high), // "C#"
            kind::LESS => amount || compared || (spaced_before && spaced_after && within),
            // A quotation's sign begins a line, that of a tag has a letter before it.
            kind::GREATER => {
                let inside = near != Beside::Edge;
                apart && ((amount && (inside || after == Beside::Digit)) || (compared && inside))
            }
            kind::ABOUT => after == Beside::Digit && (apart || self.is_spaceless(low)) && before != Beside::Digit,
            kind::PRIME => before == Beside::Digit,
            kind::NUMERIC => near == Beside::Digit || amount,
            kind::STAR => {
                let beside = low == self.code || high == self.code;
                near.in_word() || beside || (spaced_before && low2 == self.code) || (spaced_after && high2 == self.code)
            }
            kind::PICTURE => within,
            kind::CHARGE => {
                // A word of a capital, or of one and another letter, within a line: "Rh-", "A-".
                let one = is_capital(low) && !before2.in_word() && before2 != Beside::Edge;
                let two = is_capital(low2) && is_capital(low & !CASE) && !before3.in_word();
                (one || two) && (spaced_after || after == Beside::Sign) && !self.is_same(high)
            }
            _ => false,
        }
    }

    /// Return whether it turns the number behind it: after a parenthesis, or after a space within a line.
    fn is_minus(&self) -> bool {
        let behind = self.at + utf8::decode(self.text, self.at).1;
        let is_number = |(code, _)| self.characters.get(code).class() == class::DIGIT || is_money(code);
        if !utf8::after(self.text, behind).is_some_and(is_number) {
            return false;
        }
        let Some((code, mut place)) = utf8::before(self.text, self.at) else { return false };
        if code == u32::from(b'(') {
            return true;
        }
        if self.characters.get(code).class() != class::SPACE {
            return false;
        }
        for _ in 0..SPACES {
            let Some((code, at)) = utf8::before(self.text, place) else { return false };
            match self.characters.get(code).class() {
                class::SPACE => place = at,
                class::BREAK => return false,
                _ => return true,
            }
        }
        false
    }
}

fn is_money(code: u32) -> bool {
    matches!(char::from_u32(code), Some('$' | '£' | '¥' | '€'))
}

fn is_capital(code: u32) -> bool {
    code.wrapping_sub(u32::from(b'A')) < 26
}
