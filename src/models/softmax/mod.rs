//! Vectors of customers and items, the nearer the likelier one buys the other: matrix factorisation by cosines
//! and a softmax.
//!
//! For the vectors `p_u` of customers and `q_i` of items, and `s_ui` the cosine of both, each step takes some
//! customers and draws items `J`, the same for all of them, and goes down the gradient of
//!
//! `sum_u d_u^-a sum_i w_ui (-s_ui / t + ln sum_j exp(s_uj / t))`, `i` over what `u` bought, `j` over `J`
//!
//! with Adam (`table`). Items are drawn evenly (sampled softmax: Jean et al., "On using very large target
//! vocabulary for neural machine translation", ACL 2015); cosines and temperatures `t` are as in Wu et al., "On
//! the effectiveness of sampled softmax loss for item recommendation", TOIS 2024. Learning starts from singular
//! vectors (`start`).

pub(crate) mod dense;
mod learn;
pub(crate) mod lists;
pub mod params;
pub(crate) mod rank;
mod start;
mod table;

use crate::error::{Error, Result, zeroed};
use crate::machine::Instructions;
use crate::matrix::{Purchases, Timeline};
use crate::models::softmax::dense::WIDE;
use crate::models::softmax::learn::{Learn, Vectors};
use crate::parallel::{pool_of, thread_count};
use crate::powers::power;
use crate::watch::Watch;
use ndarray::ArrayView2;
pub use params::{FactorsParams, Softmax};
pub use rank::Beside;

/// Vectors of customers and items that were learnt: an item is the likelier bought the nearer its direction is
/// to the customer's. See the [module](self) for how.
#[derive(Clone, Debug)]
pub struct Factors {
    params: FactorsParams,
    /// Numbers of a vector, those after the dimensions 0.
    wide: usize,
    /// Of length 1, or all 0 for who bought nothing and what nobody bought.
    users: Vec<f32>,
    items: Vec<f32>,
    /// The items' vectors, laid out to be compared with.
    across: dense::Panels,
    /// The mean of the items' vectors.
    middle: Vec<f32>,
    /// Items that nobody bought.
    cold: Vec<u32>,
}

impl Factors {
    /// The default settings, to be changed and fitted.
    ///
    /// ```
    /// use cobuy::{Factors, Purchases};
    /// let purchases = Purchases::from_csr((3, 3), &[0, 2, 4, 5], &[0, 1, 0, 1, 2], |_| 1.0)?;
    /// let factors = Factors::params().number("dimensions", 8.0)?.number("steps", 50.0)?.fit(&purchases)?;
    /// let (users, items) = (factors.users(), factors.items());
    /// let cosine = |user: usize, item: usize| users.row(user).dot(&items.row(item));
    /// assert!(cosine(0, 1) > cosine(0, 2) && cosine(2, 2) > cosine(2, 0));
    /// # Ok::<(), cobuy::Error>(())
    /// ```
    pub fn params() -> FactorsParams {
        FactorsParams::default()
    }

    /// The settings they were fitted with.
    pub fn settings(&self) -> &FactorsParams {
        &self.params
    }

    /// How many numbers a vector has.
    pub fn dimensions(&self) -> usize {
        self.params.softmax.dimensions as usize
    }

    /// The customers' vectors, of shape (customers, dimensions): of length 1, or 0 for one who bought nothing.
    pub fn users(&self) -> ArrayView2<'_, f32> {
        self.view(&self.users)
    }

    /// The items' vectors, of shape (items, dimensions): of length 1, or 0 for one that nobody bought.
    pub fn items(&self) -> ArrayView2<'_, f32> {
        self.view(&self.items)
    }

    fn view<'a>(&self, vectors: &'a [f32]) -> ArrayView2<'a, f32> {
        let shape = (vectors.len() / self.wide, self.wide);
        let whole = ArrayView2::from_shape(shape, vectors)
            .unwrap_or_else(|_| ArrayView2::from(&[[0.0f32; 0]; 0]));
        whole.slice_move(ndarray::s![.., ..self.dimensions()])
    }

    /// Factors from their vectors, as [`Factors::users`] and [`Factors::items`] hand them out.
    ///
    /// # Errors
    /// [`Error::Setting`] as [`FactorsParams::check`]; [`Error::Matrix`] for vectors of another width than there
    /// are dimensions, or of another length than 1 and 0.
    pub fn from_parts(
        params: FactorsParams,
        users: ArrayView2<'_, f32>,
        items: ArrayView2<'_, f32>,
    ) -> Result<Factors> {
        params.check()?;
        let dimensions = params.softmax.dimensions as usize;
        let wide = dimensions.next_multiple_of(WIDE);
        let padded = |vectors: ArrayView2<'_, f32>| {
            if vectors.ncols() != dimensions {
                let (found, must) = (vectors.ncols(), dimensions);
                return Err(Error::matrix(format!(
                    "the vectors have {found} numbers, but there are {must} dimensions"
                )));
            }
            let mut padded: Vec<f32> = zeroed(vectors.nrows() * wide, "the vectors")?;
            for (out, vector) in padded.chunks_exact_mut(wide).zip(vectors.rows()) {
                out.iter_mut().zip(vector).for_each(|(out, x)| *out = *x);
                let square: f64 = out.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
                if square != 0.0 && (square - 1.0).abs() > 1e-3 || square.is_nan() {
                    return Err(Error::matrix("a vector's length is neither 1 nor 0"));
                }
            }
            Ok(padded)
        };
        Factors::of(params, wide, (padded(users)?, padded(items)?))
    }

    /// With the items laid out.
    fn of(params: FactorsParams, wide: usize, (users, items): Vectors) -> Result<Factors> {
        let width = (items.len() / wide).next_multiple_of(WIDE);
        let mut across = dense::Panels::new(wide, width)?;
        across.fill_across(&items);
        let (mut sums, mut cold) = (vec![0f64; wide], Vec::new());
        for (item, vector) in (0..).zip(items.chunks_exact(wide)) {
            sums.iter_mut()
                .zip(vector)
                .for_each(|(sum, &x)| *sum += f64::from(x));
            if vector.iter().all(|&x| x == 0.0) {
                cold.push(item);
            }
        }
        let warm = (items.len() / wide - cold.len()).max(1) as f64;
        let middle = sums.into_iter().map(|sum| (sum / warm) as f32).collect();
        Ok(Factors {
            params,
            wide,
            users,
            items,
            across,
            middle,
            cold,
        })
    }

    /// How many bytes they take.
    pub(crate) fn bytes(&self) -> u64 {
        let items = self.items.len() + self.across.width() * self.wide;
        4 * (self.users.len() + items) as u64
    }

    /// How many customers they were fitted on.
    fn rows(&self) -> usize {
        self.users.len() / self.wide
    }

    /// How many items.
    fn width(&self) -> usize {
        self.items.len() / self.wide
    }
}

impl FactorsParams {
    /// Learns from purchases.
    ///
    /// # Errors
    /// [`Error::Setting`] as [`FactorsParams::check`], where a `recency_exponent` is set, which needs times;
    /// [`Error::MemoryLimit`]; [`Error::OutOfMemory`].
    pub fn fit(&self, purchases: &Purchases) -> Result<Factors> {
        self.fit_watched(purchases, None, Watch::new())
    }

    /// Learns from purchases, and from when they were made where that is told, asking `watch` now and then whether
    /// to go on.
    ///
    /// # Errors
    /// As [`FactorsParams::fit`]; [`Error::Matrix`] for a timeline of other purchases; [`Error::Cancelled`].
    pub fn fit_watched(
        &self,
        purchases: &Purchases,
        timeline: Option<&Timeline>,
        watch: Watch<'_>,
    ) -> Result<Factors> {
        self.fit_beside(purchases, timeline, 0, watch)
    }

    /// The same where so many bytes of the limit are used already.
    pub(crate) fn fit_beside(
        &self,
        purchases: &Purchases,
        timeline: Option<&Timeline>,
        made: u64,
        watch: Watch<'_>,
    ) -> Result<Factors> {
        self.check()?;
        let recency = self.softmax.recency_exponent;
        let pulls = match timeline {
            _ if recency == 0.0 => self.pulls(purchases, |_, _| Ok(()))?,
            Some(timeline) => {
                timeline.check_against(purchases)?;
                let mut last: Vec<i64> = zeroed(purchases.items(), "the times of a row")?;
                self.pulls(purchases, |row, weights| {
                    late(purchases, timeline, recency, (row, weights), &mut last)
                })?
            }
            None => {
                let must = "it needs times: fit it with a timeline";
                return Err(Error::setting("recency_exponent", recency, must));
            }
        };
        self.learn(purchases, pulls, made, watch)
    }

    /// What each purchase weighs: what `weigh` makes of ones, times the row's own weight over their mean.
    fn pulls(
        &self,
        purchases: &Purchases,
        mut weigh: impl FnMut(usize, &mut [f32]) -> Result<()>,
    ) -> Result<Vec<f32>> {
        let mut pulls: Vec<f32> = zeroed(purchases.by_row().nnz(), "the weights of purchases")?;
        pulls.fill(1.0);
        for row in 0..purchases.rows() {
            let weights = &mut pulls[purchases.by_row().indptr().outer_inds_sz(row)];
            if !weights.is_empty() {
                weigh(row, weights)?;
                let held = weights.len() as f64;
                let mean = weights.iter().copied().map(f64::from).sum::<f64>() / held;
                let own = (power(held, -self.softmax.customer_exponent) / mean) as f32;
                weights.iter_mut().for_each(|weight| *weight *= own);
            }
        }
        Ok(pulls)
    }

    fn learn(
        &self,
        purchases: &Purchases,
        pulls: Vec<f32>,
        made: u64,
        watch: Watch<'_>,
    ) -> Result<Factors> {
        let wide = (self.softmax.dimensions as usize).next_multiple_of(WIDE);
        let pool = pool_of(thread_count(self.threads)?)?;
        let instructions = self.instructions.unwrap_or_else(Instructions::best);
        pool.install(|| {
            let learn = Learn {
                purchases,
                pulls,
                softmax: self.softmax,
                wide,
                watch,
            };
            let needed = learn.bytes();
            let needed = needed.saturating_add(made);
            if let Some(limit) = self.memory_limit.filter(|&limit| limit < needed) {
                return Err(Error::MemoryLimit {
                    limit,
                    needed,
                    enough: needed,
                    done: 0,
                    rows: purchases.items(),
                });
            }
            let (mut users, mut items) = match purchases.buyers() {
                0 => {
                    let zeros = |rows: usize| zeroed(rows * wide, "the vectors");
                    (zeros(purchases.rows())?, zeros(purchases.items())?)
                }
                _ => instructions.lend(learn)?,
            };
            for (pattern, vectors) in [
                (purchases.by_row(), &mut users),
                (purchases.by_item(), &mut items),
            ] {
                let rows = pattern.indptr();
                for (row, vector) in vectors.chunks_exact_mut(wide).enumerate() {
                    if rows.outer_inds_sz(row).is_empty() {
                        vector.fill(0.0);
                    }
                }
            }
            Factors::of(self.clone(), wide, (users, items))
        })
    }
}

/// What the purchases of a row weigh by how many others were made after them.
fn late(
    purchases: &Purchases,
    timeline: &Timeline,
    recency: f64,
    (row, weights): (usize, &mut [f32]),
    last: &mut [i64],
) -> Result<()> {
    let (bought, times) = timeline.of(row);
    for (&item, &time) in bought.iter().zip(times) {
        last[item as usize] = time; // in the order of time
    }
    let held = purchases.items_of(row);
    let mut all: Vec<i64> = held.iter().map(|&item| last[item as usize]).collect();
    all.sort_unstable();
    for (weight, &item) in weights.iter_mut().zip(held) {
        let later = all.len() - all.partition_point(|&time| time <= last[item as usize]);
        *weight = power((1 + later) as f64, -recency) as f32;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
