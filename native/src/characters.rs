//! What each character is: the tables of `dedup/text/characters.py` and `dedup/text/signs.py`, which hand them over.
//!
//! There is one source of each table, in Python; here they only lie closer together.

/// Classes of characters, by the numbers that they have in Python; all others end a token.
pub mod class {
    /// Punctuation, and all other signs.
    pub const OTHER: u8 = 0;
    /// A letter.
    pub const LETTER: u8 = 1;
    /// A digit.
    pub const DIGIT: u8 = 2;
    /// A combining mark, which belongs to what it follows.
    pub const MARK: u8 = 3;
    /// A character of a script without spaces, or a sign: each is a token.
    pub const ALONE: u8 = 4;
    /// Not there for the reader.
    pub const IGNORE: u8 = 5;
    /// A space.
    pub const SPACE: u8 = 6;
    /// A line end.
    pub const BREAK: u8 = 7;
}

/// In place of a combining class, of which none is that high: normalised, the character is another one.
pub const CHANGES: u8 = 255;

const CLASS_MASK: u8 = 15;
const NORMALISE: u8 = 16;
/// Code points that share an entry of the index.
const PAGE: usize = 256;
/// Code points that four bytes can say, whether they are characters or not.
const CODES: usize = 1 << 21;
/// Code points that there are.
pub const CHARACTERS: usize = 0x11_0000;

/// What is known of a character.
#[derive(Clone, Copy, Default, PartialEq)]
pub struct Character {
    /// How far it is to what it folds to.
    distance: u32,
    kind: u8,
    /// The kind of sign that it is, 0 for none.
    pub sign: u8,
    /// Its canonical combining class, or [`CHANGES`].
    pub combining: u8,
}

impl Character {
    /// Return the class.
    #[inline(always)]
    pub fn class(self) -> u8 {
        self.kind & CLASS_MASK
    }

    /// Return whether its paragraph is to be normalised.
    #[inline(always)]
    pub fn composes(self) -> bool {
        self.kind & NORMALISE != 0
    }

    /// Return what a code point, of which this is known, folds to.
    #[inline(always)]
    pub fn fold(self, code: u32) -> u32 {
        code.wrapping_add(self.distance)
    }
}

/// All characters, in pages, of which equal ones that follow on one another are there once.
pub struct Characters {
    index: Vec<u16>,
    pages: Vec<[Character; PAGE]>,
    /// Those that are ASCII, and what they fold to.
    ascii: [(Character, u8); 128],
    /// The ASCII code in which the signs of each kind are compared, 0 where each stands for itself.
    forms: Vec<u8>,
}

impl Characters {
    /// Put the tables together.
    ///
    /// `classes` and `signs` have an entry for each code point; `folds` are pairs of code points; `combining` are code
    /// points with their combining class, where that is not 0.
    pub fn new(classes: &[u8], signs: &[u8], folds: &[(u32, u32)], combining: &[(u32, u32)], forms: &[u8]) -> Self {
        // Pages on which all is said by classes and signs are mostly like the one before.
        let mut special = vec![false; CODES / PAGE];
        for &(code, _) in folds.iter().chain(combining) {
            special[code as usize / PAGE] = true;
        }
        let mut pages: Vec<[Character; PAGE]> = Vec::new();
        let mut index: Vec<u16> = Vec::with_capacity(CODES / PAGE);
        let (classes, _) = classes.as_chunks::<PAGE>();
        let (signs, _) = signs.as_chunks::<PAGE>();
        let nothing = [0; PAGE];
        let mut last = None;
        for place in 0..CODES / PAGE {
            let raw = (classes.get(place).unwrap_or(&nothing), signs.get(place).unwrap_or(&nothing));
            if special[place] || last != Some(raw) {
                let page = |code| Character { kind: raw.0[code], sign: raw.1[code], ..Character::default() };
                pages.push(std::array::from_fn(page));
            }
            last = (!special[place]).then_some(raw);
            index.push((pages.len() - 1) as u16);
        }
        let place = |code: u32| (usize::from(index[code as usize / PAGE]), code as usize % PAGE);
        for &(code, fold) in folds {
            let (page, within) = place(code);
            pages[page][within].distance = fold.wrapping_sub(code);
        }
        for &(code, class) in combining {
            let (page, within) = place(code);
            pages[page][within].combining = class as u8;
        }
        let ascii = std::array::from_fn(|code| (pages[0][code], pages[0][code].fold(code as u32) as u8));
        Self { index, pages, ascii, forms: forms.to_vec() }
    }

    /// Return what is known of a code point that was decoded.
    #[inline(always)]
    pub fn get(&self, code: u32) -> Character {
        let code = code as usize;
        self.pages[usize::from(self.index[code / PAGE])][code % PAGE]
    }

    /// Return an ASCII character, and what it folds to.
    #[inline(always)]
    pub fn ascii(&self, byte: u8) -> (Character, u8) {
        self.ascii[usize::from(byte & 0x7F)]
    }

    /// Return the form in which signs of a kind are compared; 0 where each stands for itself.
    pub fn form(&self, sign: u8) -> u8 {
        self.forms.get(usize::from(sign)).copied().unwrap_or(0)
    }
}
