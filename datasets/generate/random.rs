//! Chance that is the same for ever and everywhere: whole numbers only, nothing from the platform.

/// What probabilities are counted in: 2,500 is a quarter.
pub const WHOLE: u32 = 10_000;

/// xoshiro256++ (Blackman, Vigna, "Scrambled linear pseudorandom number generators", 2021).
pub struct Random([u64; 4]);

/// The mixing step of splitmix64 (Steele, Lea, Flood, OOPSLA 2014).
pub fn mix(value: u64) -> u64 {
    let mut mixed = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

impl Random {
    /// A stream of its own for each part of the shop, so that one part never moves another.
    pub fn new(seed: u64, stream: u64) -> Random {
        let start = mix(seed) ^ mix(stream).rotate_left(17);
        Random([0, 1, 2, 3].map(|place: u64| mix(start.wrapping_add(mix(place)))))
    }

    pub fn next(&mut self) -> u64 {
        let s = &mut self.0;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let shifted = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= shifted;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// Even in `0..count`; 0 where there is nothing to choose from.
    pub fn below(&mut self, count: u32) -> u32 {
        (((self.next() >> 32) * u64::from(count)) >> 32) as u32
    }

    /// Even in `least..=most`.
    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        let count = (most - least + 1).clamp(1, i64::from(u32::MAX)) as u32;
        least + i64::from(self.below(count))
    }

    /// True in `parts` of [`WHOLE`] cases.
    pub fn chance(&mut self, parts: u32) -> bool {
        self.below(WHOLE) < parts
    }

    /// Close to normal: the sum of twelve even numbers, which has a deviation of one of them.
    pub fn normal(&mut self, mean: i64, deviation: i64) -> i64 {
        let mut sum = 0;
        for _ in 0..3 {
            let bits = self.next();
            sum += (0..4)
                .map(|part| (bits >> (16 * part) & 0xffff) as i64)
                .sum::<i64>();
        }
        mean + (sum - 393_210) * deviation / 65_536
    }

    /// How often it fails before it first succeeds, as it does in `parts` of [`WHOLE`] cases.
    pub fn failures(&mut self, parts: u32) -> u32 {
        let mut failures = 0;
        while failures < 200 && !self.chance(parts) {
            failures += 1;
        }
        failures
    }

    /// One of a few.
    pub fn one_of<'a>(&mut self, texts: &[&'a str]) -> &'a str {
        let place = self.below(texts.len() as u32) as usize;
        texts.get(place).copied().unwrap_or_default()
    }
}

/// Places to draw, each as likely as its weight.
#[derive(Default)]
pub struct Ranks(Vec<u32>);

impl Ranks {
    pub fn new(weights: impl IntoIterator<Item = u32>) -> Ranks {
        let mut sum = 0;
        let running = weights.into_iter().map(|weight| {
            sum += weight;
            sum
        });
        Ranks(running.collect())
    }

    /// Close to the law of Zipf: a place is as likely as `1 / (place + 2)`.
    pub fn zipf(count: usize) -> Ranks {
        Ranks::new((0..count as u32).map(|place| 1_000_000 / (place + 2)))
    }

    pub fn draw(&self, random: &mut Random) -> usize {
        let point = random.below(self.0.last().copied().unwrap_or(0));
        self.0.partition_point(|&sum| sum <= point)
    }
}
