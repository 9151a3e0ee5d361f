//! The best few of many, in total order: score down, index up.

/// Keeps the best `k` of the scored indices it is offered.
///
/// A score and its index make one 64-bit key that sorts as the pair does, so there are no ties and
/// the result does not depend on the order of offers. Keys above the bar are buffered; when the
/// buffer is full, selection (Hoare 1961) keeps the best `k` and raises the bar. Cost: O(1) amortised
/// an offer.
pub(crate) struct TopK {
    k: usize,
    buffer: Vec<u64>,
    bar: u64,
}

impl TopK {
    /// Keeps the best `k`, at least one.
    pub(crate) fn new(k: usize) -> Self {
        TopK {
            k: k.max(1),
            buffer: Vec::new(),
            bar: 0,
        }
    }

    /// Offers an index. Scores are above zero; others, and NaN, are left out. Says whether the score
    /// reaches the bar: where it does not, no lower one does, whatever its index.
    #[inline]
    pub(crate) fn offer(&mut self, index: u32, score: f32) -> bool {
        let key = key(index, score);
        if score > 0.0 && key > self.bar {
            self.buffer.push(key);
            if self.buffer.len() >= self.k.saturating_mul(2).saturating_add(64) {
                self.shrink();
            }
        }
        score > 0.0 && key >> 32 >= self.bar >> 32
    }

    /// Hands out what was kept, best first, and starts anew.
    pub(crate) fn drain(&mut self, mut take: impl FnMut(u32, f32)) {
        if self.buffer.len() > self.k {
            self.shrink();
        }
        self.buffer.sort_unstable_by(|a, b| b.cmp(a));
        for &key in &self.buffer {
            take(!(key as u32), f32::from_bits((key >> 32) as u32));
        }
        self.buffer.clear();
        self.bar = 0;
    }

    fn shrink(&mut self) {
        let (_, last, _) = self
            .buffer
            .select_nth_unstable_by(self.k - 1, |a, b| b.cmp(a));
        self.bar = *last;
        self.buffer.truncate(self.k);
    }
}

/// Positive floats sort as their bits do; the index is turned over to sort up.
#[inline]
fn key(index: u32, score: f32) -> u64 {
    u64::from(score.to_bits()) << 32 | u64::from(!index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(k: usize, scores: &[f32]) -> Vec<(u32, f32)> {
        let mut top = TopK::new(k);
        for (index, &score) in scores.iter().enumerate() {
            top.offer(index as u32, score);
        }
        let mut best = Vec::new();
        top.drain(|index, score| best.push((index, score)));
        best
    }

    #[test]
    fn best_first_and_ties_by_index() {
        assert_eq!(
            best(3, &[0.5, 2.0, 0.5, f32::NAN, 0.0, -1.0, 3.0]),
            [(6, 3.0), (1, 2.0), (0, 0.5)]
        );
        assert_eq!(best(9, &[1.0, 1.0]), [(0, 1.0), (1, 1.0)]);
        assert!(best(2, &[]).is_empty());
    }

    #[test]
    fn many_more_offers_than_places_keep_the_best() {
        let scores: Vec<f32> = (0..10_000u32)
            .map(|i| ((i * 7919) % 10_007 + 1) as f32)
            .collect();
        let mut sorted: Vec<(u32, f32)> = (0..).zip(scores.iter().copied()).collect();
        sorted.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        for k in [1, 2, 63, 64, 65, 1000] {
            assert_eq!(best(k, &scores), sorted[..k]);
        }
    }
}
