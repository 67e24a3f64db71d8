//! The rows of a table: where each stands, and the value in one of its columns. `dedup/formats/table_rows.py`.
//!
//! What is odd in any way is for Python to read, which has the words to tell of it: here all of a part is then given up.

use crate::places::places;
use crate::records::{Record, find};

const QUOTE: u8 = b'"';
/// Bytes of which line ends are counted in one byte.
const COUNTED: usize = u8::MAX as usize;

/// How a table is written, and where its texts are.
#[derive(Clone, Copy)]
pub struct Table {
    /// The sign between values: of ASCII, no quotation mark and no line end.
    pub delimiter: u8,
    /// How many columns there are.
    pub columns: usize,
    /// Number of the one with the texts.
    pub column: usize,
}

/// A row, and its text as it is written.
struct Row {
    /// The first byte that is not of it.
    end: usize,
    /// Where the text stands, without its quotation marks.
    text: (usize, usize),
    /// It has them.
    is_quoted: bool,
}

impl Table {
    /// Return the rows from one on, with their texts; None where one of them is odd. Blank ones are passed over.
    ///
    /// `begin`: where the first one begins; lines are counted from the first byte on. `limit`: bytes above which a row
    /// is odd.
    pub fn read(&self, data: &[u8], begin: usize, limit: usize) -> Option<(Vec<Record>, Vec<u8>)> {
        let mut texts = Vec::with_capacity(data.len());
        let mut found = Vec::new();
        let (mut line, mut start) = (line_ends(data.get(..begin)?), begin);
        while start < data.len() {
            let mut end = start;
            if !is_line_end(data[start]) {
                let row = self.row(data, start)?;
                end = row.end;
                if end - start > limit {
                    return None;
                }
                let begun = texts.len();
                let text = &data[row.text.0..row.text.1];
                std::str::from_utf8(text).ok()?;
                if row.is_quoted {
                    decode(text, &mut texts)
                } else {
                    texts.extend_from_slice(text)
                }
                found.push(Record { line, place: (start, end), text: (begun, texts.len()) });
            }
            let behind = behind_line_end(data, end);
            line += line_ends(&data[start..behind]);
            start = behind;
        }
        Some((found, texts))
    }

    /// Return where characters of a row's text are in its bytes; None where the row is odd, or the text is shorter.
    ///
    /// `wanted`: places as in `places`.
    pub fn locate(&self, data: &[u8], wanted: &[usize]) -> Option<Vec<usize>> {
        let Row { end, text: (first, last), is_quoted } = self.row(data, 0)?;
        let text = &data[first..last];
        if end < data.len() || std::str::from_utf8(text).is_err() {
            return None;
        }
        // Without marks around a value, those within it are signs like others.
        let within = places(text, wanted, QUOTE, |_| 1 + usize::from(is_quoted))?;
        Some(within.into_iter().map(|place| first + place).collect())
    }

    /// Return the row that begins at a place; None where it is not as the others are.
    fn row(&self, data: &[u8], start: usize) -> Option<Row> {
        let mut found = Row { end: start, text: (start, start), is_quoted: false };
        for column in 0..self.columns {
            let at = found.end + usize::from(column > 0);
            let behind = behind_quotes(data, at)?;
            found.end = find(data, behind, |byte| is_line_end(byte) || byte == self.delimiter).unwrap_or(data.len());
            let is_last = column + 1 == self.columns;
            if (data.get(found.end) == Some(&self.delimiter)) == is_last {
                return None;
            }
            if column == self.column {
                found.is_quoted = behind > at;
                if found.is_quoted && behind < found.end {
                    return None;
                }
                let mark = usize::from(found.is_quoted);
                found.text = (at + mark, found.end - mark);
            }
        }
        Some(found)
    }
}

/// Return where the last whole row of some bytes ends, and how many lines end up to there.
///
/// `begin`: where the first one begins; `delimiter`: as in `Table`; `whole`: nothing is behind these bytes.
pub fn end_of_rows(data: &[u8], begin: usize, delimiter: u8, whole: bool) -> (usize, usize) {
    // Which may be the first half of a line end.
    let stop = data.len() - usize::from(!whole && data.last() == Some(&b'\r'));
    let (mut at, mut end) = (begin, 0);
    while at < stop
        && let Some(content) = end_of_row(&data[..stop], at, delimiter)
    {
        let behind = behind_line_end(&data[..stop], content);
        if behind == content && !whole {
            break;
        }
        (at, end) = (behind, behind);
    }
    (end, line_ends(&data[..end]))
}

/// Return where the row ends that begins at a place; None where a quotation mark is not closed.
fn end_of_row(data: &[u8], mut at: usize, delimiter: u8) -> Option<usize> {
    loop {
        at = behind_quotes(data, at)?;
        let mut from = at;
        at = loop {
            let Some(next) = find(data, from, |byte| is_line_end(byte) || byte == QUOTE) else {
                return Some(data.len());
            };
            if data[next] != QUOTE {
                return Some(next);
            }
            // It opens where a value begins, and is a sign like others elsewhere.
            if data[..next].ends_with(&[delimiter]) {
                break next;
            }
            from = next + 1;
        };
    }
}

/// Return the place behind a value's closing quotation mark, or the value's own place where none opens; None where none
/// closes.
fn behind_quotes(data: &[u8], mut at: usize) -> Option<usize> {
    if data.get(at) != Some(&QUOTE) {
        return Some(at);
    }
    at += 1;
    loop {
        at = find(data, at, |byte| byte == QUOTE)? + 1;
        if data.get(at) != Some(&QUOTE) {
            return Some(at);
        }
        at += 1;
    }
}

fn is_line_end(byte: u8) -> bool {
    byte == b'\r' || byte == b'\n'
}

/// Return the place behind the line end that is at a place, or that place where there is none.
fn behind_line_end(data: &[u8], at: usize) -> usize {
    match data.get(at..) {
        Some([b'\r', b'\n', ..]) => at + 2,
        Some([b'\r' | b'\n', ..]) => at + 1,
        _ => at,
    }
}

/// Return how many line ends there are; CRLF is one.
fn line_ends(data: &[u8]) -> usize {
    let begun = usize::from(data.first().is_some_and(|&byte| is_line_end(byte)));
    let behind = data.get(1..).unwrap_or_default();
    let pairs = data.chunks(COUNTED).zip(behind.chunks(COUNTED));
    let count = |(before, here): (&[u8], &[u8])| -> usize {
        let ends =
            before.iter().zip(here).map(|(&before, &byte)| (byte == b'\r') | ((byte == b'\n') & (before != b'\r')));
        ends.map(u8::from).sum::<u8>().into()
    };
    begun + pairs.map(count).sum::<usize>()
}

/// Write out what stands between quotation marks.
fn decode(written: &[u8], out: &mut Vec<u8>) {
    let mut at = 0;
    while let Some(next) = find(written, at, |byte| byte == QUOTE) {
        out.extend_from_slice(&written[at..=next]);
        at = next + 2;
    }
    out.extend_from_slice(&written[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: Table = Table { delimiter: b',', columns: 2, column: 1 };

    fn texts(data: &str) -> Option<Vec<(usize, String)>> {
        let (found, texts) = TABLE.read(data.as_bytes(), 0, 1 << 20)?;
        let text = |row: &Record| String::from_utf8_lossy(&texts[row.text.0..row.text.1]).into_owned();
        Some(found.iter().map(|row| (row.line, text(row))).collect())
    }

    #[test]
    fn texts_are_decoded() {
        let data = "1,a \"\"b\r\n\r\"2\n\",\"\"\"é\"\",\r\n\r\"\n\n3,\"\"";
        let expected = [(0, "a \"\"b"), (2, "\"é\",\r\n\r"), (7, "")];
        assert_eq!(texts(data), Some(expected.map(|(line, text)| (line, text.to_owned())).to_vec()));
        assert_eq!(texts(""), Some(vec![]));
        assert_eq!(texts("\r\n\n"), Some(vec![]));
    }

    #[test]
    fn what_is_odd_is_given_up() {
        for odd in ["1", "1\n", "1,2,3", "1,2,", "1,\"a\"b", "1,\"a", "\"1,a", "1,\"a\"b\""] {
            assert_eq!(texts(odd), None, "{odd}");
        }
        assert!(TABLE.read(b"1,\xC3\n2,\xA9\n", 0, 9).is_none());
        assert!(TABLE.read(b"\xFF,a\n", 0, 3).is_some());
        assert!(TABLE.read(b"1,ab\n", 0, 3).is_none());
        assert!(TABLE.read(b"1,ab\n", 9, 3).is_none());
    }

    #[test]
    fn characters_are_found_in_the_bytes() {
        assert_eq!(TABLE.locate(b"1,\"a\"\"b\"", &[0, 1, 2, 3]), Some(vec![3, 4, 6, 7]));
        assert_eq!(TABLE.locate(b"1,a\"\"b", &[0, 1, 2, 3]), Some(vec![2, 3, 4, 5]));
        assert_eq!(TABLE.locate(b"1,a", &[2]), None);
        assert_eq!(TABLE.locate(b"1,a\n", &[0]), None);
        assert_eq!(TABLE.locate(b"1,\xFF", &[0]), None);
    }

    #[test]
    fn whole_rows_are_found() {
        let end = |data: &str, whole| end_of_rows(data.as_bytes(), 0, b',', whole);
        assert_eq!(end("a\nb", false), (2, 1));
        assert_eq!(end("a\nb", true), (3, 1));
        assert_eq!(end("a\r", false), (0, 0));
        assert_eq!(end("a\r", true), (2, 1));
        assert_eq!(end("a\r\n\rb\r", false), (4, 2));
        assert_eq!(end("a\n\"b\n", true), (2, 1));
        assert_eq!(end("a\n1,\"b\nc\"", false), (2, 1));
        assert_eq!(end("a\n1,\"b\nc\"\n", false), (10, 3));
        assert_eq!(end("a\n1 \"b\n\"", false), (7, 2));
        assert_eq!(end("\"a\"b,\"\n\"\n", false), (9, 2));
        assert_eq!(end("", true), (0, 0));
    }

    #[test]
    fn line_ends_are_counted_over_all_lengths() {
        for size in [1, 100, 254, 255, 256, 257, 511, 1000] {
            for unit in ["\r\n", "\n", "\r", "\n\r", "ab\r\n"] {
                let data = unit.repeat(size);
                let expected = data.replace("\r\n", "\n").bytes().filter(|&byte| is_line_end(byte)).count();
                assert_eq!(line_ends(data.as_bytes()), expected, "{size} {unit:?}");
            }
        }
    }
}
