//! Lines of the removal log: what each paragraph that goes has there in bytes. `dedup/formats/log/entries.py`.
//!
//! What is the same for many, or is about something other than the document's bytes, comes written out.

use std::io::Write as _;

use crate::records::{escape, find};
use crate::utf8;

/// What leaves a document.
pub struct Entries<'a> {
    /// The document's own bytes.
    pub data: &'a [u8],
    /// The paragraphs are parts of a string in JSON, which has been read before.
    pub is_record: bool,
    /// What each line begins with.
    pub begin: &'a [u8],
    /// The number of each paragraph.
    pub paragraphs: &'a [usize],
    /// Of each paragraph: where its cut begins, where it begins and ends itself, and where its cut ends.
    pub edges: &'a [[usize; 4]],
    /// What each line ends with, one after the other, each with a line end.
    pub rests: &'a [u8],
}

impl Entries<'_> {
    /// Return the lines; None where the document is no UTF-8, or where what is given does not fit together.
    pub fn lines(&self) -> Option<Vec<u8>> {
        std::str::from_utf8(self.data).ok()?;
        let pieces: usize = self.edges.iter().map(|edges| 2 * edges[3].saturating_sub(edges[0])).sum();
        let mut out = Vec::with_capacity(pieces + self.rests.len() + self.edges.len() * (self.begin.len() + 150));
        let mut rests = self.rests.split_inclusive(|&byte| byte == b'\n');
        if self.paragraphs.len() != self.edges.len() {
            return None;
        }
        for (paragraph, &[from, start, end, to]) in self.paragraphs.iter().zip(self.edges) {
            let own = self.data.get(start..end)?;
            let (before, after) = (self.data.get(from..start)?, self.data.get(end..to)?);
            let is_escaped = self.is_record && own.contains(&b'\\');
            out.extend_from_slice(self.begin);
            write!(out, "\"paragraph\": {paragraph}, \"span\": {{\"start\": {start}, \"end\": {end}}}, ").ok()?;
            write!(out, "\"cut\": {{\"start\": {from}, \"end\": {to}}}, ").ok()?;
            member("text", own, is_escaped, &mut out);
            for (name, piece, is_there) in
                [("before", before, from < start), ("after", after, end < to), ("raw", own, is_escaped)]
            {
                if is_there {
                    member(name, piece, false, &mut out);
                }
            }
            out.extend_from_slice(rests.next()?);
        }
        rests.next().is_none().then_some(out)
    }
}

/// Write a member whose value is a string, and what separates it from the next one.
///
/// `is_escaped`: the piece is one of a string in JSON, whose escapes stand for other characters.
fn member(name: &str, piece: &[u8], is_escaped: bool, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\": \"");
    let mut at = 0;
    while let Some(next) = find(piece, at, |byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        out.extend_from_slice(&piece[at..next]);
        let (code, bytes) = if is_escaped { escape(&piece[next..]) } else { (u32::from(piece[next]), 1) };
        quote(code, out);
        at = next + bytes;
    }
    out.extend_from_slice(&piece[at..]);
    out.extend_from_slice(b"\", ");
}

/// Write a character as it stands in a string of the log.
fn quote(code: u32, out: &mut Vec<u8>) {
    let short = match code {
        0x08 => b'b',
        0x09 => b't',
        0x0A => b'n',
        0x0C => b'f',
        0x0D => b'r',
        0x22 => b'"',
        0x5C => b'\\',
        // Lone surrogates are no characters of UTF-8.
        0..0x20 | 0xD800..0xE000 => {
            out.extend_from_slice(format!("\\u{code:04x}").as_bytes());
            return;
        }
        _ => {
            let (word, number) = utf8::encode(code);
            out.extend_from_slice(&word.to_le_bytes()[..number]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(data: &str, edges: &[[usize; 4]], rests: &str) -> Option<String> {
        let (is_record, paragraphs) = (data.starts_with('{'), &(7..7 + edges.len()).collect::<Vec<_>>()[..]);
        let (data, rests) = (data.as_bytes(), rests.as_bytes());
        let found = Entries { data, is_record, begin: b"{", paragraphs, edges, rests }.lines()?;
        String::from_utf8(found).ok()
    }

    #[test]
    fn paragraphs_are_written_as_strings_of_the_log() {
        let expected = "{\"paragraph\": 7, \"span\": {\"start\": 2, \"end\": 5}, \"cut\": {\"start\": 0, \"end\": 6}, \
                        \"text\": \"b\\\"\\t\", \"before\": \"a\\n\", \"after\": \"\\u0001\", 1}\n";
        assert_eq!(lines("a\nb\"\t\u{1}", &[[0, 2, 5, 6]], "1}\n").as_deref(), Some(expected));
    }

    #[test]
    fn those_of_records_are_read_first() {
        let data = "{\"text\":\"a\\/\\u00e9\\ud83d\\n\"}";
        let expected = "{\"paragraph\": 7, \"span\": {\"start\": 9, \"end\": 24}, \"cut\": {\"start\": 9, \"end\": 26}, \
                        \"text\": \"a/é\\ud83d\", \"after\": \"\\\\n\", \"raw\": \"a\\\\/\\\\u00e9\\\\ud83d\", 1}\n";
        assert_eq!(lines(data, &[[9, 9, 24, 26]], "1}\n").as_deref(), Some(expected));
    }

    #[test]
    fn what_does_not_fit_is_given_up() {
        assert_eq!(lines("ab", &[[0, 0, 1, 3]], "1}\n"), None);
        assert_eq!(lines("ab", &[[0, 1, 0, 1]], "1}\n"), None);
        assert_eq!(lines("ab", &[[0, 0, 1, 1]], ""), None);
        assert_eq!(lines("ab", &[[0, 0, 1, 1]], "1}\n2}\n"), None);
        assert_eq!(lines("ab", &[], "").as_deref(), Some(""));
    }
}
