//! Numbers that look random and follow from a seed.

/// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014): written
/// out, so that no version of a library changes what a seed draws.
#[derive(Clone, Copy)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Dice of their own for each of several uses of one seed.
    pub(crate) fn of(seed: u64, which: u64) -> Self {
        let mut dice = Dice(seed);
        let start = dice.number() ^ which.wrapping_mul(0xd134_2543_de82_ef95);
        Dice(Dice(start).number())
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `end`: the upper half of a product (Lemire, "Fast random integer generation in an interval",
    /// 2019), without rejection, whose bias is below `end` / 2^64.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.number()) * end as u128) >> 64) as usize
    }

    /// From 0 to below 1, in steps of 2^-53.
    pub(crate) fn share(&mut self) -> f64 {
        (self.number() >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    /// The first numbers of the reference implementation, for the seed 1234567.
    #[test]
    fn the_stream_is_that_of_the_paper() {
        let mut dice = Dice(1_234_567);
        let drawn: Vec<u64> = (0..3).map(|_| dice.number()).collect();
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!(drawn, expected);
    }

    #[test]
    fn what_is_drawn_is_below_the_end_and_reaches_all_of_it() {
        let mut dice = Dice::of(1, 2);
        let mut seen = [false; 7];
        (0..200).for_each(|_| seen[dice.below(7)] = true);
        assert_eq!(seen, [true; 7]);
        assert!((0..200).all(|_| (0.0..1.0).contains(&dice.share())));
    }
}
