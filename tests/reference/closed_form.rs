//! The closed form from its definition: dense matrices in f64, one target after the other.

use cobuy::ClosedForm;
use std::collections::BTreeSet;

/// Who bought what, and the group of each item, if it is in one.
pub struct Dense {
    pub rows: Vec<BTreeSet<u32>>,
    pub groups: Vec<Option<u32>>,
}

impl Dense {
    pub fn items(&self) -> usize {
        self.groups.len()
    }

    pub fn buyers(&self, item: usize) -> usize {
        let held = self.rows.iter().filter(|row| row.contains(&(item as u32)));
        held.count()
    }

    pub fn both(&self, one: usize, other: usize) -> usize {
        let (one, other) = (one as u32, other as u32);
        let held = |row: &&BTreeSet<u32>| row.contains(&one) && row.contains(&other);
        self.rows.iter().filter(held).count()
    }

    pub fn are_variants(&self, one: usize, other: usize) -> bool {
        one == other || self.groups[one].is_some() && self.groups[one] == self.groups[other]
    }

    /// X' W X; what a customer weighs has 30 binary places.
    pub fn products(&self, exponent: f64) -> Vec<Vec<f64>> {
        let mut products = vec![vec![0.0; self.items()]; self.items()];
        let one = f64::from(1u32 << 30);
        for row in &self.rows {
            let weight = ((row.len() as f64).powf(-exponent) * one).round() / one;
            for &i in row {
                for &j in row {
                    products[i as usize][j as usize] += weight;
                }
            }
        }
        products
    }

    /// All weights, by source and target: each target told from all that were bought and are no variants of it.
    pub fn weights(&self, numbers: ClosedForm) -> Vec<Vec<f64>> {
        let products = self.products(numbers.customer_exponent);
        let mut weights = vec![vec![0.0; self.items()]; self.items()];
        for target in (0..self.items()).filter(|&target| self.buyers(target) > 0) {
            let told_from = |&source: &usize| !self.are_variants(source, target);
            let sources: Vec<usize> = (0..self.items()).filter(told_from).collect();
            let row = |&i: &usize| -> Vec<f64> {
                let ridge = numbers.dropout * products[i][i] + numbers.penalty;
                let value = |&j: &usize| products[i][j] + if i == j { ridge } else { 0.0 };
                sources.iter().map(value).collect()
            };
            let inverse = inverse(sources.iter().map(row).collect());
            let hold_back = (self.buyers(target) as f64).powf(-numbers.target_exponent);
            for (&source, row) in sources.iter().zip(&inverse) {
                let parts = row.iter().zip(&sources);
                let weight: f64 = parts.map(|(value, &i)| value * products[i][target]).sum();
                weights[source][target] = weight * hold_back;
            }
        }
        weights
    }
}

/// The inverse of a matrix by Gauss' and Jordan's elimination, the largest pivot of each column first.
pub fn inverse(mut matrix: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let order = matrix.len();
    for (at, row) in matrix.iter_mut().enumerate() {
        row.extend((0..order).map(|column| f64::from(u8::from(column == at))));
    }
    for column in 0..order {
        let size = |row: &usize| matrix[*row][column].abs();
        let largest = (column..order).max_by(|a, b| size(a).total_cmp(&size(b)));
        matrix.swap(column, largest.unwrap_or(column));
        let own = matrix[column][column];
        matrix[column].iter_mut().for_each(|value| *value /= own);
        let taken = matrix[column].clone();
        for (at, row) in matrix.iter_mut().enumerate() {
            let factor = row[column];
            if at != column {
                for (value, taken) in row.iter_mut().zip(&taken) {
                    *value -= factor * taken;
                }
            }
        }
    }
    matrix
        .into_iter()
        .map(|row| row[order..].to_vec())
        .collect()
}
