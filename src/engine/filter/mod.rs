//! Rules over goods: which items a filter lets through, and what a boost multiplies their scores by.
//!
//! A text is compiled once for an engine. What a rule asks of the items alone is evaluated once too;
//! what it asks of the question (`context.`, `customer.`), for each question.

mod alone;
mod asked;
mod blocks;
mod cache;
mod derived;
mod facts;
mod one;
mod program;

pub(super) use asked::count;
pub(super) use cache::Rules;

use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::pool::once;
use crate::rules::{Clock, Evaluation, Expr, Formula, Rule, RuleProblem, Test, Verdict, explain};
use crate::text::{counted, shown};
use blocks::Blocks;
use facts::{Fact, Goods};
use one::{OneItem, Scope};
use program::{Binder, Node, for_each_value, is_same_value};
use std::sync::OnceLock;

/// A filter, compiled.
#[derive(Debug)]
pub(super) struct ItemRule {
    pub rule: Rule,
    plan: Test<Fact>,
    /// What asks for the items alone, and what asks for the question: an item is let through where both
    /// hold.
    of_items: Option<Test<Fact>>,
    of_question: Option<Test<Fact>>,
    needs: Needs,
    /// The items of which `of_items` holds, a bit each.
    holding: OnceLock<Vec<u64>>,
}

/// A boost, compiled.
#[derive(Debug)]
pub(super) struct ItemFormula {
    formula: Formula,
    plan: Expr<Fact>,
    needs: Needs,
    /// By item, where it does not ask for the question.
    values: OnceLock<Vec<f64>>,
}

/// What of the question is asked for.
#[derive(Clone, Copy, Debug, Default)]
struct Needs {
    context: bool,
    customer: bool,
}

impl Needs {
    fn add(&mut self, expr: &Expr<Fact>) {
        use crate::rules::ExprKind;
        match &expr.kind {
            ExprKind::Field(_, Fact::Context(_)) => self.context = true,
            ExprKind::Field(_, Fact::Customer(_)) => self.customer = true,
            ExprKind::Field(..) | ExprKind::Constant(_) | ExprKind::Ago(_) => {}
            ExprKind::Aggregate(..) => {}
            ExprKind::Anniversary(of) => self.add(of),
            ExprKind::Drop(sides) | ExprKind::Arithmetic(_, sides) => {
                self.add(&sides.0);
                self.add(&sides.1);
            }
        }
    }

    fn of(test: &Test<Fact>) -> Self {
        let mut needs = Needs::default();
        for_each_value(test, &mut |expr| needs.add(expr));
        needs
    }

    fn any(self) -> bool {
        self.context || self.customer
    }

    /// Refuses a question that has not what is asked for.
    fn check(self, rule: &impl std::fmt::Display, question: &Question<'_>) -> Result<()> {
        let about = question.about;
        let lacks = if self.context && question.context.is_none() {
            let way_out = if question.may_look {
                " (context = ...)"
            } else {
                ""
            };
            format!(
                "`context.`, the item or basket that is looked at, but {about} looks at none{way_out}"
            )
        } else if self.customer && !question.has_customer {
            format!("`customer.`, but {about} names no customer (customer = ...)")
        } else {
            return Ok(());
        };
        let rule = shown(&rule.to_string());
        Err(Error::rule(RuleProblem::new(format!(
            "`{rule}` names {lacks}"
        ))))
    }
}

/// What of a question rules may ask for.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    /// What it is, in words.
    pub about: &'static str,
    /// The items that are looked at.
    pub context: Option<&'a [u32]>,
    /// Whether items to look at could be given beside it.
    pub may_look: bool,
    /// Whether a customer is named; one who is not known has no fields.
    pub has_customer: bool,
    pub customer: Option<u32>,
}

impl<'a> Question<'a> {
    fn scope(&self, engine: &'a Engine) -> Scope<'a> {
        Scope {
            engine,
            derived: engine.rules.derived(engine),
            context: self.context.unwrap_or_default(),
            customer: self.customer,
        }
    }
}

impl ItemRule {
    fn compile(rule: Rule, engine: &Engine) -> Result<Self> {
        let plan = rule.plan(&Goods(engine), engine.rules.clock(engine))?;
        let parts = match &plan {
            Test::All(parts) => parts.clone(),
            other => vec![other.clone()],
        };
        let asks = |part: &Test<Fact>| Needs::of(part).any();
        let (of_question, of_items): (Vec<_>, Vec<_>) = parts.into_iter().partition(asks);
        let joined = |parts: Vec<Test<Fact>>| (!parts.is_empty()).then_some(Test::All(parts));
        Ok(ItemRule {
            needs: Needs::of(&plan),
            rule,
            plan,
            of_items: joined(of_items),
            of_question: joined(of_question),
            holding: OnceLock::new(),
        })
    }

    /// The items that it lets through, a bit each.
    pub(super) fn holding(&self, engine: &Engine, question: &Question<'_>) -> Result<Vec<u64>> {
        self.needs.check(&self.rule, question)?;
        let evaluate = |test: &Test<Fact>, scope: Scope<'_>| {
            let clock = engine.rules.clock(engine);
            let node = Binder { scope, clock }.node(test);
            self.check_cost(&node, engine.items.len())?;
            Ok(Blocks { scope, clock }.holding(&node))
        };
        let of_items = match (&self.of_items, self.holding.get()) {
            (None, _) => None,
            (_, Some(known)) => Some(known),
            // This asks for nothing of the question, so that any will do.
            (Some(test), None) => {
                let holding = evaluate(test, question.scope(engine))?;
                Some(self.holding.get_or_init(|| holding))
            }
        };
        let of_question = self.of_question.as_ref();
        let of_question = of_question.map(|test| evaluate(test, question.scope(engine)));
        let of_question = of_question.transpose()?;
        Ok(match (of_items, of_question) {
            (Some(fixed), Some(mut varying)) => {
                for (word, fixed) in varying.iter_mut().zip(fixed) {
                    *word &= fixed;
                }
                varying
            }
            (Some(fixed), None) => fixed.clone(),
            (None, varying) => varying.unwrap_or_default(),
        })
    }

    /// Refuses what would take too long: clauses that are asked one item after the other.
    fn check_cost(&self, node: &Node<'_>, items: usize) -> Result<()> {
        /// Such clauses times items: some seconds.
        const MOST: usize = 5_000_000;
        let plain = node.plain();
        match plain.saturating_mul(items) <= MOST {
            true => Ok(()),
            false => Err(Error::rule(RuleProblem::new(format!(
                "`{}` asks {} of each of {}: say it in fewer",
                shown(&self.rule.to_string()),
                counted(plain as u64, "slow clause", "slow clauses"),
                counted(items as u64, "item", "items"),
            )))),
        }
    }

    /// Why it lets an item through, or not.
    pub(super) fn explain(&self, engine: &Engine, question: &Question<'_>, item: u32) -> Verdict {
        let item = OneItem {
            scope: question.scope(engine),
            item,
        };
        let mut evaluation = Evaluation::new(&item, engine.rules.clock(engine));
        explain(self.rule.tree(), &self.plan, &mut evaluation)
    }
}

impl ItemFormula {
    fn compile(formula: Formula, engine: &Engine) -> Result<Self> {
        let plan = formula.plan(&Goods(engine), engine.rules.clock(engine))?;
        let mut needs = Needs::default();
        needs.add(&plan);
        Ok(ItemFormula {
            formula,
            plan,
            needs,
            values: OnceLock::new(),
        })
    }

    pub(super) fn check(&self, question: &Question<'_>) -> Result<()> {
        self.needs.check(&self.formula, question)
    }

    /// What an item's score is multiplied by: 0 where that is missing.
    pub(super) fn factor(&self, engine: &Engine, question: &Question<'_>, item: u32) -> f64 {
        let clock: &Clock = engine.rules.clock(engine);
        let factor = match self.needs.any() || is_same_value(&self.plan) {
            true => {
                let item = OneItem {
                    scope: question.scope(engine),
                    item,
                };
                let value = Evaluation::new(&item, clock).value(&self.plan);
                value.and_then(crate::rules::Value::number)
            }
            false => {
                let values = once(&self.values, || {
                    let scope = question.scope(engine);
                    let numbers = Binder { scope, clock }.numbers(&self.plan);
                    Blocks { scope, clock }.numbers(&numbers)
                });
                values.get(item as usize).copied()
            }
        };
        factor.filter(|factor| !factor.is_nan()).unwrap_or(0.0)
    }
}
