//! BLAKE2b (RFC 7693) without a key, of many short messages abreast.
//!
//! The messages of a batch do not depend on one another: each lane of a vector register hashes one, and takes the next
//! one when it is done. Written as loops over lanes, which the compiler turns into vector instructions.

use crate::instructions::{Instructions, Set};

const IV: [u64; 8] = [
    0x6A09_E667_F3BC_C908,
    0xBB67_AE85_84CA_A73B,
    0x3C6E_F372_FE94_F82B,
    0xA54F_F53A_5F1D_36F1,
    0x510E_527F_ADE6_82D1,
    0x9B05_688C_2B3E_6C1F,
    0x1F83_D9AB_FB41_BD6B,
    0x5BE0_CD19_137E_2179,
];
const SIGMA: [[usize; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];
/// The columns and diagonals that each round mixes.
const QUARTERS: [[usize; 4]; 8] = [
    [0, 4, 8, 12],
    [1, 5, 9, 13],
    [2, 6, 10, 14],
    [3, 7, 11, 15],
    [0, 5, 10, 15],
    [1, 6, 11, 12],
    [2, 7, 8, 13],
    [3, 4, 9, 14],
];
const ROUNDS: usize = 12;
/// Bytes of a block.
const BLOCK: usize = 128;

/// One word of each lane.
type Lanes<const N: usize> = [u64; N];

/// Some messages that are being hashed, one in each lane.
struct State<const N: usize> {
    h: [Lanes<N>; 8],
    m: [Lanes<N>; 16],
    /// Bytes taken in.
    count: Lanes<N>,
    /// All bits where the block is the message's last one.
    last: Lanes<N>,
}

#[inline(always)]
fn quarter<const N: usize>(v: &mut [Lanes<N>; 16], [a, b, c, d]: [usize; 4], x: &Lanes<N>, y: &Lanes<N>) {
    for (addend, first, second) in [(x, 32, 24), (y, 16, 63)] {
        for lane in 0..N {
            v[a][lane] = v[a][lane].wrapping_add(v[b][lane]).wrapping_add(addend[lane]);
        }
        for lane in 0..N {
            v[d][lane] = (v[d][lane] ^ v[a][lane]).rotate_right(first);
        }
        for lane in 0..N {
            v[c][lane] = v[c][lane].wrapping_add(v[d][lane]);
        }
        for lane in 0..N {
            v[b][lane] = (v[b][lane] ^ v[c][lane]).rotate_right(second);
        }
    }
}

impl<const N: usize> State<N> {
    /// Mix a block into each lane.
    #[inline(always)]
    fn compress(&mut self) {
        let mut v = [[0; N]; 16];
        for word in 0..8 {
            v[word] = self.h[word];
            v[word + 8] = [IV[word]; N];
        }
        for lane in 0..N {
            v[12][lane] ^= self.count[lane];
            v[14][lane] ^= self.last[lane];
        }
        for round in 0..ROUNDS {
            let order = &SIGMA[round % SIGMA.len()];
            for (index, places) in QUARTERS.into_iter().enumerate() {
                quarter(&mut v, places, &self.m[order[2 * index]], &self.m[order[2 * index + 1]]);
            }
        }
        for word in 0..8 {
            for lane in 0..N {
                self.h[word][lane] ^= v[word][lane] ^ v[word + 8][lane];
            }
        }
    }

    /// Begin with a message in a lane.
    #[inline(always)]
    fn begin(&mut self, lane: usize, digest: u64, salt: u64) {
        for word in 0..8 {
            self.h[word][lane] = IV[word];
        }
        // Bytes of the digest; no key; a tree of one leaf.
        self.h[0][lane] ^= 0x0101_0000 | digest;
        self.h[4][lane] ^= salt;
        self.count[lane] = 0;
        self.last[lane] = 0;
    }

    /// Put the next block of a message into a lane; an empty message has one.
    #[inline(always)]
    fn load(&mut self, lane: usize, message: &[u8]) {
        let begun = self.count[lane] as usize;
        let rest = &message[begun..];
        let mut padded = [0; BLOCK];
        let block: &[u8; BLOCK] = match rest.first_chunk() {
            Some(whole) => whole,
            None => {
                padded[..rest.len()].copy_from_slice(rest);
                &padded
            }
        };
        for word in 0..16 {
            let bytes: [u8; 8] = std::array::from_fn(|byte| block[8 * word + byte]);
            self.m[word][lane] = u64::from_le_bytes(bytes);
        }
        self.count[lane] = (begun + rest.len().min(BLOCK)) as u64;
        self.last[lane] = if rest.len() <= BLOCK { u64::MAX } else { 0 };
    }
}

/// Hash messages, as many at a time as there are lanes.
#[inline(always)]
fn abreast<'a, const N: usize>(
    number: usize,
    message: impl Fn(usize) -> &'a [u8],
    salt: impl Fn(usize) -> u64,
    out: &mut [[u64; 2]],
) {
    let mut state = State::<N> { h: [[0; N]; 8], m: [[0; N]; 16], count: [0; N], last: [0; N] };
    let mut lanes: [Option<usize>; N] = [None; N];
    let (mut next, mut busy) = (0, 0);
    loop {
        for lane in 0..N {
            if lanes[lane].is_none() && next < number {
                lanes[lane] = Some(next);
                state.begin(lane, 16, salt(next));
                next += 1;
                busy += 1;
            }
            if let Some(one) = lanes[lane] {
                state.load(lane, message(one));
            }
        }
        if busy == 0 {
            return;
        }
        state.compress();
        for lane in 0..N {
            if let Some(one) = lanes[lane]
                && state.last[lane] != 0
            {
                out[one] = [state.h[0][lane], state.h[1][lane]];
                lanes[lane] = None;
                busy -= 1;
            }
        }
    }
}

/// Spans of a text, and their salts.
pub struct Messages<'a> {
    /// The text.
    pub text: &'a [u8],
    /// First byte of each span, and the first one behind it.
    pub edges: &'a [(usize, usize)],
    /// One for each span, or none.
    pub salts: Option<&'a [u64]>,
}

impl Messages<'_> {
    #[inline(always)]
    fn digest<const N: usize>(&self, out: &mut [[u64; 2]]) {
        let message = |one: usize| &self.text[self.edges[one].0..self.edges[one].1];
        abreast::<N>(self.edges.len(), message, |one| self.salts.map_or(0, |salts| salts[one]), out);
    }

    /// Return the digests of 128 bits, as two words each.
    pub fn digests(&self, instructions: Instructions) -> Vec<[u64; 2]> {
        let mut out = vec![[0; 2]; self.edges.len()];
        match instructions.set() {
            // SAFETY: there are `Instructions` of this set only where the machine has them.
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => unsafe { digest_avx512(self, &mut out) },
            // SAFETY: likewise.
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => unsafe { digest_avx2(self, &mut out) },
            _ => self.digest::<1>(&mut out),
        }
        out
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn digest_avx2(messages: &Messages, out: &mut [[u64; 2]]) {
    messages.digest::<4>(out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl")]
fn digest_avx512(messages: &Messages, out: &mut [[u64; 2]]) {
    messages.digest::<8>(out);
}

/// Return the digest of 64 bits of one message.
pub fn short_digest(message: &[u8]) -> u64 {
    let mut state = State::<1> { h: [[0]; 8], m: [[0]; 16], count: [0], last: [0] };
    state.begin(0, 8, 0);
    while state.last[0] == 0 {
        state.load(0, message);
        state.compress();
    }
    state.h[0][0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_reference() {
        // hashlib.blake2b(message, digest_size=16, salt=salt)
        let messages: [&[u8]; 3] = [b"", b"abc", &[b'x'; 300]];
        let edges = [(0, 0), (0, 3), (3, 303)];
        let text = messages.concat();
        for instructions in Instructions::available() {
            let plain = Messages { text: &text, edges: &edges, salts: None }.digests(instructions);
            assert_eq!(plain, PLAIN, "{}", instructions.name());
            let salted = Messages { text: &text, edges: &edges, salts: Some(&[1, 2, 3]) }.digests(instructions);
            assert_eq!(salted, SALTED, "{}", instructions.name());
        }
        assert_eq!(short_digest(&[b'x'; 300]), SHORT);
    }

    #[test]
    fn lanes_do_not_mind_one_another() {
        let text: Vec<u8> = (0..40_000u32).map(|i| (i.wrapping_mul(i) >> 7) as u8).collect();
        let edges: Vec<(usize, usize)> = (0..199).map(|i| (i, i + (i * 37) % 700)).collect();
        let messages = Messages { text: &text, edges: &edges, salts: None };
        let each: Vec<Vec<[u64; 2]>> =
            Instructions::available().into_iter().map(|instructions| messages.digests(instructions)).collect();
        assert!(each.windows(2).all(|pair| pair[0] == pair[1]));
    }

    const PLAIN: [[u64; 2]; 3] = [
        [0x40BD_EFD9_4169_E6CA, 0x7076_A68E_7588_4D4E],
        [0x2B8D_2BC6_91B7_4ACF, 0x1678_2875_02C9_0921],
        [0x12E4_7918_E493_F0C2, 0xE433_65ED_C0FC_0B28],
    ];
    const SALTED: [[u64; 2]; 3] = [
        [0x2C8F_7549_FEC2_2981, 0x2768_DE3C_E942_160F],
        [0xEF42_F0CB_50A4_6742, 0x29FB_D1DA_83B9_D1C7],
        [0x014B_4395_A65A_2665, 0xE66D_988A_1FE6_B69A],
    ];
    const SHORT: u64 = 0x1546_D9CA_C139_B512;
}
