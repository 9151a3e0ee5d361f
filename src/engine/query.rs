//! Questions, each a short sentence.

use super::Engine;
use super::answer::{Explanation, Suggestion, Suggestions};
use super::words::suggestion_of;
use crate::error::{Error, Result};
use crate::ids::ItemIx;
use crate::parallel::{map_parts, threads_for};
use crate::watch::Watch;

/// A question to an [`Engine`], being asked. Made by [`Engine::also_bought`],
/// [`Engine::for_basket`], [`Engine::for_customer`] and [`Engine::popular`].
#[derive(Clone, Debug)]
pub struct Query<'a> {
    pub(super) engine: &'a Engine,
    pub(super) about: About,
    pub(super) n: usize,
    pub(super) exclude: Vec<String>,
    pub(super) only: Option<Vec<String>>,
    pub(super) keep_owned: bool,
    pub(super) fallback: bool,
    /// Rules that an item must keep.
    pub(super) filters: Vec<String>,
    /// What scores are multiplied by.
    pub(super) boost: Option<String>,
    /// Whom `customer.` means.
    pub(super) customer: Option<String>,
    /// Items that other lists of the page show.
    pub(super) on_page: Vec<u32>,
}

/// What a question is about.
#[derive(Clone, Debug)]
pub(super) enum About {
    Item(String),
    Basket(Vec<String>),
    Customer(String),
    Popular(Option<String>),
}

impl Engine {
    /// What do customers who bought `item` also buy? Only from its own list, unless
    /// [`Query::fallback`].
    pub fn also_bought(&self, item: impl Into<String>) -> Query<'_> {
        self.query(About::Item(item.into()), false)
    }

    /// What goes with these items together? The sum of their lists' scores; what is in the basket, and
    /// variants of it, are never among it. Falls back to what is popular in their categories, and
    /// then in the shop.
    pub fn for_basket<Id: Into<String>>(&self, items: impl IntoIterator<Item = Id>) -> Query<'_> {
        self.query(
            About::Basket(items.into_iter().map(Into::into).collect()),
            true,
        )
    }

    /// What goes with all that a customer has bought? As [`Engine::for_basket`]; a customer who is
    /// not known, or has bought nothing, is answered with what is popular.
    pub fn for_customer(&self, customer: impl Into<String>) -> Query<'_> {
        self.query(About::Customer(customer.into()), true)
    }

    /// What is bought most, in the shop or in one category and those under it?
    pub fn popular(&self, category: Option<&str>) -> Query<'_> {
        self.query(About::Popular(category.map(str::to_owned)), true)
    }

    fn query(&self, about: About, fallback: bool) -> Query<'_> {
        Query {
            engine: self,
            about,
            n: 10,
            exclude: Vec::new(),
            only: None,
            keep_owned: false,
            fallback,
            filters: Vec::new(),
            boost: None,
            customer: None,
            on_page: Vec::new(),
        }
    }

    /// Several lists of one page, each without what those before it show (and without variants of
    /// that).
    ///
    /// # Errors
    /// As [`Query::suggest`].
    pub fn page<'a>(
        &'a self,
        queries: impl IntoIterator<Item = Query<'a>>,
    ) -> Result<Vec<Suggestions>> {
        let mut on_page: Vec<u32> = Vec::new();
        let mut lists = Vec::new();
        for mut query in queries {
            query.on_page.clone_from(&on_page);
            let list = query.answer()?;
            let items = list
                .items
                .iter()
                .filter_map(|shown| self.items.find(&shown.item));
            on_page.extend(items.map(|item| item as u32));
            lists.push(list);
        }
        Ok(lists)
    }

    /// Many questions, answered by several threads: what each would be answered alone, in the order
    /// asked.
    ///
    /// # Errors
    /// That of the first question that has one; [`Error::Setting`] for `threads`;
    /// [`Error::Cancelled`].
    pub fn answer_all(
        &self,
        queries: &[Query<'_>],
        threads: Option<usize>,
        watch: Watch<'_>,
    ) -> Result<Vec<Suggestions>> {
        each(queries, threads, watch, Query::answer)
    }

    /// As [`Engine::answer_all`], but only which items are told, by index: no words are made.
    pub(crate) fn rank_all(
        &self,
        queries: &[Query<'_>],
        threads: Option<usize>,
        watch: Watch<'_>,
    ) -> Result<Vec<Vec<u32>>> {
        each(queries, threads, watch, Query::ranked)
    }

    /// Every item with its kept neighbours, at most `n` each, by index.
    ///
    /// # Errors
    /// [`Error::Setting`] where `n` is 0 or more than the lists keep.
    pub fn all_also_bought(
        &self,
        n: Option<usize>,
    ) -> Result<impl Iterator<Item = (&str, Vec<Suggestion>)>> {
        let kept = self.also_bought.settings().neighbours;
        let n = n.unwrap_or(kept);
        if n == 0 || n > kept {
            return Err(Error::setting(
                "n",
                n,
                format!(
                    "it must be from 1 to {kept}, the neighbours that the lists were fitted to keep"
                ),
            ));
        }
        Ok(self.items.iter().enumerate().map(move |(index, id)| {
            let source = self.unit(index as u32);
            let near = self.also_bought.neighbours(ItemIx::checked(source)).take(n);
            let list = near.map(|near| suggestion_of(self, index as u32, near));
            (id, list.collect())
        }))
    }
}

impl Query<'_> {
    pub(super) fn is_about_a_category(&self) -> bool {
        matches!(self.about, About::Popular(Some(_)))
    }

    pub(super) fn is_about_one_item(&self) -> bool {
        matches!(self.about, About::Item(_))
    }

    /// At most this many. Default: 10.
    pub fn n(mut self, n: usize) -> Self {
        self.n = n;
        self
    }

    /// Never these items.
    pub fn exclude<Id: Into<String>>(mut self, items: impl IntoIterator<Item = Id>) -> Self {
        self.exclude.extend(items.into_iter().map(Into::into));
        self
    }

    /// None but these items, of those that were let through already.
    pub fn only<Id: Into<String>>(mut self, items: impl IntoIterator<Item = Id>) -> Self {
        let items = items.into_iter().map(Into::into);
        self.only = Some(match self.only {
            None => items.collect(),
            Some(before) => {
                let before: std::collections::BTreeSet<String> = before.into_iter().collect();
                items.filter(|item| before.contains(item)).collect()
            }
        });
        self
    }

    /// None but items of which a [rule](crate::rules) holds, of those that were let through already; where
    /// it is unknown, the item is left out. It is a
    /// [`Rule`](crate::Rule), or one as it is written, as text or as JSON.
    ///
    /// Its fields are the item's: `product` (its id), `name`, `category`, `brand`, `group`, `price`, `cost`,
    /// `stock`, `margin` (price less cost), `in_stock` (stock above 0) and the shop's own columns. The same
    /// behind `context.` are those of what is looked at: of a basket, the mean of a number, and any other
    /// value that all its items share. Behind `customer.` are the columns of the customer's row.
    ///
    /// What does not hold is filtered before anything is chosen, so a filter costs no suggestion that
    /// there is.
    ///
    /// ```
    /// use cobuy::{Engine, Settings, TableName, Tables, TextRows};
    /// # use cobuy::OrderLine;
    /// let bought = ["tea", "cup", "pot"].map(|item| OrderLine::new("1", "ann", item));
    /// let goods = [["tea", "4", "9"], ["cup", "5", "2"], ["pot", "30", "1"]];
    /// let goods = TextRows::new(["item_id", "price", "stock"], goods.map(|row| row.map(Some)));
    /// let tables = Tables::new(Settings::default())
    ///     .order_lines(bought)?
    ///     .read(TableName::Items, goods)?;
    /// let engine = Engine::builder(&tables.history()?).fit()?;
    /// let answer = engine.also_bought("tea").filter("in_stock and price <= context.price * 1.5").suggest()?;
    /// assert_eq!(answer.items[0].item, "cup");
    /// assert_eq!(answer.let_through, Some(2));
    /// # Ok::<(), cobuy::Error>(())
    /// ```
    pub fn filter(mut self, rule: impl Into<String>) -> Self {
        self.filters.push(rule.into());
        self
    }

    /// Multiplies scores by a [formula](crate::Formula) over the same fields as [`Query::filter`], such as
    /// `margin / price`, and chooses by what comes out; equal scores go by the unboosted one. Where it is
    /// missing it counts as 0, and what it makes negative stands last. Levels of the fallback chain stay in
    /// their order. It chooses among all that was bought with the items, not only the kept neighbours.
    pub fn boost(mut self, formula: impl Into<String>) -> Self {
        self.boost = Some(formula.into());
        self
    }

    /// The customer whose fields a filter or a boost means by `customer.`, where the question is about
    /// another thing; of one who is not known all are missing.
    pub fn customer(mut self, customer: impl Into<String>) -> Self {
        self.customer = Some(customer.into());
        self
    }

    /// Whether what is owned, or in the basket, may be suggested as well, and variants of it.
    /// Default: no.
    pub fn keep_owned(mut self, keep: bool) -> Self {
        self.keep_owned = keep;
        self
    }

    /// Whether to fall back to what is popular in the categories of the items that were asked about,
    /// and then in the shop, where the lists run short. Default: yes, but for
    /// [`Engine::also_bought`].
    pub fn fallback(mut self, fallback: bool) -> Self {
        self.fallback = fallback;
        self
    }

    /// Answers.
    ///
    /// Where the kept neighbours run short of `n`, the items' rows are computed anew from the
    /// purchases, so a filter never costs suggestions that there are: of one item, the kept ones are
    /// the first of the row; of several, all scores are then sums over whole rows.
    ///
    /// # Errors
    /// [`Error::UnknownItem`] with near ids; [`Error::UnknownName`] for a category;
    /// [`Error::Setting`] where `n` is 0; [`Error::Rule`] for a filter or a boost.
    pub fn suggest(self) -> Result<Suggestions> {
        self.answer()
    }

    /// Why an item is among the suggestions, or which stage keeps it out, and what each item that
    /// was asked about adds to its score.
    ///
    /// # Errors
    /// As [`Query::suggest`], and [`Error::UnknownItem`] for the item.
    pub fn explain(self, item: &str) -> Result<Explanation> {
        super::explain::explain(&self, item)
    }
}

/// What is made of each question, by several threads, in the order asked.
fn each<'a, Out: Send>(
    queries: &[Query<'a>],
    threads: Option<usize>,
    watch: Watch<'_>,
    make: impl Fn(&Query<'a>) -> Result<Out> + Sync,
) -> Result<Vec<Out>> {
    /// Questions a part of the work.
    const PART: usize = 64;
    let parts = queries.len().div_ceil(PART);
    let answers = map_parts(
        parts,
        threads_for(parts, threads)?,
        "recommending",
        watch,
        || Ok(()),
        |part, ()| {
            let queries = &queries[part * PART..((part + 1) * PART).min(queries.len())];
            let answers = queries.iter().map(&make);
            Ok(answers.collect::<Vec<_>>())
        },
    )?;
    answers.into_iter().flatten().collect()
}
