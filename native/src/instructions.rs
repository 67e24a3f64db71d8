//! Which instructions the vector code uses. All give the same bits; what is detected only changes how long it takes.

/// A set of instructions that this machine has: only [`Instructions::available`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instructions(Set);

/// The sets that functions are compiled for. "Plain" is what every machine of the architecture has: SSE2, or NEON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    /// What every machine of this architecture has.
    Plain,
    /// 32 bytes at a time.
    Avx2,
    /// 64 bytes at a time.
    Avx512,
}

impl Instructions {
    /// Return what this machine has, the best one last.
    pub fn available() -> Vec<Self> {
        let mut found = vec![Self(Set::Plain)];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") {
                found.push(Self(Set::Avx2));
                if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl") {
                    found.push(Self(Set::Avx512));
                }
            }
        }
        found
    }

    /// Return which set it is.
    pub fn set(self) -> Set {
        self.0
    }

    /// Return its name.
    pub fn name(self) -> &'static str {
        match self.0 {
            Set::Plain => "plain",
            Set::Avx2 => "avx2",
            Set::Avx512 => "avx512",
        }
    }
}
