//! What is likely between the settings that were tried: a Gaussian process.
//!
//! Rasmussen, Williams, "Gaussian processes for machine learning" (2006): the posterior by a Cholesky
//! factor (algorithm 2.1), with the Matérn kernel of 5/2 and a length by axis, which are chosen by the
//! marginal likelihood and a prior. How much is to be gained at a place is the expected improvement (Jones,
//! Schonlau, Welch, "Efficient global optimization of expensive black-box functions", Journal of Global
//! Optimization 1998; for settings of learners Snoek, Larochelle, Adams, NeurIPS 2012).

/// Lengths that an axis may have: how far apart places tell of each other, where 1 is the whole axis.
const LENGTHS: [f64; 6] = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2];
/// What is usual, to begin with.
const USUAL: f64 = 0.8;
/// How much of what is seen may be roughness, as a share of the variance.
const ROUGH: [f64; 3] = [1e-6, 1e-4, 1e-2];
/// How often all of them are chosen anew.
const ROUNDS: usize = 2;

/// A fitted process.
pub(super) struct Surrogate {
    places: Vec<Vec<f64>>,
    lengths: Vec<f64>,
    lower: Vec<Vec<f64>>,
    /// The inverse of the kernel matrix times the values.
    weights: Vec<f64>,
    /// The variance of the process, in the unit of the values.
    variance: f64,
    mean: f64,
    unit: f64,
}

impl Surrogate {
    /// Of values at places; `None` of fewer than two.
    pub(super) fn fit(places: Vec<Vec<f64>>, values: &[f64]) -> Option<Surrogate> {
        if places.len() < 2 || places.len() != values.len() {
            return None;
        }
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let unit = (squares / count).sqrt().max(1e-12);
        let values: Vec<f64> = values.iter().map(|value| (value - mean) / unit).collect();
        let axes = places[0].len();
        let mut best = (vec![USUAL; axes], ROUGH[1]);
        let mut likely = likelihood(&places, &values, &best.0, best.1)?;
        for _ in 0..ROUNDS {
            for axis in 0..axes {
                for length in LENGTHS {
                    let mut lengths = best.0.clone();
                    lengths[axis] = length;
                    let found = likelihood(&places, &values, &lengths, best.1);
                    if let Some(found) = found.filter(|found| *found > likely) {
                        (likely, best.0) = (found, lengths);
                    }
                }
            }
            for rough in ROUGH {
                let found = likelihood(&places, &values, &best.0, rough);
                if let Some(found) = found.filter(|found| *found > likely) {
                    (likely, best.1) = (found, rough);
                }
            }
        }
        let (lengths, rough) = best;
        let lower = cholesky(matrix(&places, &lengths, rough))?;
        let weights = solve(&lower, &values);
        let fits: f64 = values
            .iter()
            .zip(&weights)
            .map(|(one, two)| one * two)
            .sum();
        Some(Surrogate {
            variance: fits / count,
            places,
            lengths,
            lower,
            weights,
            mean,
            unit,
        })
    }

    /// The mean and the standard deviation at a place.
    pub(super) fn at(&self, place: &[f64]) -> (f64, f64) {
        let near: Vec<f64> = self
            .places
            .iter()
            .map(|other| kernel(place, other, &self.lengths))
            .collect();
        let mean: f64 = near.iter().zip(&self.weights).map(|(k, w)| k * w).sum();
        let seen = forward(&self.lower, &near);
        let left = 1.0 - seen.iter().map(|part| part * part).sum::<f64>();
        let deviation = (self.variance * left.max(0.0)).sqrt();
        (self.mean + self.unit * mean, self.unit * deviation)
    }

    /// By how much a place is expected to be better than `best`, where it is better.
    pub(super) fn gain(&self, place: &[f64], best: f64) -> f64 {
        let (mean, deviation) = self.at(place);
        if deviation <= 0.0 {
            return (mean - best).max(0.0);
        }
        let z = (mean - best) / deviation;
        (deviation * (z * below(z) + density(z))).max(0.0)
    }
}

/// The logarithm of how likely values are, the variance being the likeliest, and a length the likelier the nearer
/// its logarithm is to that of the usual one; up to what all have in common.
fn likelihood(places: &[Vec<f64>], values: &[f64], lengths: &[f64], rough: f64) -> Option<f64> {
    let lower = cholesky(matrix(places, lengths, rough))?;
    let seen = forward(&lower, values);
    let count = values.len() as f64;
    let variance = (seen.iter().map(|part| part * part).sum::<f64>() / count).max(1e-12);
    let spread: f64 = (0..values.len()).map(|at| lower[at][at].ln()).sum();
    let prior = lengths.iter().map(|length| (length / USUAL).ln().powi(2));
    Some(-0.5 * count * variance.ln() - spread - 0.5 * prior.sum::<f64>())
}

/// Matérn of 5/2: how alike the values at two places are.
fn kernel(one: &[f64], two: &[f64], lengths: &[f64]) -> f64 {
    let square = |((a, b), length): ((&f64, &f64), &f64)| ((a - b) / length).powi(2);
    let squares: f64 = one.iter().zip(two).zip(lengths).map(square).sum();
    let far = (5.0 * squares).sqrt();
    (1.0 + far + far * far / 3.0) * (-far).exp()
}

/// The lower half of the kernel matrix.
fn matrix(places: &[Vec<f64>], lengths: &[f64], rough: f64) -> Vec<Vec<f64>> {
    let row = |(at, place): (usize, &Vec<f64>)| -> Vec<f64> {
        let mut row: Vec<f64> = places[..=at]
            .iter()
            .map(|other| kernel(place, other, lengths))
            .collect();
        row[at] += rough;
        row
    };
    places.iter().enumerate().map(row).collect()
}

/// The lower factor of a matrix of which the lower half is given; `None` where it has none.
fn cholesky(mut rows: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    for at in 0..rows.len() {
        let (above, from) = rows.split_at_mut(at);
        let row = &mut from[0];
        for (column, other) in above.iter().enumerate() {
            let known: f64 = (0..column).map(|k| row[k] * other[k]).sum();
            row[column] = (row[column] - known) / other[column];
        }
        let known: f64 = row[..at].iter().map(|value| value * value).sum();
        let left = row[at] - known;
        if !(left.is_finite() && left > 0.0) {
            return None;
        }
        row[at] = left.sqrt();
    }
    Some(rows)
}

/// `x` of `L x = values`.
fn forward(lower: &[Vec<f64>], values: &[f64]) -> Vec<f64> {
    let mut x = Vec::with_capacity(values.len());
    for (row, value) in lower.iter().zip(values) {
        let known: f64 = row.iter().zip(&x).map(|(a, b)| a * b).sum();
        x.push((value - known) / row[row.len() - 1]);
    }
    x
}

/// `x` of `L L' x = values`.
fn solve(lower: &[Vec<f64>], values: &[f64]) -> Vec<f64> {
    let mut x = forward(lower, values);
    for at in (0..x.len()).rev() {
        let known: f64 = (at + 1..x.len()).map(|row| lower[row][at] * x[row]).sum();
        x[at] = (x[at] - known) / lower[at][at];
    }
    x
}

/// The density of the normal distribution.
fn density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// The normal distribution (Abramowitz, Stegun, "Handbook of mathematical functions", 1964, 26.2.17): to 7.5e-8.
fn below(z: f64) -> f64 {
    const TERMS: [f64; 5] = [
        1.330_274_429,
        -1.821_255_978,
        1.781_477_937,
        -0.356_563_782,
        0.319_381_530,
    ];
    let t = 1.0 / (1.0 + 0.231_641_9 * z.abs());
    let above = density(z) * t * TERMS.iter().fold(0.0, |sum, term| sum * t + term);
    if z < 0.0 { above } else { 1.0 - above }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn wave(place: &[f64]) -> f64 {
        (3.0 * place[0]).sin() - (place[1] - 0.4).powi(2)
    }

    /// A grid of places and a wave over them.
    fn seen() -> (Vec<Vec<f64>>, Vec<f64>) {
        let places: Vec<Vec<f64>> = (0..16)
            .map(|at| vec![f64::from(at % 4) / 3.0, f64::from(at / 4) / 3.0])
            .collect();
        let values = places.iter().map(|place| wave(place)).collect();
        (places, values)
    }

    /// The inverse of a full matrix by elimination, the plain way.
    fn inverse(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let size = matrix.len();
        let unit = |at: usize| (0..size).map(move |it| f64::from(u8::from(it == at)));
        let row = |(at, row): (usize, &Vec<f64>)| row.iter().copied().chain(unit(at)).collect();
        let mut rows: Vec<Vec<f64>> = matrix.iter().enumerate().map(row).collect();
        for at in 0..size {
            let pivot = rows[at][at];
            rows[at].iter_mut().for_each(|value| *value /= pivot);
            for other in (0..size).filter(|&other| other != at) {
                let factor = rows[other][at];
                let taken = rows[at].clone();
                for (value, taken) in rows[other].iter_mut().zip(taken) {
                    *value -= factor * taken;
                }
            }
        }
        rows.into_iter().map(|row| row[size..].to_vec()).collect()
    }

    #[test]
    fn mean_and_deviation_are_those_of_the_full_inverse() {
        let (places, values) = seen();
        let process = Surrogate::fit(places.clone(), &values).unwrap();
        let rough = ROUGH.into_iter().find(|rough| {
            let lower = cholesky(matrix(&places, &process.lengths, *rough)).unwrap();
            lower == process.lower
        });
        let rough = rough.unwrap();
        let full: Vec<Vec<f64>> = places
            .iter()
            .enumerate()
            .map(|(row, one)| {
                let of = |(at, two): (usize, &Vec<f64>)| {
                    kernel(one, two, &process.lengths) + if at == row { rough } else { 0.0 }
                };
                places.iter().enumerate().map(of).collect()
            })
            .collect();
        let inverse = inverse(&full);
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let left: Vec<f64> = values.iter().map(|value| value - mean).collect();
        let quadratic = |one: &[f64], two: &[f64]| -> f64 {
            let row = |(row, a): (&Vec<f64>, &f64)| -> f64 {
                a * row.iter().zip(two).map(|(c, b)| c * b).sum::<f64>()
            };
            inverse.iter().zip(one).map(row).sum()
        };
        let variance = quadratic(&left, &left) / count;
        for place in [[0.1, 0.9], [0.5, 0.5], [1.0, 0.2]] {
            let near: Vec<f64> = places
                .iter()
                .map(|other| kernel(&place, other, &process.lengths))
                .collect();
            let expected = mean + quadratic(&near, &left);
            let spread = (variance * (1.0 - quadratic(&near, &near))).sqrt();
            let (found, deviation) = process.at(&place);
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
            assert!((deviation - spread).abs() < 1e-5, "{deviation} {spread}");
            assert!((found - wave(&place)).abs() < 0.1, "{place:?} {found}");
        }
    }

    #[test]
    fn what_was_seen_is_known_and_gains_are_where_they_are_likely() {
        let (places, values) = seen();
        let process = Surrogate::fit(places.clone(), &values).unwrap();
        let best = values.iter().copied().fold(f64::MIN, f64::max);
        for (place, value) in places.iter().zip(&values) {
            let (mean, deviation) = process.at(place);
            assert!((mean - value).abs() < 0.02 && deviation < 0.1);
        }
        // The top lies between the second and the third column.
        let (there, corner) = (
            process.gain(&[0.52, 0.4], best),
            process.gain(&[0.0, 1.0], best),
        );
        assert!(there > 100.0 * corner && there > 0.0, "{there} {corner}");
    }

    #[test]
    fn the_normal_distribution_is_that_of_the_tables() {
        for (z, share) in [
            (0.0, 0.5),
            (1.0, 0.841_344_75),
            (-1.96, 0.024_997_9),
            (3.0, 0.998_650_1),
        ] {
            assert!((below(z) - share).abs() < 1e-7, "{z}");
        }
    }

    #[test]
    fn values_that_are_all_equal_make_no_harm_and_too_few_no_process() {
        let places = vec![vec![0.0], vec![0.5], vec![1.0]];
        let flat = Surrogate::fit(places, &[2.0; 3]).unwrap();
        assert_eq!(flat.at(&[0.7]).0, 2.0);
        assert!(flat.gain(&[0.7], 2.0).is_finite());
        assert!(Surrogate::fit(vec![vec![0.0]], &[1.0]).is_none());
    }
}
