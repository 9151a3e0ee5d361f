//! Counters as narrow as a row allows, and the ranks that point at them.

use crate::machine::{LINE, Lanes, Packed, pack};
use bytemuck::Zeroable;

/// Counters are looked at in blocks of so many.
pub(super) const BLOCK: usize = 64;

/// A counter: as wide as the number of a row's holders, above which no count of it can be.
pub(super) trait Counter: Copy + Zeroable + Eq + Send + Sync {
    const ZERO: Self;
    /// The highest count.
    const MOST: u32;
    /// One more; at most [`Counter::MOST`] by the choice of the counter.
    fn next(self) -> Self;
    /// A bar, or the highest there is.
    fn bar(bar: u32) -> Self;
    fn above<L: Lanes>(lanes: L, block: &[Self; BLOCK], bar: Self) -> u64;
    fn pack<L: Lanes>(
        lanes: L,
        block: &[Self; BLOCK],
        bits: u64,
        first: u32,
        ranks: &mut Packed,
        counts: &mut Packed,
    );
}

macro_rules! counter {
    ($number:ty, $above:ident, $pack:expr) => {
        impl Counter for $number {
            const ZERO: Self = 0;
            const MOST: u32 = <$number>::MAX as u32;

            #[inline(always)]
            fn next(self) -> Self {
                self.wrapping_add(1)
            }

            #[inline(always)]
            fn bar(bar: u32) -> Self {
                bar.min(Self::MOST) as $number
            }

            #[inline(always)]
            fn above<L: Lanes>(lanes: L, block: &[Self; BLOCK], bar: Self) -> u64 {
                lanes.$above(block, bar)
            }

            #[inline(always)]
            fn pack<L: Lanes>(
                lanes: L,
                block: &[Self; BLOCK],
                bits: u64,
                first: u32,
                ranks: &mut Packed,
                counts: &mut Packed,
            ) {
                $pack(lanes, block, bits, first, ranks, counts);
            }
        }
    };
}

counter!(u8, above_u8, L::pack_u8);
// So few rows have wide counters that to pack them faster does not pay.
counter!(u16, above_u16, |_, block, bits, first, ranks, counts| {
    pack(block, bits, first, ranks, counts)
});
counter!(u32, above_u32, |_, block, bits, first, ranks, counts| {
    pack(block, bits, first, ranks, counts)
});

/// A rank as rows hold it. What a narrow one points at is of a fixed length, so that no place has to
/// be checked.
pub(super) trait Rank: Copy + Send + Sync {
    /// Something for each rank.
    type Each<T>: ?Sized;
    /// Something for each block of ranks.
    type EachBlock<T>: ?Sized;
    /// Something for each line of ranks.
    type EachLine<T>: ?Sized;
    /// How long what stands for each rank is, where there are so many ranks: whole blocks.
    fn length(ranks: usize) -> usize;
    fn each<T>(values: &mut [T]) -> Option<&mut Self::Each<T>>;
    fn each_block<T>(values: &mut [T]) -> Option<&mut Self::EachBlock<T>>;
    fn each_line<T>(values: &mut [T]) -> Option<&mut Self::EachLine<T>>;
    fn of<T>(self, values: &mut Self::Each<T>) -> &mut T;
    fn block_of<T>(self, values: &mut Self::EachBlock<T>) -> &mut T;
    fn line_of<T>(self, values: &mut Self::EachLine<T>) -> &mut T;
}

/// How many ranks a narrow one tells apart.
pub(super) const NARROW: usize = 1 << 16;

impl Rank for u16 {
    type Each<T> = [T; NARROW];
    type EachBlock<T> = [T; NARROW / BLOCK];
    type EachLine<T> = [T; NARROW / LINE];

    fn length(_: usize) -> usize {
        NARROW
    }

    fn each<T>(values: &mut [T]) -> Option<&mut Self::Each<T>> {
        values.first_chunk_mut()
    }

    fn each_block<T>(values: &mut [T]) -> Option<&mut Self::EachBlock<T>> {
        values.first_chunk_mut()
    }

    fn each_line<T>(values: &mut [T]) -> Option<&mut Self::EachLine<T>> {
        values.first_chunk_mut()
    }

    #[inline(always)]
    fn of<T>(self, values: &mut Self::Each<T>) -> &mut T {
        &mut values[usize::from(self)]
    }

    #[inline(always)]
    fn block_of<T>(self, values: &mut Self::EachBlock<T>) -> &mut T {
        &mut values[usize::from(self) / BLOCK]
    }

    #[inline(always)]
    fn line_of<T>(self, values: &mut Self::EachLine<T>) -> &mut T {
        &mut values[usize::from(self) / LINE]
    }
}

impl Rank for u32 {
    type Each<T> = [T];
    type EachBlock<T> = [T];
    type EachLine<T> = [T];

    fn length(ranks: usize) -> usize {
        ranks.next_multiple_of(BLOCK)
    }

    fn each<T>(values: &mut [T]) -> Option<&mut Self::Each<T>> {
        Some(values)
    }

    fn each_block<T>(values: &mut [T]) -> Option<&mut Self::EachBlock<T>> {
        Some(values)
    }

    fn each_line<T>(values: &mut [T]) -> Option<&mut Self::EachLine<T>> {
        Some(values)
    }

    #[inline(always)]
    fn of<T>(self, values: &mut Self::Each<T>) -> &mut T {
        &mut values[self as usize]
    }

    #[inline(always)]
    fn block_of<T>(self, values: &mut Self::EachBlock<T>) -> &mut T {
        &mut values[self as usize / BLOCK]
    }

    #[inline(always)]
    fn line_of<T>(self, values: &mut Self::EachLine<T>) -> &mut T {
        &mut values[self as usize / LINE]
    }
}
