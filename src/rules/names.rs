//! What a rule names: fields, and segments.

use super::tree::{self, At, Condition, Operand, Term};
use std::collections::{BTreeMap, BTreeSet};

/// The names in a tree.
#[derive(Default)]
pub(super) struct Names {
    pub found: BTreeSet<String>,
    pub segments: BTreeMap<String, At>,
    scopes: Vec<(tree::Source, Option<String>)>,
}

impl Names {
    pub fn of_condition(&mut self, condition: &Condition) {
        match condition {
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().for_each(|part| self.of_condition(part));
            }
            Condition::Not(part) => self.of_condition(part),
            Condition::Has(of) | Condition::No(of) => self.of_rows(of, None),
            Condition::InSegment(at, name) => {
                self.segments.entry(name.clone()).or_insert(*at);
            }
            Condition::Template(..) => {}
            Condition::Compare(_, sides) => {
                self.of_operand(&sides.0);
                self.of_operand(&sides.1);
            }
            Condition::Between(parts) => parts.iter().for_each(|part| self.of_operand(part)),
            Condition::In(value, _)
            | Condition::Under(value, _)
            | Condition::Contains(value, _)
            | Condition::Within(value, ..)
            | Condition::Missing(value)
            | Condition::Known(value)
            | Condition::IsTrue(value) => self.of_operand(value),
        }
    }

    pub fn of_operand(&mut self, operand: &Operand) {
        match &operand.term {
            Term::Field(name) => self.field(name),
            Term::Value(_) | Term::Duration(_) => {}
            Term::Aggregate(aggregate) => {
                self.of_rows(&aggregate.of, aggregate.expression.as_deref());
            }
            Term::Call(_, arguments) => arguments.iter().for_each(|of| self.of_operand(of)),
            Term::Arithmetic(_, sides) => {
                self.of_operand(&sides.0);
                self.of_operand(&sides.1);
            }
        }
    }

    fn of_rows(&mut self, of: &tree::Selector, what: Option<&Operand>) {
        if let Some(window) = &of.window {
            let points: &[&tree::Point] = match window {
                tree::Window::Last(_) | tree::Window::First(_) => &[],
                tree::Window::Since(point) | tree::Window::Before(point) => &[point],
                tree::Window::Between(from, to) => &[from, to],
            };
            for point in points {
                if let tree::Point::Field(_, name) = point {
                    self.field(name);
                }
            }
        }
        self.found.insert(of.source.name().to_owned());
        let bound = of.bind.as_ref().map(|(_, name)| name.clone());
        self.scopes.push((of.source.clone(), bound));
        if let Some(what) = what {
            self.of_operand(what);
        }
        if let Some(filter) = &of.filter {
            self.of_condition(filter);
        }
        self.scopes.pop();
    }

    fn field(&mut self, name: &str) {
        let bound = self.scopes.iter().rev().find_map(|(source, bound)| {
            let rest = name.strip_prefix(bound.as_deref()?)?.strip_prefix('.')?;
            Some(format!("{}.{rest}", source.name()))
        });
        let own = || match self.scopes.last() {
            Some((source, _)) if !name.starts_with("customer.") => {
                format!("{}.{name}", source.name())
            }
            _ => name.to_owned(),
        };
        let found = bound.unwrap_or_else(own);
        self.found.insert(found);
    }
}
