//! Characters in UTF-8 in which lone surrogates may stand, as Python's `surrogatepass` writes them.
//!
//! That is no `str` of Rust, so bytes are read as they are. What is no UTF-8 at all gives some character or other.

/// Bytes of the character that begins with this one.
#[inline(always)]
pub fn size(lead: u8) -> usize {
    match lead {
        0..0xC0 => 1,
        0xC0..0xE0 => 2,
        0xE0..0xF0 => 3,
        _ => 4,
    }
}

/// Return the character that begins at a place within the text, and its bytes.
#[inline(always)]
pub fn decode(text: &[u8], at: usize) -> (u32, usize) {
    let lead = u32::from(text[at]);
    let next = |step: usize| u32::from(text.get(at + step).map_or(0, |byte| byte & 0x3F));
    match lead {
        0..0xC0 => (lead, 1),
        0xC0..0xE0 => ((lead & 0x1F) << 6 | next(1), 2),
        0xE0..0xF0 => ((lead & 0x0F) << 12 | next(1) << 6 | next(2), 3),
        _ => ((lead & 0x07) << 18 | next(1) << 12 | next(2) << 6 | next(3), 4),
    }
}

/// Return the character that ends before a place, and the place where it begins; None at the beginning of the text.
#[inline]
pub fn before(text: &[u8], at: usize) -> Option<(u32, usize)> {
    let mut place = at.checked_sub(1)?;
    while place > 0 && at - place < 4 && text[place] & 0xC0 == 0x80 {
        place -= 1;
    }
    Some((decode(text, place).0, place))
}

/// Return the character that begins at a place, and the place behind it; None at the end of the text.
#[inline]
pub fn after(text: &[u8], at: usize) -> Option<(u32, usize)> {
    if at >= text.len() {
        return None;
    }
    let (code, bytes) = decode(text, at);
    Some((code, at + bytes))
}

/// Return the bytes of a character's UTF-8, the first one lowest, and how many they are.
#[inline(always)]
pub fn encode(code: u32) -> (u64, usize) {
    let rest = |shift: u32| 0x80 | code >> shift & 0x3F;
    let (bytes, number) = match code {
        0..0x80 => (code, 1),
        0x80..0x800 => (0xC0 | code >> 6 | rest(0) << 8, 2),
        0x800..0x1_0000 => (0xE0 | code >> 12 | rest(6) << 8 | rest(0) << 16, 3),
        _ => (0xF0 | code >> 18 | rest(12) << 8 | rest(6) << 16 | rest(0) << 24, 4),
    };
    (u64::from(bytes), number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded() {
        for code in [0, 0x7F, 0x80, 0x7FF, 0x800, 0xD800, 0xDFFF, 0xFFFF, 0x1_0000, 0x10_FFFF] {
            let (word, number) = encode(code);
            let bytes = &word.to_le_bytes()[..number];
            assert_eq!(decode(bytes, 0), (code, bytes.len()));
            assert_eq!(size(bytes[0]), bytes.len());
            assert_eq!(before(bytes, bytes.len()), Some((code, 0)));
            assert_eq!(after(bytes, 0), Some((code, bytes.len())));
        }
    }

    #[test]
    fn what_is_no_utf8_is_read_to_its_end() {
        for bytes in [&b"\x80"[..], b"\xF4", b"a\xE2\x82", b"\xFF\xFF\xFF\xFF\xFF", b"\x80\x80\x80\x80\x80\x80"] {
            let mut at = 0;
            while at < bytes.len() {
                at += decode(bytes, at).1;
            }
            let mut at = bytes.len();
            while let Some((_, place)) = before(bytes, at) {
                assert!(place < at);
                at = place;
            }
        }
    }
}
