//! What every processor has: the twin of the others, and what they do not have.

use super::{Inlined, Lanes};

/// No vector instructions but those that the compiler may always use.
#[derive(Clone, Copy)]
pub(crate) struct Plain;

#[inline(always)]
fn above<T: Copy + PartialOrd>(counters: &[T; 64], bar: T) -> u64 {
    let mut bits = 0;
    for (at, &counter) in counters.iter().enumerate() {
        bits |= u64::from(counter > bar) << at;
    }
    bits
}

impl Lanes for Plain {
    fn compiled<W: Inlined>(self, work: W) -> W::Out {
        work.run(self)
    }

    #[inline(always)]
    fn above_u8(self, counters: &[u8; 64], bar: u8) -> u64 {
        above(counters, bar)
    }

    #[inline(always)]
    fn above_u16(self, counters: &[u16; 64], bar: u16) -> u64 {
        above(counters, bar)
    }

    #[inline(always)]
    fn above_u32(self, counters: &[u32; 64], bar: u32) -> u64 {
        above(counters, bar)
    }
}
