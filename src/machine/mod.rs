//! What the kernel asks of the machine: vector instructions, and to read ahead.
//!
//! This module is the only place with `unsafe`, of these kinds:
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
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod plain;

#[cfg(target_arch = "x86_64")]
use avx2::Avx2;
#[cfg(target_arch = "x86_64")]
use avx512::Avx512;
use plain::Plain;
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

    /// The kind's name.
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
        pack(counters, bits, first, places, values);
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

    /// The sums of eight values times a line each: `values(at)[row] * lines[at][column]`, each a multiplication
    /// and an addition, by rising `at`.
    #[inline(always)]
    fn tile(self, values: impl Fn(usize) -> [f32; TALL], lines: &[[f32; WIDE]]) -> Tile {
        /// Rows and columns at a time: as much as stays in registers.
        const PART: (usize, usize) = (4, 8);
        let mut tile = [[0f32; WIDE]; TALL];
        for (first, column) in (0..8).map(|at| (at % 2 * PART.0, at / 2)) {
            let mut sums = [[0f32; PART.1]; PART.0];
            for (at, line) in lines.iter().enumerate() {
                let values = values(at);
                let line = &line.as_chunks::<{ PART.1 }>().0[column];
                for row in 0..PART.0 {
                    for (sum, &other) in sums[row].iter_mut().zip(line) {
                        *sum += values[first + row] * other;
                    }
                }
            }
            for (tile, sums) in tile[first..].iter_mut().zip(&sums) {
                tile.as_chunks_mut::<{ PART.1 }>().0[column] = *sums;
            }
        }
        tile
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
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(values.as_ptr().wrapping_add(at).cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (values, at);
}

/// Rows of a tile of a product.
pub(crate) const TALL: usize = 8;

/// Columns of a tile of a product.
pub(crate) const WIDE: usize = 32;

/// Sums that are made side by side.
pub(crate) type Tile = [[f32; WIDE]; TALL];

/// So many numbers of 64 bits stand beside one another where the processor reads them.
pub(crate) const LINE: usize = 8;

/// How much more room [`Lanes::part`] needs than there are keys.
pub(crate) const PARTED: usize = 8;

/// Up to 64 numbers.
pub(crate) type Packed = [u32; 64];

/// As [`Lanes::pack_u8`], of any counters.
#[inline(always)]
pub(crate) fn pack<T: Copy + Into<u32>>(
    counters: &[T; 64],
    mut bits: u64,
    first: u32,
    places: &mut Packed,
    values: &mut Packed,
) {
    for (place, value) in places.iter_mut().zip(values) {
        if bits == 0 {
            return;
        }
        let lane = bits.trailing_zeros();
        bits &= bits - 1;
        (*place, *value) = (
            first.wrapping_add(lane),
            counters[lane as usize % 64].into(),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers about the bars and the ends of their types.
    struct Dice(u32);

    impl Dice {
        fn next(&mut self) -> u32 {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let some = self.0 >> 8;
            match self.0 >> 29 {
                0 => 0,
                1 => u32::MAX,
                2 | 3 => some % 4,
                4 => 0x7f7f_7f7f + some % 4,
                5 => 0x8080_8080 - some % 4,
                _ => self.0.rotate_left(11),
            }
        }

        fn some<T, const N: usize>(&mut self, made: impl Fn(u32) -> T) -> [T; N] {
            std::array::from_fn(|_| made(self.next()))
        }

        fn key(&mut self) -> u64 {
            u64::from(self.next()) << 32 | u64::from(self.next() % 3)
        }
    }

    /// Compares all that some instructions do with what the plain ones do.
    struct Compare;

    impl Task for Compare {
        type Out = ();

        fn run<L: Lanes>(self, lanes: L) {
            lanes.compiled(self);
        }
    }

    impl Inlined for Compare {
        type Out = ();

        #[inline(always)]
        fn run<L: Lanes>(self, lanes: L) {
            let mut dice = Dice(7);
            for round in 0..2_000 {
                blocks(lanes, &mut dice);
                lines(lanes, &mut dice);
                keys(lanes, &mut dice, round % 70);
            }
        }
    }

    #[inline(always)]
    fn blocks<L: Lanes>(lanes: L, dice: &mut Dice) {
        let (wide, bar): ([u32; 64], u32) = (dice.some(|number| number), dice.next());
        assert_eq!(lanes.above_u32(&wide, bar), Plain.above_u32(&wide, bar));
        let (middle, short) = (wide.map(|counter| counter as u16), bar as u16);
        assert_eq!(
            lanes.above_u16(&middle, short),
            Plain.above_u16(&middle, short)
        );
        let (narrow, byte) = (wide.map(|counter| counter as u8), bar as u8);
        let bits = lanes.above_u8(&narrow, byte);
        assert_eq!(bits, Plain.above_u8(&narrow, byte));

        let mut packed = ([0; 64], [0; 64]);
        lanes.pack_u8(&narrow, bits, 1_000, &mut packed.0, &mut packed.1);
        let mut plain = ([0; 64], [0; 64]);
        Plain.pack_u8(&narrow, bits, 1_000, &mut plain.0, &mut plain.1);
        let many = bits.count_ones() as usize;
        assert_eq!(packed.0[..many], plain.0[..many]);
        assert_eq!(packed.1[..many], plain.1[..many]);

        let sums: [f32; 64] = dice.some(|number| (number % 9) as f32);
        let bar = (dice.next() % 9) as f32;
        assert_eq!(lanes.reach_f32(&sums, bar), Plain.reach_f32(&sums, bar));
        let numbers: [u64; 32] = dice.some(|number| u64::from(number % 2) << 40);
        assert_eq!(lanes.not_zero(&numbers), Plain.not_zero(&numbers));
        let some: [u32; 16] = dice.some(|number| number % 9);
        let tenth = |number: u32| (number % 99) as f32 * 0.1;
        let tall: Vec<[f32; TALL]> = (0..9).map(|_| dice.some(tenth)).collect();
        let lines: Vec<[f32; WIDE]> = (0..9).map(|_| dice.some(tenth)).collect();
        let tile = lanes.tile(|at| tall[at], &lines);
        assert_eq!(tile, Plain.tile(|at| tall[at], &lines));
        let all = &wide.map(|number| number % 9)[..dice.next() as usize % 65];
        assert_eq!(lanes.larger(all, &some), Plain.larger(all, &some));
    }

    #[inline(always)]
    fn lines<L: Lanes>(lanes: L, dice: &mut Dice) {
        let numbers: [u64; LINE] = dice.some(|number| u64::from(number) << (number % 32));
        let scale: [f64; LINE] = dice.some(|number| f64::from(number) * 1e-9);
        let bar = f64::from(dice.next());
        let (near, bits) = lanes.scaled(&numbers, &scale, bar);
        assert_eq!((near, bits), Plain.scaled(&numbers, &scale, bar));
        let mut packed = ([0; LINE], [0; LINE]);
        lanes.pack_line(&near, bits, 64, &mut packed.0, &mut packed.1);
        let mut plain = ([0; LINE], [0; LINE]);
        Plain.pack_line(&near, bits, 64, &mut plain.0, &mut plain.1);
        let many = bits.count_ones() as usize;
        assert_eq!(packed.0[..many], plain.0[..many]);
        assert_eq!(packed.1[..many], plain.1[..many]);
    }

    #[inline(always)]
    fn keys<L: Lanes>(lanes: L, dice: &mut Dice, many: usize) {
        let keys: Vec<u64> = (0..many).map(|_| dice.key()).collect();
        let with: Vec<u32> = (0..many as u32).collect();
        let pivot = keys.get(many / 2).copied().unwrap_or(5);
        let room = || vec![0; many + PARTED];
        let (mut above, mut below) = (room(), room());
        let (more, less) = lanes.part(&keys, pivot, &mut above, &mut below);
        let (mut over, mut under) = (room(), room());
        assert_eq!(
            (more, less),
            Plain.part(&keys, pivot, &mut over, &mut under)
        );
        assert_eq!(
            (&above[..more], &below[..less]),
            (&over[..more], &under[..less])
        );
        let (mut kept, mut kept_with) = (room(), vec![0; many + PARTED]);
        let length = lanes.keep(&keys, &with, pivot, &mut kept, &mut kept_with);
        let (mut plain, mut plain_with) = (room(), vec![0; many + PARTED]);
        assert_eq!(
            length,
            Plain.keep(&keys, &with, pivot, &mut plain, &mut plain_with)
        );
        assert_eq!(kept[..length], plain[..length]);
        assert_eq!(kept_with[..length], plain_with[..length]);
    }

    #[test]
    fn every_kind_of_instructions_does_alike() {
        for kind in Instructions::ALL {
            if !kind.are_here() {
                eprintln!("not tried: this processor has no {kind}");
            }
            kind.lend(Compare);
        }
    }
}
