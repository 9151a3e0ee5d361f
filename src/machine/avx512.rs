//! AVX-512, with which counters are packed in a few steps.

use super::{Inlined, LINE, Lanes, PARTED, Packed, TALL, Tile, WIDE};
use std::arch::x86_64::*;

/// The instructions, which the processor has: only [`Instructions::lend`](super::Instructions::lend) makes this.
#[derive(Clone, Copy)]
pub(crate) struct Avx512(pub(super) ());

impl Lanes for Avx512 {
    #[inline(always)]
    fn compiled<W: Inlined>(self, work: W) -> W::Out {
        #[target_feature(
            enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2,avx2,bmi1,bmi2,popcnt"
        )]
        fn run<W: Inlined>(work: W, lanes: Avx512) -> W::Out {
            work.run(lanes)
        }
        // SAFETY: the processor has them.
        unsafe { run(work, self) }
    }

    #[inline(always)]
    fn above_u8(self, counters: &[u8; 64], bar: u8) -> u64 {
        // SAFETY: the processor has the instructions; the array is 64 bytes long.
        unsafe {
            let counters = _mm512_loadu_si512(counters.as_ptr().cast());
            _mm512_cmpgt_epu8_mask(counters, _mm512_set1_epi8(bar as i8))
        }
    }

    #[inline(always)]
    fn above_u16(self, counters: &[u16; 64], bar: u16) -> u64 {
        // SAFETY: the processor has the instructions; the array is 2 times 64 bytes long.
        unsafe {
            let bar = _mm512_set1_epi16(bar as i16);
            let half = |at: usize| {
                let counters = _mm512_loadu_si512(counters.as_ptr().add(32 * at).cast());
                u64::from(_mm512_cmpgt_epu16_mask(counters, bar))
            };
            half(0) | half(1) << 32
        }
    }

    #[inline(always)]
    fn above_u32(self, counters: &[u32; 64], bar: u32) -> u64 {
        // SAFETY: the processor has the instructions; the array is 4 times 64 bytes long.
        unsafe {
            let bar = _mm512_set1_epi32(bar as i32);
            let quarter = |at: usize| {
                let counters = _mm512_loadu_si512(counters.as_ptr().add(16 * at).cast());
                u64::from(_mm512_cmpgt_epu32_mask(counters, bar)) << (16 * at)
            };
            quarter(0) | quarter(1) | quarter(2) | quarter(3)
        }
    }

    #[inline(always)]
    fn reach_f32(self, sums: &[f32; 64], bar: f32) -> u64 {
        // SAFETY: the processor has the instructions; the array is 4 times 64 bytes long.
        unsafe {
            let bar = _mm512_set1_ps(bar);
            let quarter = |at: usize| {
                let sums = _mm512_loadu_ps(sums.as_ptr().add(16 * at));
                u64::from(_mm512_cmp_ps_mask::<_CMP_GE_OQ>(sums, bar)) << (16 * at)
            };
            quarter(0) | quarter(1) | quarter(2) | quarter(3)
        }
    }

    #[inline(always)]
    fn not_zero(self, numbers: &[u64; 32]) -> u32 {
        let eight = |bits, (at, eight): (usize, &[u64; 8])| {
            // SAFETY: the processor has the instructions; the array is 64 bytes long.
            unsafe {
                let eight = _mm512_loadu_si512(eight.as_ptr().cast());
                bits | u32::from(_mm512_test_epi64_mask(eight, eight)) << (8 * at)
            }
        };
        numbers.as_chunks().0.iter().enumerate().fold(0, eight)
    }

    #[inline(always)]
    fn pack_u8(
        self,
        counters: &[u8; 64],
        bits: u64,
        first: u32,
        places: &mut Packed,
        values: &mut Packed,
    ) {
        // SAFETY: the processor has the instructions; the arrays are 64 bytes and 4 times 64 bytes long, and
        // the loop ends after four times.
        unsafe {
            // Into themselves, not into zeros: Zen 4 and 5 wait for what a zeroed register held before.
            let lanes = _mm512_loadu_si512(PLACES.as_ptr().cast());
            let mut lanes = _mm512_mask_compress_epi8(lanes, bits, lanes);
            let counters = _mm512_loadu_si512(counters.as_ptr().cast());
            let mut counters = _mm512_mask_compress_epi8(counters, bits, counters);
            let first = _mm512_set1_epi32(first as i32);
            let count = bits.count_ones() as usize;
            for at in 0..4 {
                let sixteen = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(lanes));
                let sixteen = _mm512_add_epi32(sixteen, first);
                _mm512_storeu_si512(places.as_mut_ptr().add(16 * at).cast(), sixteen);
                let sixteen = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(counters));
                _mm512_storeu_si512(values.as_mut_ptr().add(16 * at).cast(), sixteen);
                if count <= 16 * (at + 1) {
                    return;
                }
                lanes = _mm512_alignr_epi64::<2>(lanes, lanes);
                counters = _mm512_alignr_epi64::<2>(counters, counters);
            }
        }
    }

    #[inline(always)]
    fn part(
        self,
        keys: &[u64],
        pivot: u64,
        above: &mut [u64],
        below: &mut [u64],
    ) -> (usize, usize) {
        let room = keys.len() + PARTED;
        let (above, below) = (&mut above[..room], &mut below[..room]);
        let (mut most, mut least) = (0, 0);
        // SAFETY: the processor has the instructions. A load reads eight keys, or those that are left of
        // them. No more keys are kept than were read, so what is written to, eight places at once, ends
        // within the room.
        unsafe {
            let pivot = _mm512_set1_epi64(pivot as i64);
            let mut at = 0;
            while at < keys.len() {
                let here = match keys.len() - at {
                    left @ 0..8 => (1u8 << left) - 1,
                    _ => u8::MAX,
                };
                let eight = _mm512_maskz_loadu_epi64(here, keys.as_ptr().add(at).cast());
                let larger = _mm512_mask_cmpgt_epu64_mask(here, eight, pivot);
                let smaller = _mm512_mask_cmplt_epu64_mask(here, eight, pivot);
                let packed = _mm512_mask_compress_epi64(eight, larger, eight);
                _mm512_storeu_si512(above.as_mut_ptr().add(most).cast(), packed);
                let packed = _mm512_mask_compress_epi64(eight, smaller, eight);
                _mm512_storeu_si512(below.as_mut_ptr().add(least).cast(), packed);
                most += larger.count_ones() as usize;
                least += smaller.count_ones() as usize;
                at += 8;
            }
        }
        (most, least)
    }

    #[inline(always)]
    fn keep(
        self,
        keys: &[u64],
        with: &[u32],
        least: u64,
        kept: &mut [u64],
        kept_with: &mut [u32],
    ) -> usize {
        let (with, mut length, mut at) = (&with[..keys.len()], 0, 0);
        while at < keys.len() {
            let here = match keys.len() - at {
                left @ 0..8 => (1u8 << left) - 1,
                _ => u8::MAX,
            };
            let (kept, kept_with) = (&mut kept[length..][..8], &mut kept_with[length..][..8]);
            // SAFETY: the processor has the instructions. A load reads eight numbers, or those that are left
            // of them; eight are written, for which there is room.
            unsafe {
                let eight = _mm512_maskz_loadu_epi64(here, keys.as_ptr().add(at).cast());
                let among =
                    _mm512_mask_cmpge_epu64_mask(here, eight, _mm512_set1_epi64(least as i64));
                let packed = _mm512_mask_compress_epi64(eight, among, eight);
                _mm512_storeu_si512(kept.as_mut_ptr().cast(), packed);
                let eight = _mm256_maskz_loadu_epi32(here, with.as_ptr().add(at).cast());
                let packed = _mm256_mask_compress_epi32(eight, among, eight);
                _mm256_storeu_si256(kept_with.as_mut_ptr().cast(), packed);
                length += among.count_ones() as usize;
            }
            at += 8;
        }
        length
    }

    #[inline(always)]
    fn scaled(self, numbers: &[u64; LINE], scale: &[f64; LINE], bar: f64) -> ([f64; LINE], u8) {
        // SAFETY: the processor has the instructions; the arrays are 64 bytes long.
        unsafe {
            let numbers = _mm512_cvtepu64_pd(_mm512_loadu_si512(numbers.as_ptr().cast()));
            let scaled = _mm512_mul_pd(numbers, _mm512_loadu_pd(scale.as_ptr()));
            let reach = _mm512_cmp_pd_mask::<_CMP_GE_OQ>(scaled, _mm512_set1_pd(bar));
            let mut told = [0.0; LINE];
            _mm512_storeu_pd(told.as_mut_ptr(), scaled);
            (told, reach)
        }
    }

    #[inline(always)]
    fn pack_line(
        self,
        numbers: &[f64; LINE],
        bits: u8,
        first: u32,
        packed: &mut [u64; LINE],
        places: &mut [u32; LINE],
    ) {
        // SAFETY: the processor has the instructions; the arrays are 64 and 32 bytes long.
        unsafe {
            let numbers = _mm512_loadu_si512(numbers.as_ptr().cast());
            let numbers = _mm512_mask_compress_epi64(numbers, bits, numbers);
            _mm512_storeu_si512(packed.as_mut_ptr().cast(), numbers);
            let eight = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
            let eight = _mm256_add_epi32(eight, _mm256_set1_epi32(first as i32));
            let eight = _mm256_mask_compress_epi32(eight, bits, eight);
            _mm256_storeu_si256(places.as_mut_ptr().cast(), eight);
        }
    }

    #[inline(always)]
    fn larger(self, all: &[u32], some: &[u32; 16]) -> [u32; 16] {
        // SAFETY: the processor has the instructions; the arrays are 64 bytes long.
        unsafe {
            let some = _mm512_loadu_si512(some.as_ptr().cast());
            let mut counts = [_mm512_setzero_si512(); 2];
            let one = _mm512_set1_epi32(1);
            let (pairs, last) = all.as_chunks::<2>();
            for pair in pairs {
                for (count, &other) in counts.iter_mut().zip(pair) {
                    let above = _mm512_cmpgt_epu32_mask(_mm512_set1_epi32(other as i32), some);
                    *count = _mm512_mask_add_epi32(*count, above, *count, one);
                }
            }
            for &other in last {
                let above = _mm512_cmpgt_epu32_mask(_mm512_set1_epi32(other as i32), some);
                counts[0] = _mm512_mask_add_epi32(counts[0], above, counts[0], one);
            }
            let mut larger = [0; 16];
            _mm512_storeu_si512(
                larger.as_mut_ptr().cast(),
                _mm512_add_epi32(counts[0], counts[1]),
            );
            larger
        }
    }

    #[inline(always)]
    fn tile(self, values: impl Fn(usize) -> [f32; TALL], lines: &[[f32; WIDE]]) -> Tile {
        // SAFETY: the processor has the instructions; the arrays are 2 times 64 bytes long.
        unsafe {
            let mut sums = [[_mm512_setzero_ps(); 2]; TALL];
            for (at, line) in lines.iter().enumerate() {
                let line = line.as_ptr();
                let line = [_mm512_loadu_ps(line), _mm512_loadu_ps(line.add(16))];
                for (sums, value) in sums.iter_mut().zip(values(at)) {
                    let value = _mm512_set1_ps(value);
                    // Not fused, as nowhere.
                    sums[0] = _mm512_add_ps(sums[0], _mm512_mul_ps(value, line[0]));
                    sums[1] = _mm512_add_ps(sums[1], _mm512_mul_ps(value, line[1]));
                }
            }
            let mut tile = [[0.0; WIDE]; TALL];
            for (tile, sums) in tile.iter_mut().zip(sums) {
                _mm512_storeu_ps(tile.as_mut_ptr(), sums[0]);
                _mm512_storeu_ps(tile.as_mut_ptr().add(16), sums[1]);
            }
            tile
        }
    }
}

/// 0 to 63.
static PLACES: [u8; 64] = {
    let mut lanes = [0; 64];
    let mut at = 0;
    while at < 64 {
        lanes[at] = at as u8;
        at += 1;
    }
    lanes
};
