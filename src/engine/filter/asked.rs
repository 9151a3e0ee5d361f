//! The rules of a question.

use super::Question;
use crate::engine::asked::Asked;
use crate::engine::query::{About, Query};
use crate::error::Result;
use crate::rules::Verdict;

impl Query<'_> {
    /// Whom the question names, where it does.
    pub(in crate::engine) fn whose(&self) -> Option<&str> {
        match &self.about {
            About::Customer(customer) => Some(customer),
            _ => self.customer.as_deref(),
        }
    }

    /// What rules may ask for.
    pub(in crate::engine) fn question<'a>(
        &self,
        given: &'a [u32],
        customer: Option<u32>,
    ) -> Question<'a> {
        let (about, looks_at) = match self.about {
            About::Item(_) => ("a question about an item", true),
            About::Basket(_) => ("a question about a basket", true),
            About::Customer(_) => ("a question about a customer", false),
            About::Popular(_) => ("a question about what is popular", false),
        };
        Question {
            about,
            context: looks_at.then_some(given),
            may_look: false,
            has_customer: self.whose().is_some(),
            customer,
        }
    }

    /// The items that all filters let through, a bit each; `None` where there is no filter.
    pub(in crate::engine) fn through(&self, question: &Question<'_>) -> Result<Option<Vec<u64>>> {
        let engine = self.engine;
        let mut all: Option<Vec<u64>> = None;
        for text in &self.filters {
            let rule = engine.rules.filter(engine, text)?;
            let mut words = rule.holding(engine, question)?;
            for (word, before) in words.iter_mut().zip(all.iter().flatten()) {
                *word &= before;
            }
            all = Some(words);
        }
        Ok(all)
    }

    /// The ids of all items that the filters let through, by index; of every item where there is none.
    ///
    /// # Errors
    /// As [`Query::suggest`].
    pub fn items_let_through(&self) -> Result<Vec<&str>> {
        let asked = self.asked()?;
        let through = self.through(&self.question(&asked.given, asked.customer))?;
        let holds = |item: &usize| match &through {
            Some(words) => words[item / 64] >> (item % 64) & 1 == 1,
            None => true,
        };
        let engine = self.engine;
        let items = (0..engine.items.len()).filter(holds);
        Ok(items.map(|item| engine.id(item as u32)).collect())
    }

    /// The first filter that does not let an item through, and why not.
    pub(in crate::engine) fn filtered(&self, asked: &Asked, item: u32) -> Result<Option<Verdict>> {
        let question = self.question(&asked.given, asked.customer);
        for text in &self.filters {
            let rule = self.engine.rules.filter(self.engine, text)?;
            let verdict = rule.explain(self.engine, &question, item);
            if verdict.holds != Some(true) {
                return Ok(Some(verdict));
            }
        }
        Ok(None)
    }

    /// What an item's score is multiplied by.
    pub(in crate::engine) fn factor(&self, asked: &Asked, item: u32) -> Option<f64> {
        let boost = asked.boost.as_ref()?;
        let question = self.question(&asked.given, asked.customer);
        Some(boost.factor(self.engine, &question, item))
    }
}

/// How many bits are set.
pub(in crate::engine) fn count(words: &[u64]) -> u64 {
    words.iter().map(|word| u64::from(word.count_ones())).sum()
}
