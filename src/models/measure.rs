//! How near two items are, from four counts.

use crate::error::{Error, Result};
use crate::matrix::product::{Falls, Slope};
use crate::models::model::{no_such_number, within};
use crate::near::near;
use crate::powers::power;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How many rows hold what, for a source item i and a target item j.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Rows that hold both: n_ij.
    pub both: u32,
    /// Rows that hold the source: n_i.
    pub source: u32,
    /// Rows that hold the target: n_j.
    pub target: u32,
    /// Rows that hold anything: n.
    pub all: u32,
}

/// How near two items are: a pure function of [`Counts`].
///
/// Each is one expression, computed in f64 with the order of operations shown and rounded to f32
/// once: scores that are equal by mathematics come out equal, and ties are told by index. Every
/// measure is at least 0, and 0 means: no neighbour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// `n_ij`: how many bought both.
    Count,
    /// `n_ij / sqrt(n_i n_j)`: the cosine of the two columns (Sarwar et al., "Item-based
    /// collaborative filtering recommendation algorithms", WWW 2001). Exactly 1 for items that the
    /// same rows hold.
    #[default]
    Cosine,
    /// `n_ij / (n_i + n_j - n_ij)`: the share of those who bought either that bought both (Jaccard
    /// 1901).
    Jaccard,
    /// `n n_ij / (n_i n_j)`: how many times oftener than chance (Brin et al., "Dynamic itemset
    /// counting", SIGMOD 1997, there called interest).
    Lift,
    /// `n_ij / n_i`: the share of those who bought the source that bought the target, P(j|i)
    /// (Agrawal, Imielinski, Swami, SIGMOD 1993). Directed.
    Confidence,
    /// The log-likelihood ratio `2 sum k ln(k n / (row column))` over the four cells of the table
    /// (Dunning, "Accurate methods for the statistics of surprise and coincidence", 1993). Zero
    /// where the two meet no oftener than by chance: `n_ij n <= n_i n_j`.
    Llr,
    /// `n_ij / (n_ij + alpha (n_i - n_ij) + beta (n_j - n_ij))` (Tversky, "Features of similarity", 1977):
    /// 1 and 1 is Jaccard, a half each the Dice coefficient; `alpha` alone counts what else the source
    /// is bought by, `beta` alone what the target is. Both at least 0, and one of them above.
    Tversky {
        /// What a row weighs that holds the source alone.
        alpha: f64,
        /// What a row weighs that holds the target alone.
        beta: f64,
    },
    /// `g_ij^count n_i^-source n_j^-target`, where `g_ij` is the sum of `d^-customer` over the rows that hold
    /// both, of `d` items each: one family that holds most neighbourhood methods, also those by random walks
    /// and graph filters. See [`Preset`](crate::Preset) for named points in it.
    Power {
        /// From 0 to 2: how much less a row (a customer, or an order) that holds many items says of each.
        /// At 0, all say as much, and `g_ij` is `n_ij`. Weights are rounded to 30 binary places.
        customer: f64,
        /// From 0.1 to 2: above 1, what is met often counts more than in proportion.
        count: f64,
        /// From -1 to 2, 0 or at least 0.001 in size: how much less a source that many bought says.
        source: f64,
        /// Likewise: how much less a target that many bought is suggested.
        target: f64,
    },
}

impl Measure {
    /// One of each kind: those with numbers as [`Measure::from_str`] gives them.
    pub const ALL: [Measure; 8] = [
        Measure::Count,
        Measure::Cosine,
        Measure::Jaccard,
        Measure::Lift,
        Measure::Confidence,
        Measure::Llr,
        Measure::Tversky {
            alpha: 0.5,
            beta: 0.5,
        },
        Measure::Power {
            customer: 0.0,
            count: 1.0,
            source: 0.9,
            target: 0.1,
        },
    ];

    /// The measure's name, the same in every face.
    pub fn name(self) -> &'static str {
        match self {
            Measure::Count => "count",
            Measure::Cosine => "cosine",
            Measure::Jaccard => "jaccard",
            Measure::Lift => "lift",
            Measure::Confidence => "confidence",
            Measure::Llr => "llr",
            Measure::Tversky { .. } => "tversky",
            Measure::Power { .. } => "power",
        }
    }

    /// How the score depends on the counts, to the last bit: each of its operations is rounded, and
    /// rounding keeps order. The logarithms of [`Measure::Llr`] promise no such thing.
    pub(crate) fn slope(self) -> Slope {
        let slope = |falls, by_count, by_target| Slope {
            falls,
            by_count,
            by_target,
        };
        match self {
            Measure::Cosine => slope(Falls::WithTarget, 1.0, 0.5),
            Measure::Lift => slope(Falls::WithTarget, 1.0, 1.0),
            Measure::Count | Measure::Confidence => slope(Falls::Never, 1.0, 0.0),
            Measure::Llr => slope(Falls::Unknown, 0.0, 0.0),
            Measure::Jaccard => Measure::Tversky {
                alpha: 1.0,
                beta: 1.0,
            }
            .slope(),
            Measure::Tversky { alpha, beta } => {
                // The derivatives of its logarithm, where no count is above n: at least by_count / n_ij, and
                // by_target / n.
                let both = alpha + beta;
                let falls = if beta > 0.0 {
                    Falls::WithTarget
                } else {
                    Falls::Never
                };
                slope(falls, both.min(1.0), beta / both.max(1.0))
            }
            Measure::Power { count, target, .. } => {
                let falls = match target {
                    0.0 => Falls::Never,
                    0.0.. => Falls::WithTarget,
                    _ => Falls::Rises,
                };
                slope(falls, count, target.abs())
            }
        }
    }

    /// As [`Measure::slope`], where a target is what is asked about, and the other is its source.
    pub(crate) fn turned_slope(self) -> Slope {
        let turned = match self {
            // A share of those who bought the other falls as a lift does.
            Measure::Confidence => Measure::Lift,
            // As little as this, scores rounded to f32 do not tell who bought the other.
            Measure::Tversky { alpha, .. } if alpha > 0.0 && alpha < 1e-3 => Measure::Llr,
            Measure::Tversky { alpha, beta } => Measure::Tversky {
                alpha: beta,
                beta: alpha,
            },
            Measure::Power {
                customer,
                count,
                source,
                target,
            } => Measure::Power {
                customer,
                count,
                source: target,
                target: source,
            },
            same => same,
        };
        turned.slope()
    }

    /// The score of these counts, as if all rows weighed 1; 0 where the items never met.
    #[inline]
    pub fn score(self, counts: Counts) -> f32 {
        self.value(counts) as f32
    }

    /// The score before it is rounded.
    // Of a measure that is known, one expression is left: a call would cost as much again.
    #[inline(always)]
    pub(crate) fn value(self, counts: Counts) -> f64 {
        let Counts {
            both,
            source,
            target,
            all,
        } = counts;
        if both == 0 {
            return 0.0;
        }
        let (n_ij, n_i, n_j) = (f64::from(both), f64::from(source), f64::from(target));
        match self {
            Measure::Count => n_ij,
            Measure::Cosine => n_ij / (n_i * n_j).sqrt(),
            Measure::Jaccard => n_ij / (n_i + n_j - n_ij),
            Measure::Lift => lift(counts),
            Measure::Confidence => n_ij / n_i,
            Measure::Llr => log_likelihood_ratio(both, source, target, all),
            Measure::Tversky { alpha, beta } => {
                n_ij / (n_ij + alpha * (n_i - n_ij) + beta * (n_j - n_ij))
            }
            Measure::Power {
                count,
                source,
                target,
                ..
            } => power(n_ij, count) * power(n_i, -source) * power(n_j, -target),
        }
    }

    /// The numbers of the measure, by the names that they have in every face.
    pub fn numbers(self) -> Vec<(&'static str, f64)> {
        match self {
            Measure::Tversky { alpha, beta } => vec![("alpha", alpha), ("beta", beta)],
            Measure::Power {
                customer,
                count,
                source,
                target,
            } => vec![
                ("customer_exponent", customer),
                ("count_exponent", count),
                ("source_exponent", source),
                ("target_exponent", target),
            ],
            _ => Vec::new(),
        }
    }

    /// The same measure with another number.
    ///
    /// # Errors
    /// [`Error::Setting`] where it has no number of that name; [`Error::UnknownName`] where no measure has.
    ///
    /// ```
    /// use cobuy::Measure;
    /// let measure = "power".parse::<Measure>()?.with("target_exponent", 0.3)?;
    /// assert_eq!(measure, Measure::Power { customer: 0.0, count: 1.0, source: 0.9, target: 0.3 });
    /// assert!(Measure::Cosine.with("alpha", 0.5).is_err());
    /// # Ok::<(), cobuy::Error>(())
    /// ```
    pub fn with(mut self, name: &str, value: f64) -> Result<Measure> {
        let place = match (&mut self, name) {
            (Measure::Tversky { alpha, .. }, "alpha") => alpha,
            (Measure::Tversky { beta, .. }, "beta") => beta,
            (Measure::Power { customer, .. }, "customer_exponent") => customer,
            (Measure::Power { count, .. }, "count_exponent") => count,
            (Measure::Power { source, .. }, "source_exponent") => source,
            (Measure::Power { target, .. }, "target_exponent") => target,
            _ => {
                return Err(no_such_number(
                    name,
                    value,
                    &format!("the measure is {self}"),
                ));
            }
        };
        *place = value;
        Ok(self)
    }

    /// Refuses numbers that cannot be.
    pub(crate) fn check(self) -> Result<()> {
        match self {
            Measure::Tversky { alpha, beta } => {
                within("alpha", alpha, 0.0..=1e6)?;
                within("beta", beta, 0.0..=1e6)?;
                if alpha + beta < 1e-3 {
                    let must = "together with `beta` it must be at least 0.001";
                    return Err(Error::setting("alpha", alpha, must));
                }
                if beta > 0.0 {
                    within("beta", beta, 1e-3..=1e6)?;
                }
                Ok(())
            }
            Measure::Power {
                customer,
                count,
                source,
                target,
            } => {
                within("customer_exponent", customer, 0.0..=2.0)?;
                within("count_exponent", count, 0.1..=2.0)?;
                for (name, exponent) in [("source_exponent", source), ("target_exponent", target)] {
                    within(name, exponent, -1.0..=2.0)?;
                    if exponent != 0.0 && exponent.abs() < 1e-3 {
                        let must = "it must be 0, or at least 0.001 in size";
                        return Err(Error::setting(name, exponent, must));
                    }
                }
                if source + target > 2.0 {
                    // What is left would be too small to be told from nothing.
                    let must =
                        format!("together with `source_exponent`, {source}, it must be at most 2");
                    return Err(Error::setting("target_exponent", target, must));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// `n n_ij / (n_i n_j)`.
pub(crate) fn lift(counts: Counts) -> f64 {
    (f64::from(counts.both) * f64::from(counts.all))
        / (f64::from(counts.source) * f64::from(counts.target))
}

fn log_likelihood_ratio(both: u32, source: u32, target: u32, all: u32) -> f64 {
    let (both, source, target, all) = (
        u64::from(both),
        u64::from(source),
        u64::from(target),
        u64::from(all),
    );
    if both * all <= source * target {
        return 0.0;
    }
    // Counts that contradict one another have no ratio; none of them may end in a panic.
    let cell = |count: u64, row: u64, column: u64| {
        if count == 0 || row == 0 || column == 0 {
            return 0.0;
        }
        let (count, expected) = (count as f64, row as f64 * column as f64);
        count * (count * all as f64 / expected).ln()
    };
    let sum = cell(both, source, target)
        + cell(
            source.saturating_sub(both),
            source,
            all.saturating_sub(target),
        )
        + cell(
            target.saturating_sub(both),
            all.saturating_sub(source),
            target,
        )
        + cell(
            (all + both).saturating_sub(source + target),
            all.saturating_sub(source),
            all.saturating_sub(target),
        );
    (2.0 * sum).max(0.0)
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Measure {
    type Err = Error;

    /// The measure of that name. `tversky` with `alpha` and `beta` of a half each; `power` as
    /// `n_ij n_i^-0.9 n_j^-0.1`, all rows weighing 1.
    fn from_str(name: &str) -> Result<Self> {
        Measure::ALL
            .into_iter()
            .find(|measure| measure.name() == name)
            .ok_or_else(|| Error::UnknownName {
                what: "measure",
                name: crate::text::shown(name),
                near: near(name, Measure::ALL.map(Measure::name)),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    const TEA_AND_CUP: Counts = Counts {
        both: 30,
        source: 100,
        target: 40,
        all: 1000,
    };

    #[test]
    fn each_measure_is_its_formula() {
        for (measure, expected) in [
            (Measure::Count, 30.0),
            (Measure::Cosine, 30.0 / 4000f32.sqrt()),
            (Measure::Jaccard, 30.0 / 110.0),
            (Measure::Lift, 7.5),
            (Measure::Confidence, 0.3),
            // By hand: 2 (30 ln 7.5 + 70 ln(70000/96000) + 10 ln(10000/36000) + 890 ln(890000/864000)).
            (Measure::Llr, 103.830_77),
        ] {
            assert_relative_eq!(measure.score(TEA_AND_CUP), expected, max_relative = 1e-6);
        }
    }

    #[test]
    fn chance_and_less_than_chance_score_no_llr() {
        let chance = Counts {
            both: 4,
            source: 100,
            target: 40,
            all: 1000,
        };
        assert_eq!(Measure::Llr.score(chance), 0.0);
        assert!(Measure::Llr.score(Counts { both: 5, ..chance }) > 0.0);
        assert_eq!(Measure::Cosine.score(Counts { both: 0, ..chance }), 0.0);
    }

    #[test]
    fn items_that_the_same_rows_hold_have_cosine_one() {
        for n in (1..5000).chain((1 << 24) - 5000..=1 << 24) {
            let counts = Counts {
                both: n,
                source: n,
                target: n,
                all: n,
            };
            assert_eq!(Measure::Cosine.score(counts), 1.0);
        }
    }

    #[test]
    fn cosines_that_are_equal_by_mathematics_are_equal() {
        // n_ij^2 / (n_i n_j) as a fraction in lowest terms.
        let gcd = |mut a: u32, mut b: u32| {
            while b > 0 {
                (a, b) = (b, a % b);
            }
            a
        };
        let mut seen = std::collections::HashMap::new();
        for (source, target) in (1..50).flat_map(|i| (1..50).map(move |j| (i, j))) {
            for both in 1..=source.min(target) {
                let counts = Counts {
                    both,
                    source,
                    target,
                    all: 100,
                };
                let divisor = gcd(both * both, source * target);
                let fraction = (both * both / divisor, source * target / divisor);
                let score = Measure::Cosine.score(counts).to_bits();
                assert_eq!(*seen.entry(fraction).or_insert(score), score, "{counts:?}");
            }
        }
    }

    #[test]
    fn the_largest_counts_are_finite() {
        let most = (1u32 << 31) - 1;
        let counts = Counts {
            both: most,
            source: most,
            target: most,
            all: most,
        };
        for measure in Measure::ALL {
            assert!(measure.score(counts).is_finite(), "{measure}");
        }
    }

    #[test]
    fn an_unknown_measure_offers_the_near_one() {
        let message = "cosin"
            .parse::<Measure>()
            .err()
            .map(|problem| problem.to_string());
        assert_eq!(
            message.as_deref(),
            Some("there is no measure `cosin`; did you mean `cosine`?")
        );
    }
}
