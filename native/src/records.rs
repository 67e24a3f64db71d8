//! The records of JSON lines: where each stands, and the text in one of its fields. `dedup/formats/jsonl.py`.
//!
//! Every record is read from its first byte to its last one. What is odd in any way is for Python to read, which has the
//! words to tell of it: here all of a part is then given up.

use crate::places;
use crate::utf8;

/// Objects and arrays within one another that are looked into.
const DEEPEST: usize = 100;
/// Bytes that are looked at together, in plain loops, which the compiler turns into vector instructions.
const BLOCK: usize = 32;

/// A record and its text.
pub struct Record {
    /// Number of its line, from 0.
    pub line: usize,
    /// Its first byte, and the first one behind it.
    pub place: (usize, usize),
    /// Where its text lies among all texts.
    pub text: (usize, usize),
}

/// Return the records of whole lines, with their texts as `surrogatepass` writes them; None where one of them is odd.
///
/// `limit`: bytes above which a record is odd; `longest`: bytes above which its text is.
pub fn read(data: &[u8], field: &[u8], limit: usize, longest: usize) -> Option<(Vec<Record>, Vec<u8>)> {
    std::str::from_utf8(data).ok()?;
    let mut texts = Vec::with_capacity(data.len());
    let mut found = Vec::new();
    let (mut line, mut start) = (0, 0);
    while start < data.len() {
        let end = find(data, start, |byte| byte == b'\n').unwrap_or(data.len());
        let (bytes, place, number) = (&data[start..end], (start, end), line);
        (start, line) = (end + 1, line + 1);
        if bytes.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')) {
            continue;
        }
        if bytes.len() > limit {
            return None;
        }
        let begun = texts.len();
        let mut reader = Reader { data: bytes, at: 0 };
        if let Some(literal) = reader.record(field)? {
            decode(&bytes[literal.0..literal.1], &mut texts);
        }
        if texts.len() - begun > longest {
            return None;
        }
        found.push(Record { line: number, place, text: (begun, texts.len()) });
    }
    Some((found, texts))
}

/// Return where characters of a record's text are in its bytes; None where the record is odd, or the text is shorter.
///
/// `wanted`: places as in `places`.
pub fn locate(data: &[u8], field: &[u8], wanted: &[usize]) -> Option<Vec<usize>> {
    std::str::from_utf8(data).ok()?;
    let (start, end) = Reader { data, at: 0 }.record(field)??;
    let within = places::places(&data[start..end], wanted, b'\\', |literal| escape(literal).1)?;
    Some(within.into_iter().map(|place| start + place).collect())
}

/// Reads a record; all that is odd is None.
struct Reader<'a> {
    data: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.data.get(self.at).copied()
    }

    fn skip(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, wanted: u8) -> Option<()> {
        (self.peek()? == wanted).then(|| self.at += 1)
    }

    /// Read a whole record; return where its text stands, without quotes, or that it is null.
    fn record(&mut self, field: &[u8]) -> Option<Option<(usize, usize)>> {
        let mut found = None;
        self.skip();
        self.take(b'{')?;
        self.members(|reader, (first, last)| {
            let key = &reader.data[first..last];
            if key.contains(&b'\\') {
                return None; // perhaps the same one
            }
            if key != field {
                return reader.value(1);
            }
            if found.is_some() {
                return None;
            }
            found = Some(if reader.peek()? == b'n' {
                reader.value(1)?;
                None
            } else {
                Some(reader.string()?)
            });
            Some(())
        })?;
        self.skip();
        if self.at == self.data.len() { found } else { None }
    }

    /// Read the rest of an object; `value` reads each member's value, given where its key stands.
    fn members(&mut self, mut value: impl FnMut(&mut Self, (usize, usize)) -> Option<()>) -> Option<()> {
        self.skip();
        if self.peek()? == b'}' {
            return self.take(b'}');
        }
        loop {
            let key = self.string()?;
            self.skip();
            self.take(b':')?;
            self.skip();
            value(self, key)?;
            self.skip();
            if self.peek()? == b'}' {
                return self.take(b'}');
            }
            self.take(b',')?;
            self.skip();
        }
    }

    /// Read a value.
    fn value(&mut self, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match self.peek()? {
            b'"' => self.string().map(|_| ()),
            b'{' => {
                self.at += 1;
                self.members(|reader, _| reader.value(depth + 1))
            }
            b'[' => {
                self.at += 1;
                self.elements(depth)
            }
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.number(),
        }
    }

    /// Read the rest of an array.
    fn elements(&mut self, depth: usize) -> Option<()> {
        self.skip();
        if self.peek()? == b']' {
            return self.take(b']');
        }
        loop {
            self.value(depth + 1)?;
            self.skip();
            if self.peek()? == b']' {
                return self.take(b']');
            }
            self.take(b',')?;
            self.skip();
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.data[self.at..].starts_with(word).then(|| self.at += word.len())
    }

    fn digits(&mut self) -> Option<()> {
        let number = self.data[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += number;
        (number > 0).then_some(())
    }

    fn number(&mut self) -> Option<()> {
        if self.peek()? == b'-' {
            self.at += 1;
        }
        if self.peek()? == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(())
    }

    /// Read a string; return where it stands, without its quotes.
    fn string(&mut self) -> Option<(usize, usize)> {
        self.take(b'"')?;
        let first = self.at;
        loop {
            self.at = find(self.data, self.at, |byte| byte == b'"' || byte == b'\\' || byte < b' ')?;
            match self.data[self.at] {
                b'"' => {
                    self.at += 1;
                    return Some((first, self.at - 1));
                }
                b'\\' => {
                    let digits = |some: &[u8]| some.iter().all(u8::is_ascii_hexdigit);
                    self.at += match self.data.get(self.at + 1)? {
                        b'u' if self.data.get(self.at + 2..self.at + 6).is_some_and(digits) => 6,
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 2,
                        _ => return None,
                    };
                }
                _ => return None, // a control character
            }
        }
    }
}

/// Return the place of the next byte, from one on, that is looked for.
#[inline(always)]
pub(crate) fn find(data: &[u8], mut at: usize, wanted: impl Fn(u8) -> bool) -> Option<usize> {
    while let Some(block) = data.get(at..).and_then(<[u8]>::first_chunk::<BLOCK>) {
        if block.iter().fold(false, |found, &byte| found | wanted(byte)) {
            break;
        }
        at += BLOCK;
    }
    let step = data.get(at..)?.iter().position(|&byte| wanted(byte))?;
    Some(at + step)
}

/// Write out a string that has been read.
fn decode(literal: &[u8], out: &mut Vec<u8>) {
    let mut at = 0;
    while let Some(next) = find(literal, at, |byte| byte == b'\\') {
        out.extend_from_slice(&literal[at..next]);
        let (code, bytes) = escape(&literal[next..]);
        let (word, number) = utf8::encode(code);
        out.extend_from_slice(&word.to_le_bytes()[..number]);
        at = next + bytes;
    }
    out.extend_from_slice(&literal[at..]);
}

/// Return the character that an escape, with which a piece of a string that has been read begins, stands for; and its
/// bytes.
pub(crate) fn escape(literal: &[u8]) -> (u32, usize) {
    let number = |from: usize| {
        let digits = literal.get(from..from + 4).and_then(|digits| std::str::from_utf8(digits).ok());
        digits.and_then(|digits| u32::from_str_radix(digits, 16).ok())
    };
    match literal.get(1) {
        Some(b'u') => {
            let code = number(2).unwrap_or_default();
            let second = if literal.get(6..8) == Some(b"\\u") { number(8) } else { None };
            match (code, second) {
                (0xD800..0xDC00, Some(low @ 0xDC00..0xE000)) => {
                    (0x1_0000 + ((code - 0xD800) << 10) + (low - 0xDC00), 12)
                }
                _ => (code, 6),
            }
        }
        Some(b'b') => (0x08, 2),
        Some(b'f') => (0x0C, 2),
        Some(b'n') => (0x0A, 2),
        Some(b'r') => (0x0D, 2),
        Some(b't') => (0x09, 2),
        Some(&sign) => (u32::from(sign), 2),
        None => (u32::from(b'\\'), 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(data: &str) -> Option<Vec<String>> {
        let (found, texts) = read(data.as_bytes(), b"text", 1 << 20, 1 << 20)?;
        let text = |record: &Record| String::from_utf8_lossy(&texts[record.text.0..record.text.1]).into_owned();
        Some(found.iter().map(text).collect())
    }

    #[test]
    fn texts_are_decoded() {
        let data = "{\"text\": \"a\\n\\u00e9\\ud83d\\ude00\\\\\"}\r\n \t\n {\"id\":-1.5e+3,\"text\":null}\n";
        assert_eq!(texts(data), Some(vec!["a\né😀\\".to_owned(), String::new()]));
        assert_eq!(texts(""), Some(vec![]));
    }

    #[test]
    fn what_is_odd_is_given_up() {
        let odd = [
            "{}",
            "[]",
            "1",
            "{\"text\": 1}",
            "{\"text\": \"a\"",
            "{\"text\": \"a\"}}",
            "{\"text\": \"a\",}",
            "{\"text\": \"a\", \"text\": \"a\"}",
            "{\"te\\u0078t\": \"a\"}",
            "{\"text\": \"\\x\"}",
            "{\"text\": \"\\ud8\"}",
            "{\"text\": \"\t\"}",
            "{\"text\": \"a\", \"n\": NaN}",
            "{\"text\": \"a\", \"n\": 01}",
            "{\"text\": \"a\", \"n\": 1.}",
            "{\"text\": \"a\", \"n\": -}",
            "{\"text\": \"a\", \"n\": 1e}",
            "{\"text\": \"a\" \"n\": 1}",
            "\u{feff}{\"text\": \"a\"}",
            "{\"text\": \"a\", \"n\": [1 2]}",
            "\u{b}",
        ];
        for one in odd {
            assert_eq!(texts(one), None, "{one}");
        }
        let deep = |number: usize| format!("{{\"text\":\"a\",\"n\":{}{}}}", "[".repeat(number), "]".repeat(number));
        assert!(texts(&deep(DEEPEST)).is_some());
        assert_eq!(texts(&deep(100_000)), None);
    }

    #[test]
    fn characters_are_found_in_the_bytes() {
        let data = "{\"id\":1,\"text\":\"a\\né\\ud83d\\ude00\\ud83d\"}".as_bytes();
        let places = locate(data, b"text", &[0, 1, 2, 3, 3, 4, 5]);
        assert_eq!(places, Some(vec![16, 17, 19, 21, 21, 33, 39]));
        assert_eq!(locate(data, b"text", &[6]), None);
    }
}
