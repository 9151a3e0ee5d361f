//! Suggestions from factors, alone or beside the lists of another model.

use super::Factors;
use super::dense::{Along, TALL, add};
use super::table::unit_into;
use crate::error::{Error, Result, zeroed};
use crate::machine::{Inlined, Instructions, Lanes, Task};
use crate::matrix::{Pattern, row_of};
use crate::models::also_bought::AlsoBought;
use crate::models::filter::Filter;
use crate::models::model::within;
use crate::models::recommend::{check_n, padding};
use crate::models::sums::Sums;
use crate::parallel::{lock, map_parts, threads_for};
use crate::powers::exp;
use crate::watch::Watch;
use ndarray::{Array2, Axis};
use std::sync::Mutex;

/// Lists whose scores are added to those of factors, both divided by their standard deviation over all items.
#[derive(Clone, Copy, Debug)]
pub struct Beside<'a> {
    /// The model of the lists, of the same items.
    pub model: &'a AlsoBought,
    /// How much of the score is that of the lists, 0 to 1; 0 is factors alone, 1 lists alone.
    pub share: f64,
    /// What differences of cosines are divided by, 0.02 to 10.
    pub temperature: f64,
}

impl<'a> Beside<'a> {
    /// With a share of 0.5 and a temperature of 0.14.
    pub fn new(model: &'a AlsoBought) -> Self {
        Beside {
            model,
            share: 0.5,
            temperature: 0.14,
        }
    }

    fn check(&self, items: usize) -> Result<()> {
        within("share", self.share, 0.0..=1.0)?;
        within("temperature", self.temperature, 0.02..=10.0)?;
        match self.model.items() == items {
            true => Ok(()),
            false => Err(Error::matrix(format!(
                "the model beside was fitted on {} items, but these factors on {items}",
                self.model.items()
            ))),
        }
    }
}

/// Rows a part of the work.
const PART: usize = 32;

impl Factors {
    /// The `n` items that each row of a matrix will likeliest buy, best first: indices and scores, both of shape
    /// (rows, min(n, items)), padded with -1 and NaN where a row has fewer. `customers` says who of those that the
    /// factors were fitted on each row is; with none given, and for those who had bought nothing then, the
    /// direction of the row is folded in from what it holds: the mean of the items' vectors, less that of all
    /// items, which is the first step of the loss from no direction at all.
    ///
    /// A score is `exp((cosine - 1) / temperature)`, or with a model `beside` the sum of both scores. What nobody
    /// had bought is not suggested, and nothing to a row that is neither known nor holds anything.
    ///
    /// # Errors
    /// [`Error::Matrix`] where the matrix has another number of items than the factors were fitted on, or there is
    /// not one of the `customers` a row; [`Error::Index`] for a customer past the end; [`Error::Setting`] where `n` is
    /// 0 or `beside` has numbers that cannot be; [`Error::Cancelled`].
    #[allow(clippy::too_many_arguments)] // As AlsoBought::recommend_pattern, and what factors have besides.
    pub fn recommend_pattern(
        &self,
        customers: Option<&[u32]>,
        histories: &Pattern,
        n: usize,
        filter: &Filter,
        keep_owned: bool,
        beside: Option<Beside<'_>>,
        watch: Watch<'_>,
    ) -> Result<(Array2<i32>, Array2<f32>)> {
        check_n(n)?;
        self.check_histories(customers, histories)?;
        if let Some(beside) = &beside {
            beside.check(self.width())?;
        }
        let (rows, items) = (histories.rows(), self.width());
        let width = n.min(items);
        let (mut best, mut scores) = padding(rows, width)?;
        let parts = best.axis_chunks_iter_mut(Axis(0), PART);
        let parts = parts.zip(scores.axis_chunks_iter_mut(Axis(0), PART));
        let parts: Vec<_> = parts.map(|part| Mutex::new(Some(part))).collect();
        let instructions = self.params.instructions.unwrap_or_else(Instructions::best);
        map_parts(
            parts.len(),
            threads_for(parts.len(), self.params.threads)?,
            "recommending",
            watch,
            || Scores::new(self, rows.min(PART)),
            |part, space| {
                let Some((mut best, mut scores)) = lock(&parts[part]).take() else {
                    return Ok(());
                };
                let first = part * PART;
                let those = first..first + best.nrows();
                let told: Vec<bool> = those
                    .clone()
                    .map(|row| {
                        let customer = customers.map(|all| all[row]);
                        self.direction(
                            customer,
                            row_of(histories, row),
                            &mut space.vectors[(row - first) * self.wide..][..self.wide],
                        )
                    })
                    .collect();
                instructions.lend(Cosines {
                    factors: self,
                    rows: those.len(),
                    space,
                });
                let outs = best.outer_iter_mut().zip(scores.outer_iter_mut());
                for ((row, told), (mut best, mut scores)) in those.zip(told).zip(outs) {
                    watch.check()?;
                    if !told {
                        continue;
                    }
                    let owned = row_of(histories, row);
                    let of_row = (row - first) * self.across.width();
                    let Scores {
                        cosines,
                        lists,
                        sums,
                        ..
                    } = &mut *space;
                    let cosines = &mut cosines[of_row..of_row + items];
                    instructions.lend(Score {
                        factors: self,
                        owned,
                        cosines,
                        lists,
                        beside,
                    });
                    sums.put(cosines);
                    if !keep_owned {
                        owned.iter().for_each(|&item| sums.leave_out(item));
                    }
                    for (column, (item, score)) in sums.best(width, filter).enumerate() {
                        (best[column], scores[column]) = (item as i32, score);
                    }
                }
                Ok(())
            },
        )?;
        drop(parts);
        Ok((best, scores))
    }

    fn check_histories(&self, customers: Option<&[u32]>, histories: &Pattern) -> Result<()> {
        if !histories.is_csr() {
            return Err(Error::matrix(
                "the histories are stored by column: hand over `to_csr()` of them",
            ));
        }
        if histories.cols() != self.width() {
            return Err(Error::matrix(format!(
                "the matrix has {} columns, but the factors were fitted on {} items",
                histories.cols(),
                self.width()
            )));
        }
        let Some(customers) = customers else {
            return Ok(());
        };
        if customers.len() != histories.rows() {
            return Err(Error::matrix(format!(
                "there are {} customers for {} rows of the matrix",
                customers.len(),
                histories.rows()
            )));
        }
        match customers
            .iter()
            .find(|&&customer| customer as usize >= self.rows())
        {
            Some(&customer) => Err(Error::Index {
                what: "customer",
                index: i64::from(customer),
                len: self.rows(),
            }),
            None => Ok(()),
        }
    }

    /// The direction of a customer, and whether there is one.
    fn direction(&self, customer: Option<u32>, owned: &[u32], out: &mut [f32]) -> bool {
        let wide = self.wide;
        if let Some(customer) = customer {
            out.copy_from_slice(&self.users[customer as usize * wide..][..wide]);
            if out.iter().any(|&x| x != 0.0) {
                return true;
            }
        }
        let mut sum = vec![0f32; wide];
        let mut count = 0u32;
        for &item in owned {
            let vector = &self.items[item as usize * wide..][..wide];
            sum.iter_mut().zip(vector).for_each(|(sum, x)| *sum += x);
            count += u32::from(vector.iter().any(|&x| x != 0.0));
        }
        let all = count as f32;
        sum.iter_mut()
            .zip(&self.middle)
            .for_each(|(sum, x)| *sum -= all * x);
        unit_into(&sum, out);
        count > 0
    }
}

/// What a thread works in.
struct Scores {
    vectors: Vec<f32>,
    cosines: Vec<f32>,
    /// The scores of lists, all zero between rows.
    lists: Vec<f32>,
    sums: Sums,
}

impl Scores {
    fn new(factors: &Factors, rows: usize) -> Result<Self> {
        let what = "the scores of a thread";
        Ok(Scores {
            vectors: zeroed(rows * factors.wide, what)?,
            cosines: zeroed(rows * factors.across.width(), what)?,
            lists: zeroed(factors.width(), what)?,
            sums: Sums::new(factors.width())?,
        })
    }
}

/// The cosines of some directions and all items.
struct Cosines<'a> {
    factors: &'a Factors,
    rows: usize,
    space: &'a mut Scores,
}

impl Task for Cosines<'_> {
    type Out = ();

    fn run<L: Lanes>(self, lanes: L) {
        lanes.compiled(self);
    }
}

impl Inlined for Cosines<'_> {
    type Out = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let (wide, across) = (self.factors.wide, &self.factors.across);
        let cosines = &mut self.space.cosines[..self.rows * across.width()];
        cosines.fill(0.0);
        let vectors = &self.space.vectors[..self.rows * wide];
        let eights = vectors
            .chunks(TALL * wide)
            .map(|rows| Along::of(rows, wide));
        add(lanes, &eights.collect::<Vec<_>>(), across, cosines);
    }
}

/// Makes scores of a row's cosines.
struct Score<'a> {
    factors: &'a Factors,
    owned: &'a [u32],
    cosines: &'a mut [f32],
    lists: &'a mut [f32],
    beside: Option<Beside<'a>>,
}

impl Task for Score<'_> {
    type Out = ();

    fn run<L: Lanes>(self, lanes: L) {
        lanes.compiled(self);
    }
}

impl Inlined for Score<'_> {
    type Out = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) {
        let Score {
            factors,
            owned,
            cosines,
            lists,
            beside,
        } = self;
        let own = factors.params.softmax.temperature;
        let heat = (1.0 / beside.map_or(own, |beside| beside.temperature)) as f32;
        cosines
            .iter_mut()
            .for_each(|it| *it = exp((*it - 1.0).min(0.0) * heat));
        factors
            .cold
            .iter()
            .for_each(|&item| cosines[item as usize] = 0.0);
        let Some(beside) = beside else { return };
        for &item in owned {
            let list = beside.model.lists().of(item);
            for (&item, score) in list.items.iter().zip(list.scores) {
                lists[item as usize] += score;
            }
        }
        let (own, other) = (
            scale(1.0 - beside.share, deviation(cosines)),
            scale(beside.share, deviation(lists)),
        );
        for (score, of_list) in cosines.iter_mut().zip(lists) {
            *score = own * *score + other * std::mem::take(of_list);
        }
    }
}

/// A share over a deviation; 0 where scores do not differ.
#[inline(always)]
fn scale(share: f64, deviation: f64) -> f32 {
    match deviation > 0.0 {
        true => (share / deviation) as f32,
        false => 0.0,
    }
}

/// The standard deviation of some scores.
#[inline(always)]
pub(crate) fn deviation(scores: &[f32]) -> f64 {
    let moments = |middle: f64| {
        let mut sums = [[0f64; 8]; 2];
        let (lines, few) = scores.as_chunks::<8>();
        for line in lines {
            for (at, &score) in line.iter().enumerate() {
                let apart = f64::from(score) - middle;
                sums[0][at] += apart;
                sums[1][at] += apart * apart;
            }
        }
        for &score in few {
            let apart = f64::from(score) - middle;
            sums[0][0] += apart;
            sums[1][0] += apart * apart;
        }
        sums.map(|sums| sums.iter().sum::<f64>() / scores.len().max(1) as f64)
    };
    let [mean, _] = moments(0.0);
    let [_, square] = moments(mean);
    square.sqrt()
}
