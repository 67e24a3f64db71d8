//! The paragraphs of documents: `dedup/text/paragraphs.py`, one document after the other.

use crate::lines::{Line, Signs, lines};
use crate::wraps::{How, joined, perhaps_grouped};

/// The paragraphs of some documents.
#[derive(Default)]
pub struct Paragraphs {
    /// How many each document has.
    pub counts: Vec<usize>,
    /// Where they lie in the bytes of all documents: the first byte of each, and the first one behind it.
    pub edges: Vec<(usize, usize)>,
    /// Where they stand in their document, in characters.
    pub spans: Vec<(usize, usize)>,
}

impl Paragraphs {
    fn push(&mut self, begin: usize, first: &Line, last: &Line) {
        self.edges.push((begin + first.start, begin + last.end));
        self.spans.push((first.place, last.place + last.length));
    }
}

/// Split documents, which are told by where they lie in a text.
pub fn split(signs: &Signs, text: &[u8], documents: &[(usize, usize)], how: How) -> Paragraphs {
    let mut out = Paragraphs::default();
    let mut found: Vec<Line> = Vec::new();
    for &(begin, end) in documents {
        let text = &text[begin..end];
        let before = out.edges.len();
        found.clear();
        lines(signs, text, &mut found);
        if perhaps_grouped(signs, text, &found, how) {
            let mut first = 0;
            for (line, together) in joined(signs, text, &found, how).into_iter().enumerate() {
                if !together {
                    out.push(begin, &found[first], &found[line]);
                    first = line + 1;
                }
            }
        } else {
            found.iter().for_each(|line| out.push(begin, line, line));
        }
        out.counts.push(out.edges.len() - before);
    }
    out
}
