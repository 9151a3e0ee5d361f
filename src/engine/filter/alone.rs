//! A rule over goods, asked of one item outside of a question.

use super::{ItemRule, Question};
use crate::engine::Engine;
use crate::error::Result;
use crate::ids::ItemIx;
use crate::rules::{Rule, Verdict};

impl Engine {
    /// Looks up the names of a rule over goods, such as [`Query::filter`](crate::Query::filter) takes, and
    /// compares its types.
    ///
    /// # Errors
    /// [`Error::Rule`](crate::Error::Rule) with line and column.
    pub fn check_rule(&self, rule: &Rule) -> Result<()> {
        ItemRule::compile(rule.clone(), self).map(|_| ())
    }

    /// Why a rule over goods holds of an item or does not, clause by clause. `context.` means the items of
    /// `context`, and `customer.` means `customer`, of whom all is missing where they are not known.
    ///
    /// # Errors
    /// [`Error::Rule`](crate::Error::Rule) as [`Engine::check_rule`], and where the rule names `context.` or `customer.` and
    /// none is given; [`Error::UnknownItem`](crate::Error::UnknownItem) with near ids.
    ///
    /// ```
    /// use cobuy::{Engine, Rule, Settings, TableName, Tables, TextRows};
    /// # use cobuy::OrderLine;
    /// let goods = [["tea", "4"], ["pot", "30"]].map(|row| row.map(Some));
    /// let tables = Tables::new(Settings::default())
    ///     .order_lines([OrderLine::new("1", "ann", "tea")])?
    ///     .read(TableName::Items, TextRows::new(["item_id", "price"], goods))?;
    /// let engine = Engine::builder(&tables.history()?).fit()?;
    /// let rule = Rule::parse("price <= context.price * 1.5")?;
    /// let verdict = engine.explain_rule(&rule, "pot", &["tea"], None)?;
    /// assert_eq!(verdict.to_string(), "no      price <= context.price * 1.5   [30, 6]\n");
    /// # Ok::<(), cobuy::Error>(())
    /// ```
    pub fn explain_rule<Id: AsRef<str>>(
        &self,
        rule: &Rule,
        item: &str,
        context: &[Id],
        customer: Option<&str>,
    ) -> Result<Verdict> {
        let compiled = ItemRule::compile(rule.clone(), self)?;
        let item = self.item(item)?.get();
        let index = |id: &Id| self.item(id.as_ref()).map(ItemIx::get);
        let mut context: Vec<u32> = context.iter().map(index).collect::<Result<_>>()?;
        context.sort_unstable();
        context.dedup();
        let found = customer.and_then(|id| self.people.find(id));
        let question = Question {
            about: "the question",
            context: (!context.is_empty()).then_some(&context),
            may_look: true,
            has_customer: customer.is_some(),
            customer: found.map(|row| row as u32),
        };
        compiled.needs.check(rule, &question)?;
        Ok(compiled.explain(self, &question, item))
    }
}
