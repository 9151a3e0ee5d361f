//! A rule over goods bound to one question: what does not change from item to item is worked out, and
//! what asks one column of texts became a table by label.

use super::facts::Fact;
use super::one::{OneItem, Scope};
use crate::facts::ItemFact;
use crate::history::{Labels, NONE, Typed};
use crate::rules::{
    Arithmetic, Clock, Comparison, Constant, Evaluation, Expr, ExprKind, Test, Type, Value, Whose,
};

/// A condition over all items.
pub(super) enum Node<'a> {
    All(Vec<Node<'a>>),
    Any(Vec<Node<'a>>),
    Not(Box<Node<'a>>),
    /// The same of every item.
    Same(Option<bool>),
    /// By the label that an item has in a column of texts; unknown without one.
    Labels(&'a [u32], Vec<bool>),
    /// By item.
    Each(Vec<bool>),
    Flags(&'a [Option<bool>]),
    /// From the first instant on and before the second.
    Times(&'a [i64], i64, i64),
    Compare(Comparison, Numbers<'a>, Numbers<'a>),
    Among(Numbers<'a>, Vec<f64>),
    KnownNumber(Numbers<'a>),
    KnownLabel(&'a [u32]),
    /// What is asked one item after the other.
    Plain(&'a Test<Fact>),
}

impl Node<'_> {
    /// How many of its clauses are asked one item after the other.
    pub(super) fn plain(&self) -> usize {
        match self {
            Node::All(parts) | Node::Any(parts) => parts.iter().map(Node::plain).sum(),
            Node::Not(part) => part.plain(),
            Node::Plain(_) => 1,
            _ => 0,
        }
    }
}

/// A number of every item; NaN where it is missing.
pub(super) enum Numbers<'a> {
    Same(f64),
    Column(&'a [f64]),
    Drop(Box<(Numbers<'a>, Numbers<'a>)>),
    Arithmetic(Arithmetic, Box<(Numbers<'a>, Numbers<'a>)>),
}

/// Binds plans to a question.
pub(super) struct Binder<'a> {
    pub scope: Scope<'a>,
    pub clock: &'a Clock,
}

impl<'a> Binder<'a> {
    pub(super) fn node(&self, test: &'a Test<Fact>) -> Node<'a> {
        let nodes = |parts: &'a [Test<Fact>]| parts.iter().map(|part| self.node(part)).collect();
        if is_same(test) {
            let question = OneItem {
                scope: self.scope,
                item: u32::MAX,
            };
            return Node::Same(Evaluation::new(&question, self.clock).test(test));
        }
        match test {
            Test::All(parts) => Node::All(nodes(parts)),
            Test::Any(parts) => Node::Any(nodes(parts)),
            Test::Not(part) => Node::Not(Box::new(self.node(part))),
            Test::Compare(by, sides) => self.compare(*by, &sides.0, &sides.1, test),
            Test::Between(parts) => self.between(parts, test),
            Test::In(value, list) => self.listed(value, list, test),
            Test::Under(value, path) => {
                self.by_label(value, test, |label| crate::rules::is_under(label, path))
            }
            Test::Contains(value, part) => {
                self.by_label(value, test, |label| crate::rules::contains(label, part))
            }
            Test::Within(value, direction, duration) => {
                let window = self.clock.window(*direction, *duration);
                match self.times(value).zip(window) {
                    Some((times, (from, to))) => Node::Times(times, from, to),
                    None => Node::Plain(test),
                }
            }
            Test::IsTrue(value) => self.flag(value).unwrap_or(Node::Plain(test)),
            Test::Known(value) => self.known(value).unwrap_or(Node::Plain(test)),
            Test::Missing(value) => match self.known(value) {
                Some(known) => Node::Not(Box::new(known)),
                None => Node::Plain(test),
            },
            _ => Node::Plain(test),
        }
    }

    fn compare(
        &self,
        by: Comparison,
        left: &'a Expr<Fact>,
        right: &'a Expr<Fact>,
        test: &'a Test<Fact>,
    ) -> Node<'a> {
        if left.of == Type::Number && right.of == Type::Number {
            return Node::Compare(by, self.numbers(left), self.numbers(right));
        }
        let (column, other, by) = match is_same_value(left) {
            true => (right, left, by.turned()),
            false => (left, right, by),
        };
        if column.of == Type::Time {
            return self.time(by, column, other).unwrap_or(Node::Plain(test));
        }
        match self.text(other) {
            Some(None) => Node::Same(None),
            Some(Some(text)) => self.by_label(column, test, |label| by.holds(label.cmp(text))),
            None => Node::Plain(test),
        }
    }

    /// A column of times compared with one instant.
    fn time(
        &self,
        by: Comparison,
        column: &'a Expr<Fact>,
        other: &'a Expr<Fact>,
    ) -> Option<Node<'a>> {
        let times = self.times(column)?;
        let at = match &other.kind {
            ExprKind::Constant(constant) => Some(constant.value()),
            ExprKind::Field(Whose::Subject, fact) if is_same_value(other) => {
                self.scope.value(fact, u32::MAX)
            }
            _ => return None,
        };
        let Some(Value::Time(at)) = at else {
            return Some(Node::Same(None));
        };
        let behind = at.saturating_add(1);
        Some(match by {
            Comparison::Eq => Node::Times(times, at, behind),
            Comparison::Ne => Node::Not(Box::new(Node::Times(times, at, behind))),
            Comparison::Lt => Node::Times(times, i64::MIN, at),
            Comparison::Le => Node::Times(times, i64::MIN, behind),
            Comparison::Gt => Node::Times(times, behind, i64::MAX),
            Comparison::Ge => Node::Times(times, at, i64::MAX),
        })
    }

    fn times(&self, column: &'a Expr<Fact>) -> Option<&'a [i64]> {
        match self.own(item_fact(column)?)? {
            Typed::Time(times) => Some(times),
            _ => None,
        }
    }

    fn between(&self, parts: &'a [Expr<Fact>; 3], test: &'a Test<Fact>) -> Node<'a> {
        let [value, low, high] = parts;
        if parts.iter().any(|part| part.of != Type::Number) {
            return Node::Plain(test);
        }
        Node::All(vec![
            Node::Compare(Comparison::Ge, self.numbers(value), self.numbers(low)),
            Node::Compare(Comparison::Le, self.numbers(value), self.numbers(high)),
        ])
    }

    fn listed(
        &self,
        value: &'a Expr<Fact>,
        list: &'a [Constant],
        test: &'a Test<Fact>,
    ) -> Node<'a> {
        if value.of == Type::Number {
            let numbers = list.iter().filter_map(|constant| constant.value().number());
            return Node::Among(self.numbers(value), numbers.collect());
        }
        let mut texts: Vec<&str> = Vec::new();
        for constant in list {
            match constant {
                Constant::Text(text) => texts.push(text),
                _ => return Node::Plain(test),
            }
        }
        texts.sort_unstable();
        self.by_label(value, test, |label| texts.binary_search(&label).is_ok())
    }

    /// A text that is the same for every item: `Some(None)` where it is missing.
    fn text(&self, expr: &'a Expr<Fact>) -> Option<Option<&'a str>> {
        if expr.of != Type::Text || !is_same_value(expr) {
            return None;
        }
        match &expr.kind {
            ExprKind::Constant(Constant::Text(text)) => Some(Some(text)),
            ExprKind::Field(Whose::Subject, fact) => match self.scope.value(fact, u32::MAX) {
                Some(Value::Text(text)) => Some(Some(text)),
                _ => Some(None),
            },
            _ => None,
        }
    }

    /// What asks one column of texts, asked once a label.
    fn by_label(
        &self,
        value: &'a Expr<Fact>,
        test: &'a Test<Fact>,
        holds: impl Fn(&str) -> bool,
    ) -> Node<'a> {
        let Some(fact) = item_fact(value) else {
            return Node::Plain(test);
        };
        let items = self.scope.engine.item_facts();
        let asked = |labels: &Labels| labels.iter().map(&holds).collect();
        match items.texts(fact) {
            Some(texts) => Node::Labels(&texts.codes, asked(&texts.labels)),
            None if fact == ItemFact::Id => Node::Each(asked(items.ids)),
            None => Node::Plain(test),
        }
    }

    fn flag(&self, value: &'a Expr<Fact>) -> Option<Node<'a>> {
        let fact = item_fact(value)?;
        if fact == ItemFact::InStock {
            let stock = self.scope.derived.number(ItemFact::Stock)?;
            let none = Numbers::Same(0.0);
            return Some(Node::Compare(Comparison::Gt, Numbers::Column(stock), none));
        }
        match self.own(fact)? {
            Typed::Flag(flags) => Some(Node::Flags(flags)),
            _ => None,
        }
    }

    fn known(&self, value: &'a Expr<Fact>) -> Option<Node<'a>> {
        if value.of == Type::Number {
            return Some(Node::KnownNumber(self.numbers(value)));
        }
        let fact = item_fact(value)?;
        if fact == ItemFact::InStock {
            let stock = self.scope.derived.number(ItemFact::Stock)?;
            return Some(Node::KnownNumber(Numbers::Column(stock)));
        }
        let texts = self.scope.engine.item_facts().texts(fact)?;
        Some(Node::KnownLabel(&texts.codes))
    }

    /// A column of the shop's own.
    fn own(&self, fact: ItemFact) -> Option<&'a Typed> {
        let own = self.scope.engine.item_facts().own();
        match fact {
            ItemFact::Own(place) => own.get(place).map(|(_, column)| column),
            _ => None,
        }
    }

    pub(super) fn numbers(&self, expr: &'a Expr<Fact>) -> Numbers<'a> {
        let both = |sides: &'a (Expr<Fact>, Expr<Fact>)| {
            Box::new((self.numbers(&sides.0), self.numbers(&sides.1)))
        };
        match &expr.kind {
            ExprKind::Constant(constant) => same(constant.value()),
            ExprKind::Drop(sides) => Numbers::Drop(both(sides)),
            ExprKind::Arithmetic(sign, sides) => Numbers::Arithmetic(*sign, both(sides)),
            ExprKind::Field(Whose::Subject, fact) => self.column(fact),
            // Rows of an item are refused by the schema.
            _ => Numbers::Same(f64::NAN),
        }
    }

    fn column(&self, fact: &Fact) -> Numbers<'a> {
        let Fact::Item(fact) = *fact else {
            let value = self.scope.value(fact, u32::MAX);
            return value.map_or(Numbers::Same(f64::NAN), same);
        };
        let column = match self.own(fact) {
            Some(Typed::Number(numbers)) => Some(&numbers[..]),
            _ => self.scope.derived.number(fact),
        };
        column.map_or(Numbers::Same(f64::NAN), Numbers::Column)
    }
}

/// The fact that a value is, where it is one of the item.
fn item_fact(value: &Expr<Fact>) -> Option<ItemFact> {
    match value.kind {
        ExprKind::Field(Whose::Subject, Fact::Item(fact)) => Some(fact),
        _ => None,
    }
}

fn same<'a>(value: Value<'_>) -> Numbers<'a> {
    Numbers::Same(value.number().unwrap_or(f64::NAN))
}

/// Whether an expression has one value for all items.
pub(super) fn is_same_value(expr: &Expr<Fact>) -> bool {
    match &expr.kind {
        ExprKind::Field(Whose::Subject, fact) => fact.is_of_question(),
        ExprKind::Field(Whose::Row(_), _) | ExprKind::Aggregate(..) => false,
        ExprKind::Constant(_) | ExprKind::Ago(_) => true,
        ExprKind::Anniversary(of) => is_same_value(of),
        ExprKind::Drop(sides) | ExprKind::Arithmetic(_, sides) => {
            is_same_value(&sides.0) && is_same_value(&sides.1)
        }
    }
}

/// Whether a condition holds of all items or of none.
fn is_same(test: &Test<Fact>) -> bool {
    let mut same = true;
    for_each_value(test, &mut |expr| same &= is_same_value(expr));
    same
}

/// Every value that a condition asks for.
pub(super) fn for_each_value<'t>(test: &'t Test<Fact>, then: &mut impl FnMut(&'t Expr<Fact>)) {
    match test {
        Test::All(parts) | Test::Any(parts) => {
            parts.iter().for_each(|part| for_each_value(part, then));
        }
        Test::Not(part) => for_each_value(part, then),
        Test::Has(_) | Test::No(_) | Test::Segment(_) => {}
        Test::Compare(_, sides) => {
            then(&sides.0);
            then(&sides.1);
        }
        Test::Between(parts) => parts.iter().for_each(then),
        Test::In(value, _)
        | Test::Under(value, _)
        | Test::Contains(value, _)
        | Test::Within(value, ..)
        | Test::Missing(value)
        | Test::Known(value)
        | Test::IsTrue(value) => then(value),
    }
}

/// That an item has no label.
pub(super) const NO_LABEL: u32 = NONE;
