//! Which data something was measured on, in one number.

use super::shop_split::Cuts;
use super::split::Split;
use super::truth::Values;
use crate::history::{History, Labels, Texts};
use crate::matrix::Pattern;
use xxhash_rust::xxh3::Xxh3;

/// What was told so far, in one number.
#[derive(Default)]
struct Fingerprint(Xxh3);

impl Fingerprint {
    fn number(&mut self, number: u64) {
        self.0.update(&number.to_le_bytes());
    }

    /// Numbers with how many they are, so that no two sequences run into each other.
    fn numbers<N: bytemuck::Pod>(&mut self, numbers: &[N]) {
        self.number(numbers.len() as u64);
        self.0.update(bytemuck::cast_slice(numbers));
    }

    fn pattern(&mut self, pattern: &Pattern) {
        self.number(pattern.cols() as u64);
        self.numbers(pattern.proper_indptr().as_ref());
        self.numbers(pattern.indices());
    }

    fn values(&mut self, values: &Values) {
        match values {
            Values::None => self.number(0),
            Values::ByItem(values) => self.numbers(values),
            Values::ByPlace(values) => {
                self.numbers(values.proper_indptr().as_ref());
                self.numbers(values.indices());
                self.numbers(values.data());
            }
        }
    }

    fn labels(&mut self, labels: &Labels) {
        self.number(labels.len() as u64);
        for label in labels.iter() {
            self.numbers(label.as_bytes());
        }
    }

    fn texts(&mut self, texts: Option<&Texts>) {
        self.number(u64::from(texts.is_some()));
        if let Some(texts) = texts {
            self.labels(&texts.labels);
            self.numbers(&texts.codes);
        }
    }

    /// What answers for customers rest on.
    fn history(&mut self, history: &History) {
        self.labels(history.customers());
        self.labels(history.items());
        let (lines, orders) = (history.line_table(), history.order_table());
        self.numbers(&lines.order);
        self.numbers(&lines.item);
        self.numbers(&lines.left);
        self.numbers(&orders.customer);
        self.numbers(&orders.at);
        self.numbers(lines.at.as_ref().map_or(&[][..], |at| &at[..]));
        self.texts(history.groups());
        self.texts(
            history
                .item_table()
                .and_then(|goods| goods.category.as_ref()),
        );
    }
}

impl Split {
    /// Of what is learnt from and what is judged by, with all that results depend on.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut all = Fingerprint::default();
        all.number(u64::from(self.train.basis() == crate::Basis::Order));
        all.pattern(self.train.by_row());
        all.pattern(&self.test);
        all.numbers(self.train.groups().unwrap_or_default());
        all.number(self.as_of as u64);
        all.number(self.until.unwrap_or(i64::MIN) as u64);
        if let Some(timeline) = &self.timeline {
            let (items, at) = timeline.all();
            all.numbers(timeline.starts());
            all.numbers(items);
            all.numbers(at);
        }
        all.values(&self.values);
        all.0.digest()
    }
}

impl Cuts<'_> {
    /// Of what is learnt from and what is judged by at all cuts.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut all = Fingerprint::default();
        for held in &self.held {
            all.history(&held.train);
            all.labels(held.told.customers());
            all.labels(held.told.items());
            all.number(held.bought.len() as u64);
            for &(customer, item, worth) in &held.bought {
                all.numbers(&[customer, item]);
                all.number(worth.to_bits());
            }
        }
        all.0.digest()
    }
}
