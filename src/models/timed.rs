//! Learning from purchases and their times.

use crate::error::{Error, Result};
use crate::matrix::sweep::Source;
use crate::matrix::{Purchases, Timeline, Weights, Window};
use crate::models::also_bought::{AlsoBought, AlsoBoughtParams};
use crate::watch::Watch;

impl AlsoBoughtParams {
    /// Learns from purchases and their times, as of an instant (microseconds in UTC): the timeline
    /// is of just these purchases. Without `half_life`, `within_days` and a `sequence` times change nothing.
    ///
    /// # Errors
    /// [`Error::Setting`] as for [`AlsoBoughtParams::check`], and for `within_days` by order;
    /// [`Error::Matrix`] for a timeline of other purchases; [`Error::Cancelled`].
    ///
    /// ```
    /// use cobuy::{AlsoBought, Basis, Measure, Purchases, Timeline, Watch};
    /// const DAY: i64 = 86_400_000_000;
    /// let purchases = Purchases::from_csr((2, 2), &[0, 2, 3], &[0, 1, 0], |_| 1.0)?;
    /// let events = [(0, 0, 0), (0, 1, 3 * DAY), (1, 0, 2 * DAY)];
    /// let timeline = Timeline::from_events(Basis::Customer, 2, 2, events)?;
    /// let params = AlsoBought::params().measure(Measure::Confidence).within_days(7.0);
    /// let fit = |as_of| params.fit_timed(&purchases, &timeline, as_of, Watch::new());
    /// assert_eq!(fit(9 * DAY)?.lists().of(0).scores, [0.5]);
    /// // A day earlier, the second customer could not yet be seen for seven days.
    /// assert_eq!(fit(8 * DAY)?.lists().of(0).scores, [1.0]);
    /// # Ok::<(), cobuy::Error>(())
    /// ```
    pub fn fit_timed(
        &self,
        purchases: &Purchases,
        timeline: &Timeline,
        as_of: i64,
        watch: Watch<'_>,
    ) -> Result<AlsoBought> {
        self.check()?;
        self.check_basis(purchases.basis())?;
        if let Some(half_life) = self.half_life {
            let weights = Weights::fading(purchases, timeline, as_of, half_life, watch)?;
            let model = self.learn(Source::Weighted(purchases, &weights), Vec::new(), watch)?;
            return Ok(AlsoBought {
                bits: weights.places() / 2,
                as_of: Some(as_of),
                ..model
            });
        }
        timeline.check_against(purchases)?;
        let Some(days) = self.within_days else {
            return self.held(purchases, Some(timeline), watch);
        };
        let window = Window::new(days, as_of);
        let source = Source::After(purchases, timeline, window);
        let model = self.learn(source, window.sources(timeline)?, watch)?;
        Ok(AlsoBought {
            as_of: Some(as_of),
            ..model
        })
    }
}

impl AlsoBought {
    /// What purchases weigh, to be made once from those that the model was fitted on and kept for
    /// [`AlsoBought::source`]; `None` where they weigh nothing.
    pub(crate) fn weights(
        &self,
        purchases: &Purchases,
        timeline: &Timeline,
        watch: Watch<'_>,
    ) -> Result<Option<Weights>> {
        if let (Some(half_life), Some(as_of)) = (self.params.half_life, self.as_of) {
            return Weights::fading(purchases, timeline, as_of, half_life, watch).map(Some);
        }
        match self.counts_anew() && self.params.weighs_rows() {
            true => self
                .params
                .weights_of_rows(purchases, Some(timeline), watch)
                .map(Some),
            false => Ok(None),
        }
    }

    /// What the model's rows are counted from anew: the purchases that it was fitted on, and for a
    /// timed model their timeline and [`AlsoBought::weights`].
    pub(crate) fn source<'a>(
        &self,
        purchases: &'a Purchases,
        timeline: Option<&'a Timeline>,
        weights: Option<&'a Weights>,
    ) -> Result<Source<'a>> {
        if purchases.items() != self.items() {
            return Err(Error::matrix(format!(
                "the purchases have {} items, but the model was fitted on {}",
                purchases.items(),
                self.items()
            )));
        }
        let missing = || Error::matrix("the model was fitted with times, but there are none");
        if !self.counts_anew() {
            return Ok(Source::Held(purchases));
        }
        if self.params.half_life.is_some() || self.params.weighs_rows() {
            let weights = weights.ok_or_else(missing)?;
            weights.check_shape(purchases)?;
            return Ok(Source::Weighted(purchases, weights));
        }
        let Some(days) = self.params.within_days else {
            return Ok(Source::Held(purchases));
        };
        let (timeline, as_of) = timeline.zip(self.as_of).ok_or_else(missing)?;
        timeline.check_shape(purchases)?;
        Ok(Source::After(purchases, timeline, Window::new(days, as_of)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ItemIx;
    use crate::matrix::{Basis, NO_GROUP};
    use crate::models::also_bought::Neighbour;
    use crate::models::filter::Filter;
    use crate::models::measure::Measure;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;
    use std::collections::BTreeMap;

    const ROWS: usize = 12;
    const ITEMS: usize = 8;
    const DAY: i64 = 86_400_000_000;

    /// Settings of every source.
    fn params() -> impl Strategy<Value = AlsoBoughtParams> {
        let params = |measure| AlsoBought::params().measure(measure);
        let plain = select(&Measure::ALL[..]).prop_map(params);
        let fading = select(&[Measure::Count, Measure::Cosine][..])
            .prop_map(move |measure| params(measure).half_life(2.0));
        let after = select(&[Measure::Count, Measure::Confidence, Measure::Lift][..])
            .prop_map(move |measure| params(measure).within_days(2.0));
        prop_oneof![plain, fading, after]
    }

    /// Purchases of both kinds from events (row, item, time).
    fn bought(events: &[(u32, u32, i64)], groups: &[u32]) -> Result<(Purchases, Timeline)> {
        let mut places: Vec<(u32, u32)> = events.iter().map(|it| (it.0, it.1)).collect();
        places.sort_unstable();
        let starts: Vec<usize> = (0..=ROWS as u32)
            .map(|row| places.partition_point(|place| place.0 < row))
            .collect();
        let items: Vec<u32> = places.iter().map(|place| place.1).collect();
        let purchases = Purchases::from_csr((ROWS, ITEMS), &starts, &items, |_| 1.0)?;
        let events = events.iter().copied();
        let timeline = Timeline::from_events(Basis::Customer, ROWS, ITEMS, events)?;
        Ok((purchases.with_groups(groups.to_vec())?, timeline))
    }

    proptest! {
        #[test]
        fn a_row_that_is_counted_anew_is_the_row_that_was_fitted(
            events in vec((0..ROWS as u32, 0..ITEMS as u32, 0..6i64), 0..80),
            groups in vec(select(&[0, 1, NO_GROUP][..]), ITEMS),
            (params, least) in (params(), 1..3u32),
            (neighbours, n) in (1..5usize, 1..9usize),
            allowed in vec(any::<bool>(), ITEMS),
            asked in vec(any::<bool>(), ITEMS),
        ) {
            let told = |problem: Error| TestCaseError::fail(problem.to_string());
            let time = |day: i64| if day == 0 { Timeline::NO_TIME } else { day * DAY };
            let events: Vec<_> = events.iter().map(|it| (it.0, it.1, time(it.2))).collect();
            let (purchases, timeline) = bought(&events, &groups).map_err(told)?;
            let watch = Watch::new();
            let fit = |neighbours: usize| {
                let params = params.clone().min_customers(least).neighbours(neighbours);
                params.fit_timed(&purchases, &timeline, 5 * DAY, watch).map_err(told)
            };
            let (kept, all) = (fit(neighbours)?, fit(ITEMS)?);
            let chosen = |of: &[bool]| -> Vec<u32> {
                (0..ITEMS as u32).filter(|&item| of[item as usize]).collect()
            };
            let (allowed, asked) = (chosen(&allowed), chosen(&asked));
            let filter = Filter::all().only(&allowed, ITEMS).map_err(told)?;
            let weights = kept.weights(&purchases, &timeline, watch).map_err(told)?;
            let source =
                kept.source(&purchases, Some(&timeline), weights.as_ref()).map_err(told)?;
            for item in (0..ITEMS as u32).map(ItemIx::checked) {
                let full: Vec<_> = all.neighbours(item).collect();
                let list: Vec<_> = kept.neighbours(item).collect();
                prop_assert_eq!(&list[..], &full[..full.len().min(neighbours)]);
                let anew = kept.neighbours_among(source, item, ITEMS, &Filter::all());
                prop_assert_eq!(&anew.map_err(told)?, &full);
                let among = full.into_iter().filter(|near| filter.allows(near.item.get()));
                let anew = kept.neighbours_among(source, item, n, &filter).map_err(told)?;
                prop_assert_eq!(anew, among.take(n).collect::<Vec<_>>());
            }
            // Of several items at once: of each neighbour in their order, whichever way is the least work.
            let mut expected = BTreeMap::<ItemIx, Vec<_>>::new();
            for &item in &asked {
                let full = all.neighbours(ItemIx::checked(item));
                for near in full.filter(|near| filter.allows(near.item.get())) {
                    expected.entry(near.item).or_default().push((item, near));
                }
            }
            let mut anew = BTreeMap::<ItemIx, Vec<_>>::new();
            let take = |item, near: Neighbour| anew.entry(near.item).or_default().push((item, near));
            kept.neighbours_anew(source, &asked, &filter, take).map_err(told)?;
            prop_assert_eq!(anew, expected);
        }
    }

    #[test]
    fn what_a_row_is_counted_from_must_be_there_and_of_its_size() -> Result<()> {
        let (purchases, timeline) = bought(&[(0, 0, 0), (0, 1, DAY)], &[NO_GROUP; ITEMS])?;
        let other = Purchases::from_csr((ROWS, 1), &[0; ROWS + 1], &[], |_| 1.0)?;
        let same_items = Purchases::from_csr((0, ITEMS), &[0], &[], |_| 1.0)?;
        let params = AlsoBought::params().measure(Measure::Count);
        for params in [params.clone().half_life(1.0), params.within_days(1.0)] {
            let model = params.fit_timed(&purchases, &timeline, DAY, Watch::new())?;
            let weights = model.weights(&purchases, &timeline, Watch::new())?;
            let (timeline, weights) = (Some(&timeline), weights.as_ref());
            assert!(model.source(&purchases, timeline, weights).is_ok());
            assert!(model.source(&purchases, None, None).is_err());
            assert!(model.source(&other, timeline, weights).is_err());
            assert!(model.source(&same_items, timeline, weights).is_err());
        }
        Ok(())
    }
}
