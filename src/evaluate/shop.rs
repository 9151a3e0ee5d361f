//! The labels door: a shop's answers, measured on a split of its history.

use super::catalogue::Popularity;
use super::evaluation::{Counted, Evaluation, Origin, Took, timed};
use super::groups::{GroupBy, Grouped};
use super::lists::Task;
use super::model::{Bought, Judged, Rows};
use super::params::EvaluateParams;
use super::shop_split::{Cuts, Held, ShopSplit};
use super::truth::{Truth, Values};
use crate::engine::{Engine, Query};
use crate::error::{Error, Result};
use crate::history::{History, Instant, Labels, NONE, Value};
use crate::matrix::Basis;
use crate::models::also_bought::AlsoBoughtParams;
use crate::near::near;
use crate::text::shown;
use crate::watch::Watch;
use ndarray::Array2;
use sprs::CsMatI;

/// What a shop learns and how it answers, to be measured.
#[derive(Clone, Debug, PartialEq)]
pub struct ShopModel {
    /// How "customers also bought" is learnt.
    pub also_bought: AlsoBoughtParams,
    /// Whether two items go together by customer or by order.
    pub basis: Basis,
    /// Whether the variants of a group count as one item.
    pub by_group: bool,
    /// Whether what is popular fills up lists that run short. Default: yes, as a shop answers.
    pub fallback: bool,
}

impl Default for ShopModel {
    fn default() -> Self {
        ShopModel {
            also_bought: AlsoBoughtParams::default(),
            basis: Basis::default(),
            by_group: false,
            fallback: true,
        }
    }
}

impl EvaluateParams {
    /// Learns from a shop's history up to each cut, and measures what it would then have answered to those
    /// customers who have something held out, as [`Engine::for_customer`] answers. Customers who had bought nothing
    /// by then, and items that nobody had, are counted and not judged; variants of what is owned count as owned.
    /// What purchases were worth is told by the orders, where they tell prices.
    ///
    /// # Errors
    /// [`Error::Setting`] as [`EvaluateParams::check`] and as a fit's, for a `cut`, `horizon` or `origins` beyond
    /// the orders, and for groups that a shop cannot tell; [`Error::UnknownName`] for a column that the customers
    /// do not have; [`Error::Matrix`] where nobody can be judged; [`Error::Cancelled`].
    ///
    /// ```
    /// use cobuy::evaluate::{ByTime, EvaluateParams, Metric, ShopModel, ShopSplit};
    /// use cobuy::{History, Instant, OrderLine, Settings, Watch};
    /// const DAY: i64 = 86_400_000_000;
    /// let told = [("1", "ann", "tea", 0), ("2", "bo", "tea", 0), ("3", "cy", "tea", 1), ("3", "cy", "pot", 1),
    ///     ("4", "ann", "pot", 30), ("5", "bo", "pot", 31)];
    /// let lines = told.map(|(order, customer, item, day)| OrderLine {
    ///     ordered_at: Some(Instant(day * DAY)),
    ///     ..OrderLine::new(order, customer, item)
    /// });
    /// let history = History::from_orders(lines, &Settings::default())?;
    /// let by_time = ShopSplit::Time(ByTime { horizon: 5.0, origins: 1, cut: None });
    /// let params = EvaluateParams::default().k([1]);
    /// let evaluation = params.shop(&ShopModel::default(), &history, &by_time, Watch::new())?;
    /// // What was learnt by day 26 suggests what both bought after it.
    /// assert_eq!(evaluation.mean(Metric::HitRate, 1), Some(1.0));
    /// # Ok::<(), cobuy::Error>(())
    /// ```
    pub fn shop(
        &self,
        model: &ShopModel,
        history: &History,
        split: &ShopSplit<'_>,
        watch: Watch<'_>,
    ) -> Result<Evaluation> {
        self.check()?;
        let mut parts = Vec::new();
        for cut in split.cuts(history)? {
            let held = cut.make(history, watch)?;
            parts.push(self.at_cut(model, history, &held, watch)?);
        }
        Evaluation::together(parts)?.finished()
    }

    /// The same at cuts that were made before.
    pub(crate) fn shop_at(
        &self,
        model: &ShopModel,
        history: &History,
        cuts: &Cuts<'_>,
        watch: Watch<'_>,
    ) -> Result<Evaluation> {
        self.check()?;
        let parts = cuts.held.iter();
        let parts = parts.map(|held| self.at_cut(model, history, held, watch));
        Evaluation::together(parts.collect::<Result<_>>()?)?.finished()
    }

    fn at_cut(
        &self,
        model: &ShopModel,
        history: &History,
        held: &Held<'_>,
        watch: Watch<'_>,
    ) -> Result<Evaluation> {
        let train = &*held.train;
        let (engine, fit) = timed(|| {
            let builder = Engine::builder(train).also_bought(model.also_bought.clone());
            builder
                .basis(model.basis)
                .by_group(model.by_group)
                .watch(watch)
                .fit()
        })?;
        let owned = owned(&engine)?;
        let popularity = Popularity::of(owned.by_row())?;
        let (judged, counted) = self.judged(held, &owned, &popularity)?;
        let whose = |customer: &u32| {
            train
                .customers()
                .get(*customer as usize)
                .unwrap_or_default()
        };
        let queries = judged.customers.iter().map(|customer| {
            let query = engine
                .for_customer(whose(customer))
                .n(self.longest().min(owned.items()));
            query.keep_owned(self.keep_owned).fallback(model.fallback)
        });
        let queries: Vec<Query<'_>> = queries.collect();
        let (lists, rank) = timed(|| self.lists_of(&engine, &queries, watch))?;
        // From here on customers are those of the whole history, the same at each cut.
        let grouped = self.grouped_of(train, &judged)?;
        let index = |customer: &u32| history.customers().find(whose(customer)).unwrap_or(0) as u32;
        let customers: Vec<u32> = judged.customers.iter().map(index).collect();
        let values = values(held, history)?;
        let task = Task {
            truth: Truth::new(&judged.truth)
                .before(&judged.before)
                .values(&values),
            customers,
            popularity: Some(popularity),
            counted,
            origin: Origin {
                cut: held.cut.map(Instant),
                until: held.until.map(Instant),
                ..Origin::default()
            },
            grouped,
            took: Took {
                fit: Some(fit),
                rank: Some(rank),
                measure: 0.0,
            },
        };
        self.measure(lists.view(), task, watch)
    }

    /// Who is judged, by index in the train history, and by what.
    fn judged(
        &self,
        held: &Held<'_>,
        owned: &crate::Purchases,
        popularity: &Popularity,
    ) -> Result<(Judged, Counted)> {
        let train = &*held.train;
        let item_of = indices(held.told.items(), train.items());
        let customer_of = indices(held.told.customers(), train.customers());
        let group = |item: u32| {
            let code = train.groups()?.codes.get(item as usize).copied();
            code.filter(|&code| code != NONE)
        };
        let (mut counted, mut rows) = (Counted::default(), Rows::default());
        let mut with_something = 0u64;
        for purchases in held.bought.chunk_by(|one, next| one.0 == next.0) {
            let customer = customer_of[purchases[0].0 as usize];
            let own = owned.items_of(customer as usize); // none of one who is not known
            let known = |item: u32| {
                let buyers = popularity.buyers_of.get(item as usize);
                buyers.is_some_and(|&buyers| buyers > 0)
            };
            let items: Vec<u32> = purchases.iter().map(|it| item_of[it.1 as usize]).collect();
            let bought = Bought {
                owned: own,
                held_out: &items,
                cold: Some(&|item| !known(item)),
            };
            let mut groups: Vec<u32> = own.iter().filter_map(|&item| group(item)).collect();
            groups.sort_unstable();
            let truth = bought.truth(&mut counted, |item| {
                let variant = group(item).is_some_and(|own| groups.binary_search(&own).is_ok());
                !self.keep_owned && (variant || own.binary_search(&item).is_ok())
            });
            with_something += u64::from(!own.is_empty());
            if !truth.is_empty() {
                rows.push(customer, truth, own);
            }
        }
        counted.without_truth += u64::from(owned.buyers()) - with_something;
        Ok((rows.judged(owned.items())?, counted))
    }

    /// What each question is answered with, by item of the engine.
    fn lists_of(
        &self,
        engine: &Engine,
        queries: &[Query<'_>],
        watch: Watch<'_>,
    ) -> Result<Array2<i32>> {
        let width = self.longest().min(engine.items().len());
        let mut lists = Array2::from_elem((queries.len(), width), -1i32);
        let answers = engine.rank_all(queries, self.threads, watch)?;
        for (mut list, answer) in lists.outer_iter_mut().zip(answers) {
            for (place, item) in list.iter_mut().zip(answer) {
                *place = item as i32;
            }
        }
        Ok(lists)
    }

    /// The groups of those who are judged.
    fn grouped_of(&self, train: &History, judged: &Judged) -> Result<Option<Grouped>> {
        let customers = || judged.customers.iter().map(|&customer| customer as usize);
        Ok(match &self.group_by {
            Some(GroupBy::Orders(groups)) => {
                let counts = |order: &usize| {
                    let orders = train.order_table();
                    orders.counts(*order) && !orders.marked[*order]
                };
                let orders = |customer| train.orders_of(customer).filter(counts).count() as u32;
                Some(Grouped::Numbers(customers().map(orders).collect(), *groups))
            }
            Some(GroupBy::Column(column)) => {
                let own = train.customer_table().map_or(&[][..], |table| &table.own);
                let Some((_, values)) = own.iter().find(|(name, _)| name == column) else {
                    return Err(Error::UnknownName {
                        what: "column of customers called",
                        name: shown(column),
                        near: near(column, own.iter().map(|(name, _)| &name[..])),
                    });
                };
                let name = |customer| values.get(customer).map_or("(none)".to_owned(), text_of);
                Some(Grouped::Names(customers().map(name).collect()))
            }
            Some(GroupBy::Labels(_)) => {
                let must =
                    "labels by index are for matrices; name a column of the table of customers";
                return Err(Error::setting("group_by", "labels", must));
            }
            _ => self.grouped(Some(&judged.before), &judged.customers)?,
        })
    }
}

fn text_of(value: Value<'_>) -> String {
    match value {
        Value::Text(text) => text.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::Time(at) => at.to_string(),
    }
}

/// What each customer bought and still has.
fn owned(engine: &Engine) -> Result<crate::Purchases> {
    let bought = engine.bought();
    let items = bought.all().0;
    crate::Purchases::from_csr(
        (bought.rows(), bought.items()),
        bought.starts(),
        items,
        |_| 1.0,
    )
}

/// The index there of each label here; [`NONE`] where there is none.
fn indices(here: &Labels, there: &Labels) -> Vec<u32> {
    let index = |label| there.find(label).map_or(NONE, |index| index as u32);
    here.iter().map(index).collect()
}

/// What held-out purchases are worth, by customer of the whole history and item of the train history.
fn values(held: &Held<'_>, history: &History) -> Result<Values> {
    if held.told.line_table().price.is_none() {
        return Ok(Values::None);
    }
    let item_of = indices(held.told.items(), held.train.items());
    let customer_of = indices(held.told.customers(), history.customers());
    let known = held.bought.iter().filter_map(|&(customer, item, value)| {
        let (customer, item) = (customer_of[customer as usize], item_of[item as usize]);
        (customer != NONE && item != NONE).then_some((customer, item, value))
    });
    // Ids stand in one order everywhere, so these are sorted.
    let (mut starts, mut items, mut worth) =
        (vec![0; history.customers().len() + 1], vec![], vec![]);
    for (customer, item, value) in known {
        starts[customer as usize + 1] += 1;
        items.push(item);
        worth.push(value);
    }
    for row in 1..starts.len() {
        starts[row] += starts[row - 1];
    }
    let shape = (history.customers().len(), held.train.items().len());
    CsMatI::try_new(shape, starts, items, worth)
        .map(Values::ByPlace)
        .map_err(|(.., problem)| Error::matrix(format!("the values are damaged: {problem}")))
}
