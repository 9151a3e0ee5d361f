//! Why a rule holds or does not: each clause with its value and verdict.

use super::evaluate::{Evaluation, Value, World};
use super::plan::{Expr, ExprKind, Rows, Test};
use super::tree::{Condition, Operand, Term};
use serde::Serialize;
use std::fmt;

/// What a rule, or a clause of one, says of a customer or an item.
///
/// As a text it has a line a clause: whether it holds, the clause, its values.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Verdict {
    /// The clause, as the rule writes it.
    pub text: String,
    /// Whether it holds; `None`: unknown, which does not count as a member.
    pub holds: Option<bool>,
    /// What its operands are, but for those that are values as they stand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub operands: Vec<ClauseValue>,
    /// The clauses that it joins.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Verdict>,
}

/// A part of a clause that has a value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClauseValue {
    /// As the rule writes it.
    pub text: String,
    /// Its value in words; `None`: missing.
    pub value: Option<String>,
    /// How many rows it is taken of, where it is taken of rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<usize>,
    /// How many of them were skipped, since their value is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<usize>,
}

/// Evaluates clause by clause. The plan is one of the tree.
pub(crate) fn explain<'a, F: 'a, W: World<F>>(
    tree: &Condition,
    plan: &'a Test<F>,
    evaluation: &mut Evaluation<'a, F, W>,
) -> Verdict {
    let holds = evaluation.test(plan);
    let mut clause = Verdict {
        text: tree.to_string(),
        holds,
        operands: Vec::new(),
        parts: Vec::new(),
    };
    match (tree, plan) {
        (Condition::All(trees), Test::All(plans)) | (Condition::Any(trees), Test::Any(plans)) => {
            let parts = trees.iter().zip(plans);
            clause.parts = parts
                .map(|(tree, plan)| explain(tree, plan, evaluation))
                .collect();
        }
        (Condition::Not(tree), Test::Not(plan)) => {
            clause.parts = vec![explain(tree, plan, evaluation)];
        }
        (Condition::Has(tree), Test::Has(plan)) | (Condition::No(tree), Test::No(plan)) => {
            clause
                .operands
                .push(of_rows(&tree.to_string(), plan, evaluation));
        }
        (Condition::Compare(_, trees), Test::Compare(_, plans)) => {
            let sides = [(&trees.0, &plans.0), (&trees.1, &plans.1)];
            clause.operands = sides
                .into_iter()
                .filter_map(|of| operand(of, evaluation))
                .collect();
        }
        (Condition::Between(trees), Test::Between(plans)) => {
            let sides = trees.iter().zip(plans.iter());
            clause.operands = sides.filter_map(|of| operand(of, evaluation)).collect();
        }
        (
            Condition::In(tree, _)
            | Condition::Under(tree, _)
            | Condition::Contains(tree, _)
            | Condition::Within(tree, ..)
            | Condition::Missing(tree)
            | Condition::Known(tree)
            | Condition::IsTrue(tree),
            Test::In(plan, _)
            | Test::Under(plan, _)
            | Test::Contains(plan, _)
            | Test::Within(plan, ..)
            | Test::Missing(plan)
            | Test::Known(plan)
            | Test::IsTrue(plan),
        ) => clause.operands.extend(operand((tree, plan), evaluation)),
        _ => {}
    }
    clause
}

fn of_rows<'a, F: 'a, W: World<F>>(
    text: &str,
    plan: &'a Rows<F>,
    evaluation: &mut Evaluation<'a, F, W>,
) -> ClauseValue {
    let rows = evaluation.selected(plan).len();
    ClauseValue {
        text: text.to_owned(),
        value: Some(crate::text::counted(rows as u64, "row", "rows")),
        rows: Some(rows),
        skipped: None,
    }
}

/// A value; `None` of one that stands in the rule as it is.
fn operand<'a, F: 'a, W: World<F>>(
    (tree, plan): (&Operand, &'a Expr<F>),
    evaluation: &mut Evaluation<'a, F, W>,
) -> Option<ClauseValue> {
    if let Term::Value(_) | Term::Duration(_) = &tree.term {
        return None;
    }
    let (value, rows, skipped) = match &plan.kind {
        ExprKind::Aggregate(function, what, rows) => {
            let (value, rows, skipped) = evaluation.aggregate(*function, what.as_deref(), rows);
            (value, Some(rows), Some(skipped).filter(|_| what.is_some()))
        }
        _ => (evaluation.value(plan), None, None),
    };
    Some(ClauseValue {
        text: tree.to_string(),
        value: value.map(in_words),
        rows,
        skipped,
    })
}

fn in_words(value: Value<'_>) -> String {
    match value {
        Value::Text(text) => format!("'{}'", crate::text::shown(text)),
        Value::Flag(flag) => flag.to_string(),
        Value::Time(at) => super::dates::instant(at),
        Value::Since(at) => format!("since {}", super::dates::instant(at)),
        number => number.number().unwrap_or_default().to_string(),
    }
}

fn verdict(holds: Option<bool>) -> &'static str {
    match holds {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

impl Verdict {
    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        write!(
            f,
            "{:<8}{}{}",
            verdict(self.holds),
            "  ".repeat(depth),
            self.text
        )?;
        for (place, operand) in self.operands.iter().enumerate() {
            let value = operand.value.as_deref().unwrap_or("missing");
            write!(f, "{}{value}", if place == 0 { "   [" } else { ", " })?;
            if let Some(skipped) = operand.skipped.filter(|&skipped| skipped > 0) {
                write!(f, ", {skipped} skipped as missing")?;
            }
        }
        writeln!(f, "{}", if self.operands.is_empty() { "" } else { "]" })?;
        self.parts
            .iter()
            .try_for_each(|part| part.write(f, depth + 1))
    }
}
