//! Rows of orders as they are understood: ids read, and what an order has once on each of its rows.

use super::Refusal;
use super::ids::{usual_missing, whole_floats};
use super::once::{Disagreement, Once, once_per_order};
use crate::error::{Conflict, Error, Result};
use crate::history::labels::NONE;
use crate::history::reading::Reading;
use crate::history::settings::Settings;
use crate::history::told::schema::orders;
use crate::history::told::{TextColumn, Told};
use crate::history::typed::Kind;
use crate::text::counted;
use std::borrow::Cow;

/// The columns of orders that are understood otherwise than told, by row as told.
pub(crate) struct OrderRows<'a> {
    pub told: &'a Told,
    pub order: Cow<'a, TextColumn>,
    pub customer: Cow<'a, TextColumn>,
    pub item: Cow<'a, TextColumn>,
    pub return_of: Option<Cow<'a, TextColumn>>,
    pub status: Option<Cow<'a, TextColumn>>,
    pub channel: Option<Cow<'a, TextColumn>>,
    pub campaign: Option<Cow<'a, TextColumn>>,
}

/// What was understood without being told.
pub(crate) type Notes = Vec<String>;

/// An id column, read; `None` where the table lacks it.
pub(crate) fn id_column<'a>(
    told: &'a Told,
    place: usize,
    settings: &Settings,
    refusal: &Refusal<'_>,
    notes: &mut Notes,
) -> Result<Option<Cow<'a, TextColumn>>> {
    let Some(column) = told.text(place) else {
        return Ok(None);
    };
    let name = refusal.reading.name_of(told.table.known()[place].name);
    if let Some(problem) = usual_missing(name, column, settings) {
        return Err(refusal.table(problem));
    }
    if settings.kind_of(name) == Some(Kind::Text) {
        return Ok(Some(Cow::Borrowed(column)));
    }
    Ok(Some(match whole_floats(name, column)? {
        Ok(None) => Cow::Borrowed(column),
        Ok(Some((whole, note))) => {
            notes.push(note);
            Cow::Owned(whole)
        }
        Err(problem) => return Err(refusal.table(problem)),
    }))
}

impl<'a> OrderRows<'a> {
    pub(crate) fn new(
        told: &'a Told,
        settings: &Settings,
        refusal: &Refusal<'_>,
        notes: &mut Notes,
    ) -> Result<Self> {
        let nobody = || {
            Cow::Owned(TextColumn {
                codes: vec![NONE; told.len()],
                ..TextColumn::default()
            })
        };
        let mut read = |place| id_column(told, place, settings, refusal, notes);
        let order = read(orders::ORDER_ID)?.unwrap_or_else(nobody);
        let customer = read(orders::CUSTOMER_ID)?.unwrap_or_else(nobody);
        let item = read(orders::ITEM_ID)?.unwrap_or_else(nobody);
        // What names an order is read as the orders' ids are.
        let name = refusal.reading.name_of("order_id");
        let whole = |id: &str| id.bytes().all(|byte| byte.is_ascii_digit());
        let whole_orders =
            settings.kind_of(name) != Some(Kind::Text) && order.interner.iter().all(whole);
        let return_of = match (told.text(orders::RETURN_OF), whole_orders) {
            (Some(column), false) => {
                let name = refusal.reading.name_of("return_of");
                if let Some(problem) = usual_missing(name, column, settings) {
                    return Err(refusal.table(problem));
                }
                Some(Cow::Borrowed(column))
            }
            _ => read(orders::RETURN_OF)?,
        };
        let text = |place| told.text(place).map(Cow::Borrowed);
        Ok(OrderRows {
            told,
            order,
            customer,
            item,
            return_of,
            status: text(orders::STATUS),
            channel: text(orders::CHANNEL),
            campaign: text(orders::CAMPAIGN),
        })
    }

    /// Id columns that are read otherwise than told.
    pub(crate) fn read_otherwise(&self) -> Vec<(usize, TextColumn)> {
        let columns = [
            (orders::ORDER_ID, Some(&self.order)),
            (orders::CUSTOMER_ID, Some(&self.customer)),
            (orders::ITEM_ID, Some(&self.item)),
            (orders::RETURN_OF, self.return_of.as_ref()),
        ];
        let told = columns
            .into_iter()
            .filter(|(place, _)| self.told.text(*place).is_some());
        let read = told.filter_map(|(place, column)| match column {
            Some(Cow::Owned(column)) => Some((place, column.clone())),
            _ => None,
        });
        read.collect()
    }

    /// Makes what an order has once the same on all its lines, and returns the rows that are kept:
    /// rows of orders that contradict themselves are refused or left out.
    pub(crate) fn settle(
        &mut self,
        refusal: &Refusal<'_>,
        reading: &mut Reading,
        notes: &mut Notes,
    ) -> Result<Vec<u32>> {
        let mut conflicts: Vec<Disagreement> = Vec::new();
        let columns = [
            ("customer", Some(&mut self.customer)),
            ("status", self.status.as_mut()),
            ("channel", self.channel.as_mut()),
            ("campaign", self.campaign.as_mut()),
        ];
        for (name, column) in columns {
            let Some(column) = column else { continue };
            let Once {
                conflicts: found,
                codes,
                filled,
            } = once_per_order(&self.order, column, name);
            conflicts.extend(found);
            if let Some(codes) = codes {
                column.to_mut().codes = codes;
            }
            if name == "customer" && filled > 0 {
                notes.push(format!(
                    "{} the customer that other rows of the order name",
                    counted(
                        filled,
                        "row without a customer takes",
                        "rows without a customer take"
                    )
                ));
            }
        }
        conflicts.sort_by_key(|conflict| conflict.second.1);
        let mut dropped = vec![false; self.order.interner.len()];
        for conflict in conflicts {
            let order = conflict.order as usize;
            if !std::mem::replace(&mut dropped[order], true) {
                refusal.row(self.conflict(conflict, refusal), reading)?;
                reading.skipped -= 1; // its rows are counted below
            }
        }
        let kept = |&row: &u32| !dropped[self.order.codes[row as usize] as usize];
        let kept: Vec<u32> = (0..self.told.len() as u32).filter(kept).collect();
        reading.skipped += (self.told.len() - kept.len()) as u64;
        match reading.skipped_rows.first() {
            Some(first) if kept.is_empty() => {
                Err(refusal.table(format!("no row could be read; the first problem: {first}")))
            }
            _ => Ok(kept),
        }
    }

    fn conflict(&self, found: Disagreement, refusal: &Refusal<'_>) -> Error {
        Error::Conflict(Box::new(Conflict {
            source_name: refusal.reading.source_name.clone(),
            order: self.order.interner.get(found.order).to_owned(),
            column: found.column,
            first: (found.first.0, self.told.line(found.first.1)),
            second: (found.second.0, self.told.line(found.second.1)),
        }))
    }

    /// Two currencies cannot be added up.
    pub(crate) fn one_currency(&self, settings: &Settings, refusal: &Refusal<'_>) -> Result<()> {
        let Some(column) = self.told.text(orders::CURRENCY) else {
            return Ok(());
        };
        let line = |code: u32| {
            let mut codes = column.codes.iter();
            codes
                .position(|&other| other == code)
                .map_or(0, |row| self.told.line(row))
        };
        let texts = &column.interner;
        if texts.len() >= 2 {
            return Err(refusal.table(format!(
                "two currencies, {} on line {} and {} on line {}, but a shop has one: convert them, or leave \
                 the column out (columns: currency=)",
                texts.get(0),
                line(0),
                texts.get(1),
                line(1)
            )));
        }
        match &settings.currency {
            Some(currency) if texts.len() == 1 && texts.get(0) != currency => {
                Err(refusal.table(format!(
                    "the shop's currency is {currency}, but line {} says {}: convert it, or leave the column \
                     out (columns: currency=)",
                    line(0),
                    texts.get(0)
                )))
            }
            _ => Ok(()),
        }
    }

    /// The orders that both the first `known` rows and the later ones tell, by provisional number.
    pub(crate) fn told_twice(&self, known: usize) -> Vec<u32> {
        let mut side = vec![[false; 2]; self.order.interner.len()];
        for (row, &order) in self.order.codes.iter().enumerate() {
            if let Some(side) = side.get_mut(order as usize) {
                side[usize::from(row >= known)] = true;
            }
        }
        let both = side
            .iter()
            .enumerate()
            .filter(|(_, side)| **side == [true; 2]);
        both.map(|(order, _)| order as u32).collect()
    }
}
