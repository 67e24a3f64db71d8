//! Which of the lines that touch belong to one paragraph: `dedup/text/hard_wraps.py`, one document after the other.

use crate::characters::class;
use crate::lines::{Kind, Line, Shape, Signs, beginning, bits, bulleted, first_word, marked, open_end, shape, touch};
use crate::utf8;

const WIDEST: usize = 160;
const WIDEST_SPACELESS: usize = 80;
const NARROWEST: usize = 40;
const NARROWEST_SPACELESS: usize = 18;
const LONGEST_WORD: usize = 40;
/// Shares of the wider line's width: a ragged edge; a filled line; what a line has by itself, at least.
const NEAR: f64 = 0.8;
const FULL: f64 = 0.9;
const LEAST: f64 = 0.6;
const FEWEST_PLAIN: usize = 2;
const MOST_ENDED: f64 = 0.4;

/// How a text is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Each run of lines that touch is decided by itself.
    Auto,
    /// A line is a paragraph.
    Line,
    /// What stands between blank lines is a paragraph.
    Blank,
}

/// Return whether some lines of a document may belong together; else it has one paragraph a line.
pub fn perhaps_grouped(signs: &Signs, text: &[u8], lines: &[Line], how: How) -> bool {
    how == How::Blank
        || lines.iter().any(|line| marked(signs, text, line))
        || (how == How::Auto && lines.windows(2).any(|two| perhaps_wrapped(signs, text, &two[0], &two[1])))
}

fn perhaps_wrapped(signs: &Signs, text: &[u8], one: &Line, next: &Line) -> bool {
    let ends_in_space = |line: &Line| utf8::before(text, line.end).is_some_and(|(code, _)| signs.is_space(code));
    let wide = |line: &Line| line.length > WIDEST && !ends_in_space(line);
    // A line has at least so much with the next one's first word.
    if one.length + next.length < NARROWEST_SPACELESS || wide(one) || wide(next) || !touch(text, one, next) {
        return false;
    }
    let (code, behind) = utf8::decode(text, next.start);
    let second = if next.length > 1 { utf8::decode(text, next.start + behind).0 } else { code };
    // In capitals from end to end it may be, too.
    let capital = signs.is(code, bits::CAPITAL) && signs.is(second, bits::LOWER);
    let last = utf8::before(text, one.end).map_or(0, |(code, _)| code);
    !capital && !signs.is(last, bits::FINAL) && !bulleted(text, next)
}

/// Return for each line of a document whether it belongs to the same paragraph as the next one.
pub fn joined(signs: &Signs, text: &[u8], lines: &[Line], how: How) -> Vec<bool> {
    // Of each line, whether the next one touches it.
    let mut touches: Vec<bool> = lines.windows(2).map(|two| touch(text, &two[0], &two[1])).collect();
    touches.push(false);
    let near = |line: usize| touches[line] || (line > 0 && touches[line - 1]);
    let shapes: Vec<Shape> =
        lines.iter().enumerate().map(|(number, line)| shape(signs, text, line, near(number))).collect();
    let mut out = vec![false; lines.len()];
    for line in 0..lines.len().saturating_sub(1) {
        let (form, following) = (shapes[line].kind, shapes[line + 1].kind);
        let table = form == Kind::Table || following == Kind::Table;
        let alike = if table { form == following } else { how == How::Blank };
        out[line] = touches[line] && following != Kind::Fence && alike;
    }
    if how == How::Auto {
        for line in wrapped(&Document { signs, text, lines, shapes: &shapes }, &touches) {
            out[line] = true;
        }
    }
    // A closed fence is one paragraph under every reading, with all that it holds.
    let fences: Vec<usize> = (0..lines.len()).filter(|&line| shapes[line].kind == Kind::Fence).collect();
    for pair in fences.chunks_exact(2) {
        out[pair[0]..pair[1]].fill(true);
        out[pair[1]] = false;
    }
    out
}

/// A document that is looked at closely.
struct Document<'a> {
    signs: &'a Signs,
    text: &'a [u8],
    lines: &'a [Line],
    shapes: &'a [Shape],
}

/// A place at which a line that may have been wrapped touches the next one.
struct Joint {
    /// The line before it.
    line: usize,
    /// Columns at which the line and the next one end.
    first: usize,
    second: usize,
    /// Column at which it would end with the next line's first word.
    reach: usize,
    /// The line's end is open.
    open: bool,
    /// It ends in a broken word.
    hyphen: bool,
    /// What the next line begins with.
    begins: u16,
    /// Minimum and maximum width of wrapped lines.
    narrowest: usize,
    most: usize,
    /// The next line is indented further.
    deeper: bool,
    /// The line has several words.
    worded: bool,
}

impl Document<'_> {
    fn code_at(&self, at: usize) -> u32 {
        utf8::decode(self.text, at).0
    }

    fn joint(&self, line: usize) -> Joint {
        let (one, next) = (&self.shapes[line], &self.shapes[line + 1]);
        let stands_alone = |code| self.signs.class(code) == class::ALONE;
        let spaceless = stands_alone(self.code_at(next.first));
        let last = utf8::before(self.text, one.last).map_or(0, |(code, _)| code);
        let dense = spaceless || stands_alone(last);
        let word = |at| first_word(self.signs, self.text, at, LONGEST_WORD);
        let (open, hyphen) = open_end(self.signs, self.text, self.lines[line].start, one.last);
        Joint {
            line,
            first: one.width,
            second: next.width,
            reach: one.width + 1 + if spaceless { 0 } else { word(next.first) },
            open,
            hyphen,
            begins: beginning(self.signs, self.text, next.first, self.lines[line + 1].end),
            narrowest: if dense { NARROWEST_SPACELESS } else { NARROWEST },
            most: if dense { WIDEST_SPACELESS } else { WIDEST },
            deeper: next.indent > one.indent,
            worded: spaceless || word(one.first) < LONGEST_WORD.min(one.width.saturating_sub(one.indent)),
        }
    }

    /// Return whether a line says what the next one says: a wrap does not break a text so.
    fn is_same(&self, joint: &Joint) -> bool {
        let (one, next) = (&self.shapes[joint.line], &self.shapes[joint.line + 1]);
        joint.first == joint.second && self.text[one.first..one.last] == self.text[next.first..next.last]
    }

    /// Return whether a joint stands between lines that are written in capitals from end to end.
    fn is_shouted(&self, joint: &Joint) -> bool {
        let (mut at, end) = (self.shapes[joint.line].first, self.shapes[joint.line + 1].last);
        while at < end {
            let (code, bytes) = utf8::decode(self.text, at);
            if self.signs.is(code, bits::LOWER) {
                return false;
            }
            at += bytes;
        }
        true
    }

    /// Return whether a sentence runs across a joint; and whether it may be joined where one beside it is.
    fn runs_on(&self, joint: &Joint) -> (bool, bool) {
        let &Joint { first, second, reach, open, hyphen, begins, narrowest, deeper, worded, .. } = joint;
        let wide = first.max(second);
        let share = |width: usize, least: f64| width as f64 >= least * wide as f64;
        let full = share(reach, FULL);
        let small = begins & bits::SMALL != 0 && ((open && share(first, LEAST) && share(reach, NEAR)) || hyphen);
        let likely = first >= narrowest && worded && !self.is_same(joint);
        let running = likely && (small || (open && full && begins & bits::CAPITAL != 0 && self.is_shouted(joint)));
        // Around these also at a capital, if the line is as full; with its sentence's end, if nothing begins there.
        (running, full && first >= narrowest && (open || (reach > wide && !deeper)))
    }
}

/// Return the lines that a hard wrap broke off from the next one; `touches`: which lines the next one touches.
fn wrapped(document: &Document, touches: &[bool]) -> Vec<usize> {
    let follows = |&line: &usize| {
        let (one, next) = (&document.shapes[line], &document.shapes[line + 1]);
        next.kind == Kind::Text
            && matches!(one.kind, Kind::Text | Kind::Item)
            && one.width <= WIDEST
            && next.width <= WIDEST
    };
    let joints: Vec<Joint> =
        (0..touches.len()).filter(|&line| touches[line]).filter(follows).map(|line| document.joint(line)).collect();
    let mut out = Vec::new();
    // Lines that touch without a gap are a region.
    for region in joints.chunk_by(|one, next| next.line == one.line + 1) {
        let widest = region.iter().map(|joint| joint.first.max(joint.second)).max().unwrap_or(0);
        if is_steady(region, widest) {
            let fits = |joint: &&Joint| (joint.narrowest..=joint.most).contains(&widest);
            out.extend(region.iter().filter(fits).map(|joint| joint.line));
        }
        let found: Vec<(bool, bool)> = region.iter().map(|joint| document.runs_on(joint)).collect();
        let mut begun = 0;
        for run in found.chunk_by(|one, next| (one.0 || one.1) == (next.0 || next.1)) {
            if run.iter().any(|&(running, _)| running) {
                out.extend(region[begun..begun + run.len()].iter().map(|joint| joint.line));
            }
            begun += run.len();
        }
    }
    out
}

/// Return whether the lines of a region, without capitals, are all filled to the last word, most of them with open ends.
fn is_steady(region: &[Joint], widest: usize) -> bool {
    let plain = region.iter().filter(|joint| joint.open && joint.begins & bits::PLAIN != 0).count();
    let ended = region.iter().filter(|joint| !joint.open).count();
    region.iter().all(|joint| joint.reach > widest)
        && plain >= FEWEST_PLAIN
        && ended as f64 <= MOST_ENDED * region.len() as f64
}
