//! Slow and obvious twins of what is learnt from purchases and their times.

use crate::reference::Neighbour;
use cobuy::Measure;

const DAY: f64 = 86_400_000_000.0;

/// A purchase: who bought what, and when, if that is known (microseconds).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    pub row: u32,
    pub item: u32,
    pub at: Option<i64>,
}

/// A shop's purchases as of an instant, and the group of each item, where it is in one.
#[derive(Clone, Debug)]
pub struct Timed {
    pub events: Vec<Event>,
    pub rows: usize,
    pub groups: Vec<Option<u32>>,
    pub as_of: i64,
}

impl Timed {
    fn items(&self) -> usize {
        self.groups.len()
    }

    fn of(&self, row: usize) -> Vec<Event> {
        let of_row = |event: &&Event| event.row as usize == row;
        self.events.iter().filter(of_row).copied().collect()
    }

    /// Whether each row holds each item.
    fn held(&self) -> Vec<Vec<bool>> {
        let mut held = vec![vec![false; self.items()]; self.rows];
        for event in &self.events {
            held[event.row as usize][event.item as usize] = true;
        }
        held
    }

    fn same_group(&self, one: usize, other: usize) -> bool {
        self.groups[one].is_some() && self.groups[one] == self.groups[other]
    }

    /// Sorted lists of neighbours: `near(source, target)` tells the score and how many have both.
    fn lists(&self, least: u32, near: impl Fn(usize, usize) -> (f64, u32)) -> Vec<Vec<Neighbour>> {
        let list = |source: usize| {
            let mut list: Vec<Neighbour> = Vec::new();
            for target in (0..self.items()).filter(|&target| target != source) {
                let (score, both) = near(source, target);
                let score = score as f32;
                if both >= least && score > 0.0 && !self.same_group(source, target) {
                    list.push((target as u32, score, both));
                }
            }
            list.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            list
        };
        (0..self.items()).map(list).collect()
    }

    /// The weight of each row's last purchase of each item, in units of 2^-bits.
    fn weights(&self, half_life: f64, bits: i32) -> Vec<Vec<u128>> {
        let weight = |row: usize, item: usize| {
            let bought = self.of(row).into_iter();
            let times = bought.filter(|event| event.item as usize == item);
            let Some(last) = times.filter_map(|event| event.at).max() else {
                return 0;
            };
            let age = (self.as_of - last).max(0) as f64;
            let weight = (-(age / (half_life * DAY))).exp2();
            (weight * 2f64.powi(bits)).round() as u128
        };
        let row = |row| (0..self.items()).map(|item| weight(row, item)).collect();
        (0..self.rows).map(row).collect()
    }

    /// Lists by weights that halve every so many days.
    pub fn fading(&self, measure: Measure, half_life: f64, least: u32) -> Vec<Vec<Neighbour>> {
        let mut log = 0;
        while 1 << log < self.rows + 1 {
            log += 1;
        }
        let bits = ((62 - log) / 2).min(20);
        let (weights, held) = (self.weights(half_life, bits), self.held());
        let sum = |i: usize, j: usize| weights.iter().map(|row| row[i] * row[j]).sum::<u128>();
        let squares: Vec<f64> = (0..self.items()).map(|i| sum(i, i) as f64).collect();
        self.lists(least, |i, j| {
            let s_ij = sum(i, j) as f64;
            let score = match measure {
                _ if s_ij == 0.0 => 0.0,
                Measure::Count => s_ij / 4f64.powi(bits),
                Measure::Cosine => s_ij / (squares[i] * squares[j]).sqrt(),
                _ => panic!("{measure} has no weights"),
            };
            let both = held.iter().filter(|row| row[i] && row[j]).count();
            (score, both as u32)
        })
    }

    /// In how many rows `j` was bought within so many days after an `i` that was observed for so
    /// long, and in how many there is such an `i`.
    pub fn after_counts(&self, days: f64) -> (Vec<Vec<u32>>, Vec<u32>) {
        let within = (days * DAY).round().min(1e30) as i128;
        let mut both = vec![vec![0; self.items()]; self.items()];
        let mut sources = vec![0; self.items()];
        for row in 0..self.rows {
            let timed: Vec<(usize, i128)> = self
                .of(row)
                .iter()
                .filter_map(|event| Some((event.item as usize, i128::from(event.at?))))
                .collect();
            for i in 0..self.items() {
                let observed = || {
                    let of_i = timed.iter().filter(|(item, _)| *item == i);
                    of_i.filter(|(_, at)| at + within <= i128::from(self.as_of))
                };
                sources[i] += u32::from(observed().count() > 0);
                for (j, both) in both[i].iter_mut().enumerate() {
                    let follows = |t_i: i128| {
                        let mut of_j = timed.iter().filter(|(item, _)| *item == j);
                        of_j.any(|&(_, t_j)| t_i < t_j && t_j <= t_i + within)
                    };
                    *both += u32::from(observed().any(|&(_, t_i)| follows(t_i)));
                }
            }
        }
        (both, sources)
    }

    /// The customers of each item, and of anything.
    pub fn buyers(&self) -> (Vec<u32>, u32) {
        let held = self.held();
        let of = |item: usize| held.iter().filter(|row| row[item]).count() as u32;
        let all = held.iter().filter(|row| row.contains(&true)).count() as u32;
        ((0..self.items()).map(of).collect(), all)
    }

    /// Support, confidence and lift of two items by what was bought after.
    pub fn after_evidence(&self, days: f64, source: u32, target: u32) -> (f64, f64, f64) {
        let (source, target) = (source as usize, target as usize);
        let (both, sources) = self.after_counts(days);
        let (buyers, all) = self.buyers();
        let counts = [both[source][target], sources[source], buyers[target], all];
        let [n_ij, n_i, n_j, n] = counts.map(f64::from);
        (n_ij / n, n_ij / n_i, (n_ij * n) / (n_i * n_j))
    }

    /// Lists by what was bought within so many days after.
    pub fn after(&self, measure: Measure, days: f64, least: u32) -> Vec<Vec<Neighbour>> {
        let (both, sources) = self.after_counts(days);
        let (buyers, all) = self.buyers();
        self.lists(least, |i, j| {
            let [n_ij, n_i, n_j, n] = [both[i][j], sources[i], buyers[j], all].map(f64::from);
            let score = match measure {
                _ if n_ij == 0.0 => 0.0,
                Measure::Count => n_ij,
                Measure::Confidence => n_ij / n_i,
                Measure::Lift => (n * n_ij) / (n_i * n_j),
                _ => panic!("{measure} is not asked for what came after"),
            };
            (score, both[i][j])
        })
    }

    /// The item that stands for each: of its group the one that most rows hold, then the first.
    pub fn representatives(&self) -> Vec<u32> {
        let (buyers, _) = self.buyers();
        let representative = |item: usize| {
            let mut best = item;
            for other in (0..self.items()).filter(|&other| self.same_group(item, other)) {
                let more = buyers[other] > buyers[best];
                if more || (buyers[other] == buyers[best] && other < best) {
                    best = other;
                }
            }
            best as u32
        };
        (0..self.items()).map(representative).collect()
    }
}
