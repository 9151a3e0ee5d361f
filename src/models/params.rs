//! How "customers also bought" is to be learnt.

use crate::error::{Error, Result};
use crate::machine::Instructions;
use crate::matrix::{Basis, Purchases};
use crate::models::also_bought::AlsoBought;
use crate::models::kept::Kept;
use crate::models::measure::{Counts, Measure};
use crate::models::merged::Merged;
use crate::models::model::Model;
use crate::models::sequence::Sequence;
use crate::parallel::thread_count;
use crate::watch::Watch;

/// How "customers also bought" is to be learnt. Made by [`AlsoBought::params`].
#[derive(Clone, Debug, PartialEq)]
pub struct AlsoBoughtParams {
    /// By what lists are learnt.
    pub model: Model,
    /// How near two items are.
    pub measure: Measure,
    /// How many neighbours an item keeps at most.
    pub neighbours: usize,
    /// Which neighbours are kept.
    pub kept: Kept,
    /// How many customers (or orders) must have bought both at least.
    pub min_customers: u32,
    /// How many customers a score is doubted by.
    pub shrinkage: f64,
    /// How much it counts in what order customers bought.
    pub sequence: Sequence,
    /// After how many days a purchase weighs half; `None`: it always weighs as much.
    pub half_life: Option<f64>,
    /// Within how many days after an item another must have been bought; `None`: ever, also before.
    pub within_days: Option<f64>,
    /// How many threads fit and answer in batches; `None` for all cores.
    pub threads: Option<usize>,
    /// How many bytes a fit may use besides what it learns from; `None`: as many as there are.
    pub memory_limit: Option<u64>,
    /// Which instructions of the processor a fit uses; `None` for the widest that it has.
    pub instructions: Option<Instructions>,
}

impl Default for AlsoBoughtParams {
    fn default() -> Self {
        AlsoBoughtParams {
            model: Model::Neighbourhood,
            measure: Measure::Cosine,
            neighbours: 50,
            kept: Kept::Source,
            min_customers: 1,
            shrinkage: 0.0,
            sequence: Sequence::default(),
            half_life: None,
            within_days: None,
            threads: None,
            memory_limit: None,
            instructions: None,
        }
    }
}

impl AlsoBoughtParams {
    /// By what lists are learnt. Default: [`Model::Neighbourhood`], by the measure.
    pub fn model(mut self, model: Model) -> Self {
        self.model = model;
        self
    }

    /// How near two items are. Default: [`Measure::Cosine`]. Other models than neighbourhoods have none.
    pub fn measure(mut self, measure: Measure) -> Self {
        self.measure = measure;
        self
    }

    /// The name of the model, or of the measure of a neighbourhood.
    pub fn learner(&self) -> &'static str {
        match self.model {
            Model::Neighbourhood => self.measure.name(),
            model => model.name(),
        }
    }

    /// The numbers of the model, or of the measure of a neighbourhood, and of the [`Sequence`] where these count
    /// it, by the names that they have in every face.
    pub fn numbers(&self) -> Vec<(&'static str, f64)> {
        let mut numbers = match self.model {
            Model::Neighbourhood => self.measure.numbers(),
            model => model.numbers(),
        };
        if self.counts_sequence() {
            numbers.extend(self.sequence.numbers());
        }
        numbers
    }

    /// Another of these [`numbers`](Self::numbers).
    ///
    /// # Errors
    /// As [`Measure::with`] and [`Model::with`].
    pub fn number(mut self, name: &str, value: f64) -> Result<Self> {
        if self.counts_sequence()
            && let Some(number) = self.sequence.number(name)
        {
            *number = value;
            return Ok(self);
        }
        match self.model {
            Model::Neighbourhood => self.measure = self.measure.with(name, value)?,
            model => self.model = model.with(name, value)?,
        }
        Ok(self)
    }

    /// How much it counts in what order customers bought, for the models [`Ridge`](Model::Ridge) and
    /// [`Merged`](Model::Merged) and the measure [`Power`](Measure::Power). Needs times. Default: it does not.
    pub fn sequence(mut self, sequence: Sequence) -> Self {
        self.sequence = sequence;
        self
    }

    /// Whether it may count in what order customers bought.
    fn counts_sequence(&self) -> bool {
        match (self.model, self.measure) {
            (Model::Neighbourhood, Measure::Power { .. }) => true,
            (Model::Ridge(_) | Model::Merged(_), _) => true,
            (Model::Neighbourhood | Model::ClosedForm(_), _) => false,
        }
    }

    /// How many neighbours an item keeps at most. Default: 50.
    pub fn neighbours(mut self, neighbours: usize) -> Self {
        self.neighbours = neighbours;
        self
    }

    /// Which neighbours are kept: of each list the best, or each item in as many lists. Of neighbourhoods
    /// alone, and not where it matters what followed: `within_days`, and distances of a [`Sequence`]. Rows of which items are kept in other lists are not
    /// counted anew: what a filter leaves of the kept neighbours is what there is.
    /// Default: [`Kept::Source`].
    pub fn kept(mut self, kept: Kept) -> Self {
        self.kept = kept;
        self
    }

    /// How many customers (or orders, by the basis) must have bought both for two items to be
    /// neighbours. Default: 1.
    pub fn min_customers(mut self, min_customers: u32) -> Self {
        self.min_customers = min_customers;
        self
    }

    /// Multiplies scores by `n_ij / (n_ij + shrinkage)`, so that what few have in common scores less (Bell,
    /// Koren, "Improved neighborhood-based collaborative filtering", KDD Cup 2007). Not together with weights
    /// (`half_life`, or a customer exponent). Default: 0, scores are as they are.
    pub fn shrinkage(mut self, shrinkage: f64) -> Self {
        self.shrinkage = shrinkage;
        self
    }

    /// Lets purchases fade: each weighs `2^(-age / half_life)`, by the last time that the customer
    /// (or order) bought the item, in days before the fit's `as_of`; one without a time weighs
    /// nothing. For [`Measure::Count`], the sum of `w_ri w_rj` over the rows, and
    /// [`Measure::Cosine`], that of the weighted columns. Default: they do not fade.
    pub fn half_life(mut self, days: f64) -> Self {
        self.half_life = Some(days);
        self
    }

    /// Counts what customers bought within this many days after an item, and later than it: of those
    /// who were observed for so many days after buying it, how many bought the other within them.
    /// What has no time takes no part. By customer only, and for [`Measure::Count`],
    /// [`Measure::Confidence`] and [`Measure::Lift`]: directed, all of them. Default: what they ever
    /// bought.
    pub fn within_days(mut self, days: f64) -> Self {
        self.within_days = Some(days);
        self
    }

    /// How many threads fit and answer in batches. Default: all cores. Answers are the same for any.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// How many bytes a fit may use at most, besides what it learns from: its own working space and the
    /// lists it keeps. It ends with [`Error::MemoryLimit`], which tells how many are enough, as soon as they do
    /// not fit. Default: no limit.
    pub fn memory_limit(mut self, bytes: u64) -> Self {
        self.memory_limit = Some(bytes);
        self
    }

    /// Which instructions of the processor a fit uses, for those who measure and test: what it learns is
    /// the same for any. Default: the widest that it has.
    pub fn instructions(mut self, instructions: Instructions) -> Self {
        self.instructions = Some(instructions);
        self
    }

    /// Refuses settings that cannot be, as a fit would: to be asked before the work is done.
    ///
    /// # Errors
    /// [`Error::Setting`] where `neighbours`, `min_customers`, `memory_limit` or `threads` is 0; where `half_life` or
    /// `within_days` is no number of days above 0, does not go with the measure, or both are set.
    pub fn check(&self) -> Result<()> {
        if self.neighbours == 0 {
            return Err(Error::setting("neighbours", 0, "it must be at least 1"));
        }
        if self.min_customers == 0 {
            return Err(Error::setting("min_customers", 0, "it must be at least 1"));
        }
        if self.memory_limit == Some(0) {
            return Err(Error::setting(
                "memory_limit",
                0,
                "it must be at least 1 byte",
            ));
        }
        self.model.check()?;
        self.measure.check()?;
        self.check_model()?;
        self.check_sequence()?;
        self.check_weights()?;
        self.check_time(
            "half_life",
            self.half_life,
            &[Measure::Count, Measure::Cosine],
        )?;
        self.check_time(
            "within_days",
            self.within_days,
            &[Measure::Count, Measure::Confidence, Measure::Lift],
        )?;
        if let (Some(_), Some(days)) = (self.half_life, self.within_days) {
            let must = "it cannot be set together with `half_life`: leave out one of them";
            return Err(Error::setting("within_days", days, must));
        }
        if let (Kept::Target, Some(name)) = (self.kept, self.following()) {
            let must = format!(
                "together with `{name}` it must be source: what followed is told from there"
            );
            return Err(Error::setting("kept", self.kept, must));
        }
        thread_count(self.threads).map(|_| ())
    }

    /// Refuses settings of neighbourhoods for other models.
    fn check_model(&self) -> Result<()> {
        if self.model == Model::Neighbourhood {
            return Ok(());
        }
        let must = format!("with the model {} it must be left out", self.model.name());
        if self.measure != Measure::default() {
            return Err(Error::setting("measure", self.measure, must));
        }
        if self.kept != Kept::default() {
            return Err(Error::setting("kept", self.kept, must));
        }
        let settings = [
            (
                "shrinkage",
                (self.shrinkage != 0.0).then_some(self.shrinkage),
            ),
            ("half_life", self.half_life),
            ("within_days", self.within_days),
        ];
        for (name, value) in settings {
            if let Some(value) = value {
                return Err(Error::setting(name, value, must));
            }
        }
        Ok(())
    }

    /// Refuses numbers of the sequence that cannot be, and any where it does not count.
    fn check_sequence(&self) -> Result<()> {
        self.sequence.check()?;
        match self.sequence.counting().next() {
            Some((name, value)) if !self.counts_sequence() => {
                let must = "it goes with the measure power and the models ridge and merged";
                Err(Error::setting(name, value, must))
            }
            _ => Ok(()),
        }
    }

    /// What a row that holds `d` items weighs is `d` to the power of less this; 0 where all weigh 1.
    pub(crate) fn customer_exponent(&self) -> f64 {
        match (self.model, self.measure) {
            (Model::Ridge(ridge) | Model::Merged(Merged { ridge, .. }), _) => {
                ridge.customer_exponent
            }
            (Model::ClosedForm(numbers), _) => numbers.customer_exponent,
            (Model::Neighbourhood, Measure::Power { customer, .. }) => customer,
            _ => 0.0,
        }
    }

    /// Whether scores follow from counts alone, and so from what a file keeps.
    pub(crate) fn is_of_counts(&self) -> bool {
        self.model == Model::Neighbourhood && self.half_life.is_none() && !self.weighs_rows()
    }

    /// Whether meetings weigh by the row that they are in.
    pub(crate) fn weighs_rows(&self) -> bool {
        self.customer_exponent() != 0.0 || self.sequence.of_pairs().is_some()
    }

    /// The settings that need times.
    pub(crate) fn timed(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let days = [
            ("half_life", self.half_life),
            ("within_days", self.within_days),
        ];
        let days = days
            .into_iter()
            .filter_map(|(name, days)| Some((name, days?)));
        days.chain(self.sequence.counting())
    }

    fn check_weights(&self) -> Result<()> {
        let (exponent, shrinkage) = (self.customer_exponent(), self.shrinkage);
        if !(0.0..=1e9).contains(&shrinkage) {
            let must = "it must be a number of customers from 0 to a billion";
            return Err(Error::setting("shrinkage", shrinkage, must));
        }
        let weights = match self.half_life {
            Some(_) => Some("half_life"),
            None if exponent != 0.0 => Some("customer_exponent"),
            None => self.sequence.of_pairs().map(|_| "distance_exponent"),
        };
        match weights {
            Some(weights) if shrinkage > 0.0 => {
                let must =
                    format!("it cannot be set together with `{weights}`: leave out one of them");
                Err(Error::setting("shrinkage", shrinkage, must))
            }
            _ => Ok(()),
        }
    }

    /// The [`numbers`](Self::numbers), without those of a [`Sequence`] that are as if there were none.
    pub fn numbers_that_count(&self) -> Vec<(&'static str, f64)> {
        let nothing = Sequence::default().numbers();
        let mut told = self.numbers();
        told.retain(|number| !nothing.contains(number));
        told
    }

    /// The model or its measure, with all numbers.
    pub(crate) fn in_words(&self) -> String {
        let mut words = self.learner().to_owned();
        for (name, number) in self.numbers_that_count() {
            words.push_str(&format!(" {name}={number}"));
        }
        if self.shrinkage > 0.0 {
            words.push_str(&format!(" shrinkage={}", self.shrinkage));
        }
        if self.kept != Kept::default() {
            words.push_str(&format!(" kept={}", self.kept));
        }
        words
    }

    /// The score of these counts, where meetings weigh nothing.
    #[inline]
    pub(crate) fn score(&self, counts: Counts) -> f32 {
        let value = self.measure.value(counts);
        if self.shrinkage == 0.0 {
            return value as f32;
        }
        let both = f64::from(counts.both);
        (value * (both / (both + self.shrinkage))) as f32
    }

    fn check_time(&self, name: &'static str, days: Option<f64>, with: &[Measure]) -> Result<()> {
        let Some(days) = days else { return Ok(()) };
        if !(days.is_finite() && days > 0.0) {
            let must = "it must be a finite number of days above 0";
            return Err(Error::setting(name, days, must));
        }
        let name_of = |measure: &Measure| measure.name();
        if with
            .iter()
            .map(name_of)
            .any(|name| name == self.measure.name())
        {
            return Ok(());
        }
        let names: Vec<&str> = with.iter().map(|measure| measure.name()).collect();
        let must = format!("with `{name}` it must be one of {}", names.join(", "));
        Err(Error::setting("measure", self.measure, must))
    }

    /// The setting by which it matters which of two items came first.
    fn following(&self) -> Option<&'static str> {
        let pairs = self.sequence.of_pairs().map(|_| "distance_exponent");
        self.within_days.map(|_| "within_days").or(pairs)
    }

    /// Refuses settings that do not go with what the rows are.
    pub(crate) fn check_basis(&self, basis: Basis) -> Result<()> {
        match (self.following(), basis) {
            (Some(name), Basis::Order) => {
                let must = format!("with `{name}` it must be customer: an order is of one time");
                Err(Error::setting("basis", basis, must))
            }
            _ => Ok(()),
        }
    }

    /// Refuses settings that need times.
    pub(super) fn check_untimed(&self) -> Result<()> {
        match self.timed().next() {
            None => Ok(()),
            Some((name, value)) => {
                let must = "it needs times: fit it from a history, or with a timeline";
                Err(Error::setting(name, value, must))
            }
        }
    }

    /// Learns from purchases.
    ///
    /// # Errors
    /// [`Error::Setting`] as for [`AlsoBoughtParams::check`], and where `half_life` or `within_days`
    /// is set: they need times, as [`AlsoBoughtParams::fit_timed`] takes them.
    pub fn fit(&self, purchases: &Purchases) -> Result<AlsoBought> {
        self.fit_watched(purchases, Watch::new())
    }
}
