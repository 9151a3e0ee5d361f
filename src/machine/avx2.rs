//! AVX2, with which counters are compared.

use super::{Inlined, Lanes, TALL, Tile, WIDE};
use std::arch::x86_64::*;

/// The instructions, which the processor has: only [`Instructions::lend`](super::Instructions::lend) makes this.
#[derive(Clone, Copy)]
pub(crate) struct Avx2(pub(super) ());

impl Lanes for Avx2 {
    #[inline(always)]
    fn compiled<W: Inlined>(self, work: W) -> W::Out {
        #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
        fn run<W: Inlined>(work: W, lanes: Avx2) -> W::Out {
            work.run(lanes)
        }
        // SAFETY: the processor has them.
        unsafe { run(work, self) }
    }

    // There is no comparison of unsigned numbers: what is left of one after a subtraction that stops at
    // zero is zero where it is not above the other.

    #[inline(always)]
    fn above_u8(self, counters: &[u8; 64], bar: u8) -> u64 {
        // SAFETY: the processor has the instructions; the array is 2 times 32 bytes long.
        unsafe {
            let (bar, zero) = (_mm256_set1_epi8(bar as i8), _mm256_setzero_si256());
            let half = |at: usize| {
                let counters = _mm256_loadu_si256(counters.as_ptr().add(32 * at).cast());
                let not_above = _mm256_cmpeq_epi8(_mm256_subs_epu8(counters, bar), zero);
                u64::from(!_mm256_movemask_epi8(not_above) as u32) << (32 * at)
            };
            half(0) | half(1)
        }
    }

    #[inline(always)]
    fn above_u16(self, counters: &[u16; 64], bar: u16) -> u64 {
        // SAFETY: the processor has the instructions; the array is 4 times 32 bytes long.
        unsafe {
            let (bar, zero) = (_mm256_set1_epi16(bar as i16), _mm256_setzero_si256());
            let half = |at: usize| {
                let quarter = |at: usize| {
                    let counters = _mm256_loadu_si256(counters.as_ptr().add(16 * at).cast());
                    _mm256_cmpeq_epi16(_mm256_subs_epu16(counters, bar), zero)
                };
                // Packed within halves of a register, whose middle quarters have to change places.
                let packed = _mm256_packs_epi16(quarter(2 * at), quarter(2 * at + 1));
                let not_above = _mm256_permute4x64_epi64::<0b11_01_10_00>(packed);
                u64::from(!_mm256_movemask_epi8(not_above) as u32) << (32 * at)
            };
            half(0) | half(1)
        }
    }

    #[inline(always)]
    fn reach_f32(self, sums: &[f32; 64], bar: f32) -> u64 {
        // SAFETY: the processor has the instructions; the array is 8 times 32 bytes long.
        unsafe {
            let bar = _mm256_set1_ps(bar);
            let mut bits = 0;
            for at in 0..8 {
                let sums = _mm256_loadu_ps(sums.as_ptr().add(8 * at));
                let eight = _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_GE_OQ>(sums, bar)) as u32;
                bits |= u64::from(eight) << (8 * at);
            }
            bits
        }
    }

    #[inline(always)]
    fn above_u32(self, counters: &[u32; 64], bar: u32) -> u64 {
        // SAFETY: the processor has the instructions; the array is 8 times 32 bytes long.
        unsafe {
            let sign = _mm256_set1_epi32(i32::MIN);
            let bar = _mm256_xor_si256(_mm256_set1_epi32(bar as i32), sign);
            let mut bits = 0;
            for at in 0..8 {
                let counters = _mm256_loadu_si256(counters.as_ptr().add(8 * at).cast());
                let above = _mm256_cmpgt_epi32(_mm256_xor_si256(counters, sign), bar);
                let eight = _mm256_movemask_ps(_mm256_castsi256_ps(above)) as u32;
                bits |= u64::from(eight) << (8 * at);
            }
            bits
        }
    }

    #[inline(always)]
    fn tile(self, values: impl Fn(usize) -> [f32; TALL], lines: &[[f32; WIDE]]) -> Tile {
        let mut tile = [[0.0; WIDE]; TALL];
        for (first, half) in [(0, 0), (4, 0), (0, 16), (4, 16)] {
            // SAFETY: the processor has the instructions; from `half` on the arrays are 2 times 32 bytes long.
            unsafe {
                let mut sums = [[_mm256_setzero_ps(); 2]; 4];
                for (at, line) in lines.iter().enumerate() {
                    let line = line.as_ptr().add(half);
                    let line = [_mm256_loadu_ps(line), _mm256_loadu_ps(line.add(8))];
                    let values = values(at);
                    for (row, sums) in sums.iter_mut().enumerate() {
                        let value = _mm256_set1_ps(values[first + row]);
                        // Not fused, as nowhere.
                        sums[0] = _mm256_add_ps(sums[0], _mm256_mul_ps(value, line[0]));
                        sums[1] = _mm256_add_ps(sums[1], _mm256_mul_ps(value, line[1]));
                    }
                }
                for (tile, sums) in tile[first..].iter_mut().zip(sums) {
                    let tile = tile.as_mut_ptr().add(half);
                    _mm256_storeu_ps(tile, sums[0]);
                    _mm256_storeu_ps(tile.add(8), sums[1]);
                }
            }
        }
        tile
    }
}
