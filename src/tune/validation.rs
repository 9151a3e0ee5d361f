//! What settings are judged on: one cut of the data, made once.

use crate::error::Result;
use crate::evaluate::{Cuts, EvaluateParams, Evaluation, LeaveOut, ShopModel, ShopSplit, Split};
use crate::history::History;
use crate::matrix::{Basis, Purchases, Timeline};
use crate::models::also_bought::AlsoBoughtParams;
use crate::text::grouped;
use crate::watch::Watch;
use std::borrow::Cow;

/// What settings are judged on: a cut of the data that was made once. The customers' tails, by time, tell
/// settings apart as the future does; a random cut does not.
pub struct Validation<'a> {
    data: Data<'a>,
    /// How many customers are drawn, and by which seed.
    sample: Option<(usize, u64)>,
}

enum Data<'a> {
    Matrix(Box<Cow<'a, Split>>),
    Shop(Box<OfShop<'a>>),
}

struct OfShop<'a> {
    model: ShopModel,
    history: &'a History,
    cuts: Cuts<'a>,
    split: String,
}

impl OfShop<'_> {
    fn judge(
        &self,
        measuring: &EvaluateParams,
        model: ShopModel,
        watch: Watch<'_>,
    ) -> Result<Evaluation> {
        measuring.shop_at(&model, self.history, &self.cuts, watch)
    }
}

impl<'a> Validation<'a> {
    /// On a split of a matrix.
    pub fn matrix(split: &'a Split) -> Self {
        Validation {
            data: Data::Matrix(Box::new(Cow::Borrowed(split))),
            sample: None,
        }
    }

    /// On a shop's answers to customers: `model` says all but by what its lists are learnt.
    ///
    /// # Errors
    /// As the [split](ShopSplit) of the history; [`Error::Cancelled`](crate::Error::Cancelled).
    pub fn shop(
        model: &ShopModel,
        history: &'a History,
        split: &ShopSplit<'a>,
        watch: Watch<'_>,
    ) -> Result<Self> {
        let told = match split {
            ShopSplit::Time(by) => format!("time horizon={} origins={}", by.horizon, by.origins),
            ShopSplit::LeaveOut(it) => format!("leave_out share={} seed={}", it.share, it.seed),
            ShopSplit::Given(_) => "given".to_owned(),
        };
        let ShopModel {
            basis,
            by_group,
            fallback,
            ..
        } = model;
        let shop = OfShop {
            model: model.clone(),
            history,
            cuts: Cuts::make(history, split, watch)?,
            split: format!("{told} basis={basis} by_group={by_group} fallback={fallback}"),
        };
        Ok(Validation {
            data: Data::Shop(Box::new(shop)),
            sample: None,
        })
    }

    /// On the last fifth of the items of 5,000 customers of a matrix, by when each was first bought; drawn where no
    /// timeline says so.
    ///
    /// # Errors
    /// [`Error::Matrix`](crate::Error::Matrix) for a timeline of other purchases.
    pub fn quick(
        purchases: &Purchases,
        timeline: Option<&Timeline>,
    ) -> Result<Validation<'static>> {
        let split = Split::leave_out(purchases, timeline, LeaveOut::default())?;
        Ok(Validation {
            data: Data::Matrix(Box::new(Cow::Owned(split.sample(QUICK, 0)?))),
            sample: Some((QUICK, 0)),
        })
    }

    /// The same of a shop.
    ///
    /// # Errors
    /// As [`Validation::shop`].
    pub fn quick_shop(model: &ShopModel, history: &'a History, watch: Watch<'_>) -> Result<Self> {
        let split = ShopSplit::LeaveOut(LeaveOut::default());
        Validation::shop(model, history, &split, watch)?.sample(QUICK, 0)
    }

    /// Judges only so many customers, drawn by a seed: as much is learnt from, and less is ranked.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) where `customers` is 0.
    pub fn sample(mut self, customers: usize, seed: u64) -> Result<Self> {
        self.data = match self.data {
            Data::Matrix(split) => {
                let split = split.into_owned().sample(customers, seed)?;
                Data::Matrix(Box::new(Cow::Owned(split)))
            }
            Data::Shop(shop) => Data::Shop(Box::new(OfShop {
                cuts: shop.cuts.sample(customers, seed)?,
                ..*shop
            })),
        };
        self.sample = Some((customers, seed));
        Ok(self)
    }

    /// Learns by settings and measures what is suggested.
    pub(super) fn judge(
        &self,
        measuring: &EvaluateParams,
        params: &AlsoBoughtParams,
        watch: Watch<'_>,
    ) -> Result<Evaluation> {
        match &self.data {
            Data::Matrix(split) => measuring.fit(params, split, watch),
            Data::Shop(shop) => {
                let model = ShopModel {
                    also_bought: params.clone(),
                    ..shop.model.clone()
                };
                shop.judge(measuring, model, watch)
            }
        }
    }

    /// Measures what needs no learning: of a matrix what most bought, of a shop what it falls back to.
    pub(super) fn judge_popular(
        &self,
        measuring: &EvaluateParams,
        watch: Watch<'_>,
    ) -> Result<Evaluation> {
        match &self.data {
            Data::Matrix(split) => measuring.popular(split, watch),
            Data::Shop(shop) => {
                let model = ShopModel {
                    // Nothing is met so often, so nobody has a neighbour.
                    also_bought: AlsoBoughtParams::default().min_customers(u32::MAX),
                    fallback: true,
                    ..shop.model.clone()
                };
                shop.judge(measuring, model, watch)
            }
        }
    }

    /// Whether what is held out was drawn, since no time says what came last.
    pub(super) fn is_drawn(&self) -> bool {
        match &self.data {
            Data::Matrix(split) => split.drawn(),
            Data::Shop(shop) => shop.cuts.drawn,
        }
    }

    /// Whether it is known in what order customers bought, and models may count it.
    pub(super) fn knows_order(&self) -> bool {
        let basis = match &self.data {
            Data::Matrix(split) => split.timeline().map(|_| split.train().basis()),
            Data::Shop(shop) => shop.history.summary().span.map(|_| shop.model.basis),
        };
        basis == Some(Basis::Customer)
    }

    /// How many items there are.
    pub(super) fn items(&self) -> usize {
        match &self.data {
            Data::Matrix(split) => split.train().items(),
            Data::Shop(shop) => shop.history.items().len(),
        }
    }

    /// Whether it is of a shop.
    pub(super) fn is_of_shop(&self) -> bool {
        matches!(self.data, Data::Shop(_))
    }

    /// How the data were cut, for those who compare two searches.
    pub(super) fn in_words(&self) -> String {
        let mut words = match &self.data {
            Data::Matrix(_) => "matrix".to_owned(),
            Data::Shop(shop) => format!("shop {}", shop.split),
        };
        if let Some((customers, seed)) = self.sample {
            words.push_str(&format!(" customers={customers} seed={seed}"));
        }
        words
    }

    /// Which data these are, in one number.
    pub(super) fn fingerprint(&self) -> u64 {
        match &self.data {
            Data::Matrix(split) => split.fingerprint(),
            Data::Shop(shop) => shop.cuts.fingerprint(),
        }
    }

    /// What is to be said of values that were found on it.
    pub(super) fn warnings(&self, judged: u64) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.is_drawn() {
            warnings.push(
                "no time says what came last, so what is held out was drawn: such a cut may put settings in \
                 another order than the future does; tell times"
                    .to_owned(),
            );
        }
        if judged < FEW {
            warnings.push(format!(
                "{} customers are judged: what differs by little is chance; hold out more",
                grouped(judged)
            ));
        }
        warnings
    }
}

/// As many customers as tell models apart quickly.
const QUICK: usize = 5_000;

/// Fewer judged customers than this tell hardly anything.
pub(super) const FEW: u64 = 50;
