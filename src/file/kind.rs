//! The kinds of sections that a model file may have.

use super::layout::Element;

/// What a section holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Meta,
    ItemIdText,
    ItemIdEnds,
    PurchaseStarts,
    PurchaseItems,
    ItemTotals,
    ListStarts,
    ListItems,
    ListScores,
    ListBoth,
    /// Settings of lists that depend on times.
    Times,
    /// Totals of sources that were observed for long enough.
    SourceTotals,
    /// Settings and tables of a shop.
    Shop,
    CustomerIdText,
    CustomerIdEnds,
    BoughtStarts,
    BoughtItems,
    BoughtTimes,
    /// When each row of the purchases happened.
    RowTimes,
    /// The item of each row of the table of items.
    ItemRows,
    /// The customer of each row of the table of customers.
    CustomerRows,
    /// Another model than a neighbourhood, and the numbers of a model or a measure that has any.
    Model,
    /// A part of a table as told, by the table's number.
    Table(u8, TablePart),
}

/// The columns of a table as told, all of one type one behind the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TablePart {
    Texts,
    TextEnds,
    Codes,
    Numbers,
}

/// How many tables a file may hold.
pub(crate) const TABLES: u8 = 5;

impl TablePart {
    pub(crate) const ALL: [TablePart; 4] = [
        TablePart::Texts,
        TablePart::TextEnds,
        TablePart::Codes,
        TablePart::Numbers,
    ];
}

impl Kind {
    const SINGLE: [Kind; 22] = [
        Kind::Meta,
        Kind::ItemIdText,
        Kind::ItemIdEnds,
        Kind::PurchaseStarts,
        Kind::PurchaseItems,
        Kind::ItemTotals,
        Kind::ListStarts,
        Kind::ListItems,
        Kind::ListScores,
        Kind::ListBoth,
        Kind::Times,
        Kind::SourceTotals,
        Kind::Shop,
        Kind::CustomerIdText,
        Kind::CustomerIdEnds,
        Kind::BoughtStarts,
        Kind::BoughtItems,
        Kind::BoughtTimes,
        Kind::RowTimes,
        Kind::ItemRows,
        Kind::CustomerRows,
        Kind::Model,
    ];

    /// All kinds of sections.
    pub(crate) fn all() -> impl Iterator<Item = Kind> {
        let parts = |table| TablePart::ALL.map(|part| Kind::Table(table, part));
        Kind::SINGLE.into_iter().chain((0..TABLES).flat_map(parts))
    }

    /// The number that stands for it in the table. Numbers are never given anew.
    pub(crate) fn code(self) -> u32 {
        match self {
            Kind::Meta => 1,
            Kind::ItemIdText => 2,
            Kind::ItemIdEnds => 3,
            Kind::PurchaseStarts => 4,
            Kind::PurchaseItems => 5,
            Kind::ItemTotals => 6,
            Kind::ListStarts => 7,
            Kind::ListItems => 8,
            Kind::ListScores => 9,
            Kind::ListBoth => 10,
            Kind::Times => 11,
            Kind::SourceTotals => 12,
            Kind::Shop => 13,
            Kind::CustomerIdText => 14,
            Kind::CustomerIdEnds => 15,
            Kind::BoughtStarts => 16,
            Kind::BoughtItems => 17,
            Kind::BoughtTimes => 18,
            Kind::RowTimes => 19,
            Kind::ItemRows => 20,
            Kind::CustomerRows => 21,
            Kind::Model => 22,
            Kind::Table(table, part) => 32 + 4 * u32::from(table) + part as u32,
        }
    }

    pub(crate) fn from_code(code: u32) -> Option<Kind> {
        Kind::all().find(|kind| kind.code() == code)
    }

    /// The first minor version that has it. Files of a higher one are read where every section is known.
    pub(crate) fn since(self) -> u16 {
        match self {
            Kind::Meta
            | Kind::ItemIdText
            | Kind::ItemIdEnds
            | Kind::PurchaseStarts
            | Kind::PurchaseItems
            | Kind::ItemTotals
            | Kind::ListStarts
            | Kind::ListItems
            | Kind::ListScores
            | Kind::ListBoth => 0,
            Kind::Times
            | Kind::SourceTotals
            | Kind::Shop
            | Kind::CustomerIdText
            | Kind::CustomerIdEnds
            | Kind::BoughtStarts
            | Kind::BoughtItems
            | Kind::BoughtTimes
            | Kind::RowTimes
            | Kind::ItemRows
            | Kind::Table(..) => 1,
            Kind::CustomerRows => 2,
            Kind::Model => 3,
        }
    }

    /// For people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Meta => "settings",
            Kind::ItemIdText => "item ids",
            Kind::ItemIdEnds => "item id ends",
            Kind::PurchaseStarts => "purchase starts",
            Kind::PurchaseItems => "purchases",
            Kind::ItemTotals => "item totals",
            Kind::ListStarts => "list starts",
            Kind::ListItems => "list items",
            Kind::ListScores => "list scores",
            Kind::ListBoth => "list counts",
            Kind::Times => "times",
            Kind::SourceTotals => "observed totals",
            Kind::Shop => "shop",
            Kind::CustomerIdText => "customer ids",
            Kind::CustomerIdEnds => "customer id ends",
            Kind::BoughtStarts => "bought starts",
            Kind::BoughtItems => "bought items",
            Kind::BoughtTimes => "bought times",
            Kind::RowTimes => "row times",
            Kind::ItemRows => "item rows",
            Kind::CustomerRows => "customer rows",
            Kind::Model => "model",
            Kind::Table(table, part) => {
                const NAMES: [[&str; 4]; TABLES as usize] = [
                    [
                        "order texts",
                        "order text ends",
                        "order codes",
                        "order numbers",
                    ],
                    ["item texts", "item text ends", "item codes", "item numbers"],
                    [
                        "customer texts",
                        "customer text ends",
                        "customer codes",
                        "customer numbers",
                    ],
                    [
                        "event texts",
                        "event text ends",
                        "event codes",
                        "event numbers",
                    ],
                    [
                        "spend texts",
                        "spend text ends",
                        "spend codes",
                        "spend numbers",
                    ],
                ];
                NAMES
                    .get(usize::from(table))
                    .map_or("table", |names| names[part as usize])
            }
        }
    }

    /// The type of its elements.
    pub(crate) fn element(self) -> Element {
        match self {
            Kind::Meta
            | Kind::ItemIdText
            | Kind::Times
            | Kind::Model
            | Kind::Shop
            | Kind::CustomerIdText
            | Kind::Table(_, TablePart::Texts) => Element::U8,
            Kind::ItemIdEnds
            | Kind::PurchaseStarts
            | Kind::ListStarts
            | Kind::CustomerIdEnds
            | Kind::BoughtStarts
            | Kind::BoughtTimes
            | Kind::RowTimes
            | Kind::Table(_, TablePart::TextEnds | TablePart::Numbers) => Element::U64,
            Kind::ListScores => Element::F32,
            Kind::PurchaseItems
            | Kind::ItemTotals
            | Kind::ListItems
            | Kind::ListBoth
            | Kind::SourceTotals
            | Kind::BoughtItems
            | Kind::ItemRows
            | Kind::CustomerRows
            | Kind::Table(_, TablePart::Codes) => Element::U32,
        }
    }
}
