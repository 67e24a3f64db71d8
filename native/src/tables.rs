//! A small number for each code point: one that Python hands over for all of them.

use crate::characters::CHARACTERS;

/// Code points that share an entry of the index.
const PAGE: usize = 256;

/// Numbers in pages, of which equal ones that follow on one another are there once.
pub struct Table {
    index: Vec<u16>,
    pages: Vec<[u16; PAGE]>,
}

impl Table {
    /// Put a table together; None if it is not for all code points and no others.
    pub fn new(numbers: &[u16]) -> Option<Self> {
        let (whole, rest) = numbers.as_chunks::<PAGE>();
        if numbers.len() != CHARACTERS || !rest.is_empty() {
            return None;
        }
        let mut pages: Vec<[u16; PAGE]> = Vec::new();
        let mut index = Vec::with_capacity(whole.len());
        for page in whole {
            if pages.last() != Some(page) {
                pages.push(*page);
            }
            index.push(u16::try_from(pages.len() - 1).ok()?);
        }
        Some(Self { index, pages })
    }

    /// Return the number of a code point; 0 for one that there is not.
    #[inline(always)]
    pub fn get(&self, code: u32) -> u16 {
        let code = code as usize;
        self.index.get(code / PAGE).map_or(0, |&page| self.pages[usize::from(page)][code % PAGE])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_point_has_its_number() {
        let mut numbers = vec![7; CHARACTERS];
        (numbers[0], numbers[300], numbers[CHARACTERS - 1]) = (1, 2, 3);
        let table = Table::new(&numbers).unwrap();
        assert_eq!([0, 1, 300, 301, 0x8000, 0x10_FFFF, 0x11_0000].map(|code| table.get(code)), [1, 7, 2, 7, 7, 3, 0]);
        assert!(Table::new(&numbers[1..]).is_none());
    }
}
