//! What the kernel asks of the machine: vector instructions, and to read ahead.
//!
//! This is the only place with `unsafe`, of these kinds:
//!
//! - A function that is compiled for some instructions is called only through a value ([`Avx512`],
//!   [`Avx2`]) that [`Instructions`] makes after it has asked the processor whether it has them.
//! - Loads and stores stay within slices and arrays that a reference holds; they need not be aligned.
//! - Hints of what will be read change nothing that can be seen.
//!
//! Whatever the instructions do is also done by [`Plain`], which has no `unsafe`, and tests hold the two
//! together; so results are the same for any.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;
use std::fmt;

/// Which instructions of the processor a fit uses. Results are the same for any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Instructions {
    /// What every processor of the kind that this was compiled for has.
    Plain,
    /// AVX2 and BMI, on x86-64: most since 2013.
    Avx2,
    /// AVX-512 with VBMI2, on x86-64: Intel's since 2019, AMD's since 2022.
    Avx512,
}

impl Instructions {
    /// All kinds, the widest last.
    pub const ALL: [Instructions; 3] = [
        Instructions::Plain,
        Instructions::Avx2,
        Instructions::Avx512,
    ];

    /// The widest that this processor has.
    pub fn best() -> Self {
        let had = Self::ALL.into_iter().rev().find(|kind| kind.are_here());
        had.unwrap_or(Instructions::Plain)
    }

    /// Whether this processor has them.
    pub fn are_here(self) -> bool {
        match self {
            Instructions::Plain => true,
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => {
                is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("bmi1")
                    && is_x86_feature_detected!("bmi2")
                    && is_x86_feature_detected!("popcnt")
            }
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => {
                Instructions::Avx2.are_here()
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512vbmi2")
            }
            #[cfg(not(target_arch = "x86_64"))]
            Instructions::Avx2 | Instructions::Avx512 => false,
        }
    }

    /// The kind's name, the same in every face.
    pub fn name(self) -> &'static str {
        match self {
            Instructions::Plain => "plain",
            Instructions::Avx2 => "avx2",
            Instructions::Avx512 => "avx512",
        }
    }

    /// Does some work with them; with the widest that this processor has, where it has them not.
    pub(crate) fn lend<T: Task>(self, task: T) -> T::Out {
        match if self.are_here() { self } else { Self::best() } {
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => task.run(Avx512(())),
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => task.run(Avx2(())),
            _ => task.run(Plain),
        }
    }
}

impl fmt::Display for Instructions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Work that is compiled once for each kind of instructions.
pub(crate) trait Task {
    type Out;
    fn run<L: Lanes>(self, lanes: L) -> Self::Out;
}

/// A small piece of work that is to be compiled for the instructions: its functions must be
/// `#[inline(always)]`, all the way down.
pub(crate) trait Inlined {
    type Out;
    fn run<L: Lanes>(self, lanes: L) -> Self::Out;
}

/// One kind of instructions.
pub(crate) trait Lanes: Copy + Send + Sync {
    /// Does a piece of work, compiled for these instructions.
    fn compiled<W: Inlined>(self, work: W) -> W::Out;
    /// Which of 64 counters are above a bar: the bit of each.
    fn above_u8(self, counters: &[u8; 64], bar: u8) -> u64;
    /// As [`Lanes::above_u8`].
    fn above_u16(self, counters: &[u16; 64], bar: u16) -> u64;
    /// As [`Lanes::above_u8`].
    fn above_u32(self, counters: &[u32; 64], bar: u32) -> u64;

    /// Which of 64 sums are no less than a bar: the bit of each.
    #[inline(always)]
    fn reach_f32(self, sums: &[f32; 64], bar: f32) -> u64 {
        let bit = |bits, (at, &sum): (usize, &f32)| bits | u64::from(sum >= bar) << at;
        sums.iter().enumerate().fold(0, bit)
    }

    /// Which of some numbers are not zero: the bit of each.
    #[inline(always)]
    fn not_zero(self, numbers: &[u64; 32]) -> u32 {
        let bit = |bits, (at, &number): (usize, &u64)| bits | u32::from(number != 0) << at;
        numbers.iter().enumerate().fold(0, bit)
    }

    /// Packs the counters whose bits are set, and the numbers of their places, counted from `first`. What
    /// stands behind them is anything.
    #[inline(always)]
    fn pack_u8(
        self,
        counters: &[u8; 64],
        bits: u64,
        first: u32,
        places: &mut Packed,
        values: &mut Packed,
    ) {
        pack(|at| u32::from(counters[at]), bits, first, places, values);
    }
    /// As [`Lanes::pack_u8`].
    #[inline(always)]
    fn pack_u16(
        self,
        counters: &[u16; 64],
        bits: u64,
        first: u32,
        places: &mut Packed,
        values: &mut Packed,
    ) {
        pack(|at| u32::from(counters[at]), bits, first, places, values);
    }
    /// As [`Lanes::pack_u8`].
    #[inline(always)]
    fn pack_u32(
        self,
        counters: &[u32; 64],
        bits: u64,
        first: u32,
        places: &mut Packed,
        values: &mut Packed,
    ) {
        pack(|at| counters[at], bits, first, places, values);
    }

    /// Parts keys into those above and those below a pivot, and says how many each are. Both have room for
    /// [`PARTED`] more than all; what stands behind is anything.
    #[inline(always)]
    fn part(
        self,
        keys: &[u64],
        pivot: u64,
        above: &mut [u64],
        below: &mut [u64],
    ) -> (usize, usize) {
        let (mut most, mut least) = (0usize, 0usize);
        for &key in keys {
            // Without a branch: where a key belongs cannot be predicted.
            above[most] = key;
            below[least] = key;
            most = most.wrapping_add(usize::from(key > pivot));
            least = least.wrapping_add(usize::from(key < pivot));
        }
        (most, least)
    }

    /// Keeps the keys from `least` on and the numbers that go with them, and says how many they are. Both
    /// have room for [`PARTED`] more than are kept; what stands behind is anything.
    #[inline(always)]
    fn keep(
        self,
        keys: &[u64],
        with: &[u32],
        least: u64,
        kept: &mut [u64],
        kept_with: &mut [u32],
    ) -> usize {
        let mut length = 0usize;
        for (&key, &number) in keys.iter().zip(with) {
            kept[length] = key;
            kept_with[length] = number;
            length = length.wrapping_add(usize::from(key >= least));
        }
        length
    }

    /// Each number times a scale, and which of them are no less than a bar: the bit of each.
    #[inline(always)]
    fn scaled(self, numbers: &[u64; LINE], scale: &[f64; LINE], bar: f64) -> ([f64; LINE], u8) {
        let mut scaled = *scale;
        for (scaled, &number) in scaled.iter_mut().zip(numbers) {
            *scaled *= number as f64;
        }
        let bit = |bits, (at, &number): (usize, &f64)| bits | u8::from(number >= bar) << at;
        let reach = scaled.iter().enumerate().fold(0, bit);
        (scaled, reach)
    }

    /// Packs the numbers whose bits are set, as bits, and the numbers of their places, counted from `first`.
    /// What stands behind them is anything.
    #[inline(always)]
    fn pack_line(
        self,
        numbers: &[f64; LINE],
        mut bits: u8,
        first: u32,
        packed: &mut [u64; LINE],
        places: &mut [u32; LINE],
    ) {
        for (packed, place) in packed.iter_mut().zip(places) {
            let lane = bits.trailing_zeros();
            *packed = numbers[lane as usize % LINE].to_bits();
            *place = first.wrapping_add(lane);
            bits &= bits.wrapping_sub(1);
        }
    }

    /// How many numbers are larger than each of some.
    #[inline(always)]
    fn larger(self, all: &[u32], some: &[u32; 16]) -> [u32; 16] {
        let mut larger = [0u32; 16];
        for &other in all {
            for (larger, &one) in larger.iter_mut().zip(some) {
                *larger = larger.wrapping_add(u32::from(other > one));
            }
        }
        larger
    }
}

/// Tells the processor that what stands at a place will be read soon.
#[inline(always)]
pub(crate) fn fetch<T>(values: &[T], at: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint, which every x86-64 processor takes for any address.
    unsafe {
        _mm_prefetch::<_MM_HINT_T0>(values.as_ptr().wrapping_add(at).cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (values, at);
}

/// So many numbers of 64 bits stand beside one another where the processor reads them.
pub(crate) const LINE: usize = 8;

/// How much more room [`Lanes::part`] needs than there are keys.
pub(crate) const PARTED: usize = 8;

/// Up to 64 numbers.
pub(crate) type Packed = [u32; 64];

#[inline(always)]
fn pack(
    value: impl Fn(usize) -> u32,
    mut bits: u64,
    first: u32,
    places: &mut Packed,
    values: &mut Packed,
) {
    for (place, packed) in places.iter_mut().zip(values) {
        if bits == 0 {
            return;
        }
        let lane = bits.trailing_zeros();
        bits &= bits - 1;
        *place = first.wrapping_add(lane);
        *packed = value(lane as usize);
    }
}

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

/// AVX-512, which the processor has: only [`Instructions::lend`] makes it.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(crate) struct Avx512(());

#[cfg(target_arch = "x86_64")]
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
            let lanes = _mm512_loadu_si512(LANES.as_ptr().cast());
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
}

/// 0 to 63.
#[cfg(target_arch = "x86_64")]
static LANES: [u8; 64] = {
    let mut lanes = [0; 64];
    let mut at = 0;
    while at < 64 {
        lanes[at] = at as u8;
        at += 1;
    }
    lanes
};

/// AVX2, which the processor has: only [`Instructions::lend`] makes it.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(crate) struct Avx2(());

#[cfg(target_arch = "x86_64")]
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
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers about the bars and the ends of their types.
    struct Compare;

    impl Task for Compare {
        type Out = ();

        fn run<L: Lanes>(self, lanes: L) {
            let mut state = 7u32;
            for _ in 0..2_000 {
                let mut next = || {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    match state >> 29 {
                        0 => 0,
                        1 => u32::MAX,
                        2 | 3 => (state >> 8) % 4,
                        4 => 0x7f7f_7f7f + (state >> 8) % 4,
                        5 => 0x8080_8080 - (state >> 8) % 4,
                        _ => state.rotate_left(11),
                    }
                };
                let (wide, bar): ([u32; 64], u32) = (std::array::from_fn(|_| next()), next());
                let middle = wide.map(|counter| counter as u16);
                let narrow = wide.map(|counter| counter as u8);
                let plain = Plain;
                assert_eq!(lanes.above_u32(&wide, bar), plain.above_u32(&wide, bar));
                let bar = bar as u16;
                assert_eq!(lanes.above_u16(&middle, bar), plain.above_u16(&middle, bar));
                let bar = bar as u8;
                assert_eq!(lanes.above_u8(&narrow, bar), plain.above_u8(&narrow, bar));
            }
        }
    }

    #[test]
    fn every_kind_of_instructions_compares_alike() {
        for kind in Instructions::ALL {
            kind.lend(Compare);
        }
    }
}
