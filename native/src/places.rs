//! Where the characters of a text are in the bytes that it is written in, as UTF-8 with escapes of some kind.

/// Bytes that are looked at together, in plain loops, which the compiler turns into vector instructions.
const BLOCK: usize = 32;

/// Return where characters of a text are in its bytes; None where the text is shorter.
///
/// `places` are counted in characters, and ascend; the text's length stands for its end. `sign`: the byte that an escape
/// begins with; `escape` returns how many bytes there are in the one that some bytes begin with.
pub fn places(written: &[u8], places: &[usize], sign: u8, escape: impl Fn(&[u8]) -> usize) -> Option<Vec<usize>> {
    let (mut at, mut number) = (0, 0);
    let mut out = Vec::with_capacity(places.len());
    for &place in places {
        // Characters are counted by the bytes that begin one.
        while number < place {
            if let Some(block) = written[at..].first_chunk::<BLOCK>()
                && let Some(begun) = begun(block, sign)
                && number + begun <= place
            {
                (at, number) = (at + BLOCK, number + begun);
                continue;
            }
            let byte = *written.get(at)?;
            (at, number) = if byte == sign {
                (at + escape(&written[at..]), number + 1)
            } else {
                (at + 1, number + usize::from(!is_continued(byte)))
            };
        }
        while at < written.len() && is_continued(written[at]) {
            at += 1;
        }
        out.push(at);
    }
    Some(out)
}

/// Return True if a byte is not the first one of its character.
fn is_continued(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

/// Return how many characters begin within a piece of a text; None if there are escapes.
fn begun(block: &[u8; BLOCK], sign: u8) -> Option<usize> {
    let plain = block.iter().fold(true, |plain, &byte| plain & (byte != sign));
    plain.then(|| block.iter().map(|&byte| u8::from(!is_continued(byte))).sum::<u8>().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_found_between_escapes() {
        let written = "a\"\"é\"\"".as_bytes();
        assert_eq!(places(written, &[0, 1, 2, 3, 3, 4], b'"', |_| 2), Some(vec![0, 1, 3, 5, 5, 7]));
        assert_eq!(places(written, &[5], b'"', |_| 2), None);
        assert_eq!(places(written, &[6], b'"', |_| 1), Some(vec![7]));
        assert_eq!(places(b"", &[0, 0], b'"', |_| 2), Some(vec![0, 0]));
    }

    #[test]
    fn long_texts_are_the_same_as_short_ones() {
        for text in ["é".repeat(100), "a".repeat(100), "a\"\"".repeat(60), format!("{}\"\"é", "字".repeat(80))] {
            let mut expected: Vec<usize> = Vec::new();
            let mut at = 0;
            while at < text.len() {
                expected.push(at);
                let bytes = text[at..].chars().next().map_or(1, char::len_utf8);
                at += if text.as_bytes()[at] == b'"' { 2 } else { bytes };
            }
            expected.push(text.len());
            let all: Vec<usize> = (0..expected.len()).collect();
            assert_eq!(places(text.as_bytes(), &all, b'"', |_| 2), Some(expected.clone()));
            for place in all {
                assert_eq!(places(text.as_bytes(), &[place], b'"', |_| 2), Some(vec![expected[place]]));
            }
        }
    }
}
