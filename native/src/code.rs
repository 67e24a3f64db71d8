//! Blocks of code, of which the witness must have all lines as they are: `dedup/verdict/code.py`.

use crate::sieve::Side;

/// Bytes in which a fence begins: 16 characters, and the fence itself.
const FRONT: usize = 80;
/// Bytes before a fence that is one in any case.
const INDENT: usize = 12;
const FENCES: [&[u8]; 2] = [b"```", b"~~~"];
/// What ends a line besides a line feed, and is not ASCII.
const LINE_ENDS: [&str; 3] = ["\u{85}", "\u{2028}", "\u{2029}"];

/// Return whether a paragraph may be a block of code.
pub fn may_be(text: &[u8]) -> bool {
    has_fence(&text[..text.len().min(FRONT)])
}

/// Return whether a block of code certainly has other lines than the witness.
pub fn differs(witness: &Side, candidate: &Side) -> bool {
    match (inner(witness), inner(candidate)) {
        (Some(theirs), Some(ours)) => theirs != ours,
        _ => false,
    }
}

/// Return the tokens between two fences; None unless these are one line each, and no other line may be a fence.
fn inner<'a>(side: &Side<'a>) -> Option<&'a [u64]> {
    let feed = |byte: &u8| *byte == b'\n';
    let (first, last) = (side.text.iter().position(feed)?, side.text.iter().rposition(feed)?);
    let (front, back) = (&side.text[..first], side.text[last..].trim_ascii());
    let indent = front.len() - front.trim_ascii_start().len();
    let fence = FENCES.into_iter().find(|fence| front[indent..].starts_with(fence))?;
    let name = front[indent + fence.len()..].iter().skip_while(|byte| **byte == fence[0]);
    let is_name = |byte: &u8| matches!(byte, b' '..=b'~') && *byte != b'`';
    let body = &side.text[first..last.max(first)];
    let is_plain = body.iter().all(|byte| *byte >= b' ' || b"\n\t".contains(byte))
        && !LINE_ENDS.into_iter().any(|end| body.windows(end.len()).any(|some| some == end.as_bytes()));
    let is_block = indent <= INDENT && name.clone().all(is_name) && back == fence && !has_fence(body) && is_plain;
    let place = |at: usize| side.edges.partition_point(|&(start, _)| start < at);
    is_block.then(|| &side.tokens.hashes[place(first)..place(last)])
}

fn has_fence(text: &[u8]) -> bool {
    FENCES.into_iter().any(|fence| text.windows(fence.len()).any(|some| some == fence))
}
