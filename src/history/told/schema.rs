//! The columns of each table that mean something, and how shops spell them.

use crate::error::{Error, Result};
use crate::near::near;
use crate::text::shown;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A table that a shop tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableName {
    /// Lines of orders: what was bought, by whom, for how much.
    Orders,
    /// What the shop sells: names, categories, prices, stock.
    Items,
    /// Who the customers are.
    Customers,
    /// What customers did besides buying: views, searches, wishes.
    Events,
    /// What was spent on adverts.
    Spend,
}

impl TableName {
    /// All tables.
    pub const ALL: [TableName; 5] = [
        TableName::Orders,
        TableName::Items,
        TableName::Customers,
        TableName::Events,
        TableName::Spend,
    ];

    /// The table's name, the same in every face.
    pub fn name(self) -> &'static str {
        match self {
            TableName::Orders => "orders",
            TableName::Items => "items",
            TableName::Customers => "customers",
            TableName::Events => "events",
            TableName::Spend => "spend",
        }
    }

    /// The names of the columns that mean something, the needed ones first.
    pub fn columns(self) -> impl Iterator<Item = &'static str> {
        self.known().iter().map(|column| column.name)
    }

    pub(crate) fn known(self) -> &'static [Column] {
        match self {
            TableName::Orders => &orders::COLUMNS,
            TableName::Items => &items::COLUMNS,
            TableName::Customers => &customers::COLUMNS,
            TableName::Events => &events::COLUMNS,
            TableName::Spend => &spend::COLUMNS,
        }
    }

    /// The place of a column among the known ones.
    ///
    /// # Errors
    /// [`Error::UnknownName`] with the near ones.
    pub(crate) fn column(self, name: &str) -> Result<usize> {
        let known = self.known();
        let place = known.iter().position(|column| column.name == name);
        place.ok_or_else(|| Error::UnknownName {
            what: match self {
                TableName::Orders => "column of orders called",
                TableName::Items => "column of items called",
                TableName::Customers => "column of customers called",
                TableName::Events => "column of events called",
                TableName::Spend => "column of spend called",
            },
            name: shown(name),
            near: near(name, self.columns()),
        })
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a known column holds, which says how its texts are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    Id,
    Text,
    Money,
    Quantity,
    Time,
}

impl Holds {
    /// Whether the column is kept as texts rather than numbers.
    pub(crate) fn is_text(self) -> bool {
        matches!(self, Holds::Id | Holds::Text)
    }
}

/// Whether a table must have a column, and a row a value in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// The table must have it and every row tell it.
    Always,
    /// The table must have it, unless it is said to have none; a row may leave it blank.
    Named,
    /// Where the table has it, every row tells it.
    Filled,
    Never,
}

/// A column that means something.
#[derive(Debug)]
pub(crate) struct Column {
    /// The same in every face.
    pub name: &'static str,
    pub holds: Holds,
    pub need: Need,
    /// Spellings that are recognised besides the name itself, less case and what is no letter or
    /// digit: `InvoiceNo`, `invoice_no` and `Invoice No.` are one.
    pub spellings: &'static [&'static str],
}

const fn column(
    name: &'static str,
    holds: Holds,
    need: Need,
    spellings: &'static [&'static str],
) -> Column {
    Column {
        name,
        holds,
        need,
        spellings,
    }
}

const CUSTOMER_SPELLINGS: &[&str] = &[
    "customer",
    "customerno",
    "customernumber",
    "custid",
    "user",
    "userid",
    "client",
    "clientid",
    "buyer",
    "buyerid",
    "memberid",
    "shopperid",
    "accountid",
];

const ITEM_SPELLINGS: &[&str] = &[
    "item",
    "itemno",
    "itemcode",
    "product",
    "productid",
    "productno",
    "productcode",
    "stockcode",
    "sku",
    "article",
    "articleid",
    "articleno",
    "asin",
    "ean",
    "upc",
];

const PRICE_SPELLINGS: &[&str] = &["unitprice", "itemprice", "priceperunit", "productprice"];

const COST_SPELLINGS: &[&str] = &["unitcost", "costprice"];

/// Lines of orders.
pub(crate) mod orders {
    use super::*;

    pub(crate) const ORDER_ID: usize = 0;
    pub(crate) const CUSTOMER_ID: usize = 1;
    pub(crate) const ITEM_ID: usize = 2;
    pub(crate) const QUANTITY: usize = 3;
    pub(crate) const PRICE: usize = 4;
    pub(crate) const ORDERED_AT: usize = 5;
    pub(crate) const STATUS: usize = 6;
    pub(crate) const CHANNEL: usize = 7;
    pub(crate) const CAMPAIGN: usize = 8;
    pub(crate) const DISCOUNT: usize = 9;
    pub(crate) const COST: usize = 10;
    pub(crate) const RETURN_OF: usize = 11;
    pub(crate) const CURRENCY: usize = 12;

    pub(crate) static COLUMNS: [Column; 13] = [
        column(
            "order_id",
            Holds::Id,
            Need::Always,
            &[
                "order",
                "orderno",
                "ordernumber",
                "invoice",
                "invoiceno",
                "invoiceid",
                "invoicenumber",
                "transactionid",
                "basketid",
                "receiptid",
                "receiptno",
                "ticketid",
            ],
        ),
        column("customer_id", Holds::Id, Need::Named, CUSTOMER_SPELLINGS),
        column("item_id", Holds::Id, Need::Always, ITEM_SPELLINGS),
        column(
            "quantity",
            Holds::Quantity,
            Need::Filled,
            &["qty", "units", "pieces", "orderquantity"],
        ),
        column("price", Holds::Money, Need::Never, PRICE_SPELLINGS),
        column(
            "ordered_at",
            Holds::Time,
            Need::Never,
            &[
                "orderdate",
                "ordertime",
                "orderdatetime",
                "invoicedate",
                "date",
                "datetime",
                "time",
                "timestamp",
                "createdat",
                "purchasedate",
                "purchasedat",
                "orderpurchasetimestamp",
                "transactiondate",
            ],
        ),
        column("status", Holds::Text, Need::Never, &["orderstatus"]),
        column(
            "channel",
            Holds::Text,
            Need::Never,
            &["orderchannel", "saleschannel"],
        ),
        column(
            "campaign",
            Holds::Text,
            Need::Never,
            &["campaignid", "utmcampaign"],
        ),
        column("discount", Holds::Money, Need::Never, &["linediscount"]),
        column("cost", Holds::Money, Need::Never, COST_SPELLINGS),
        column(
            "return_of",
            Holds::Id,
            Need::Never,
            &[
                "returnoforder",
                "originalorder",
                "originalorderid",
                "refundof",
            ],
        ),
        column(
            "currency",
            Holds::Text,
            Need::Never,
            &["currencycode", "ordercurrency"],
        ),
    ];
}

/// What the shop sells.
pub(crate) mod items {
    use super::*;

    pub(crate) const ITEM_ID: usize = 0;
    pub(crate) const NAME: usize = 1;
    pub(crate) const CATEGORY: usize = 2;
    pub(crate) const BRAND: usize = 3;
    pub(crate) const PRICE: usize = 4;
    pub(crate) const COST: usize = 5;
    pub(crate) const STOCK: usize = 6;
    pub(crate) const GROUP: usize = 7;

    pub(crate) static COLUMNS: [Column; 8] = [
        column("item_id", Holds::Id, Need::Always, ITEM_SPELLINGS),
        column(
            "name",
            Holds::Text,
            Need::Never,
            &["itemname", "productname", "title", "description"],
        ),
        column(
            "category",
            Holds::Text,
            Need::Never,
            &["categoryname", "productcategory", "categorypath"],
        ),
        column(
            "brand",
            Holds::Text,
            Need::Never,
            &["manufacturer", "vendor"],
        ),
        column("price", Holds::Money, Need::Never, PRICE_SPELLINGS),
        column("cost", Holds::Money, Need::Never, COST_SPELLINGS),
        column(
            "stock",
            Holds::Quantity,
            Need::Never,
            &["stocklevel", "onhand", "inventory"],
        ),
        column(
            "group",
            Holds::Id,
            Need::Never,
            &[
                "groupid",
                "itemgroup",
                "itemgroupid",
                "parentid",
                "parentsku",
            ],
        ),
    ];
}

/// Who the customers are.
pub(crate) mod customers {
    use super::*;

    pub(crate) const CUSTOMER_ID: usize = 0;

    pub(crate) static COLUMNS: [Column; 1] = [column(
        "customer_id",
        Holds::Id,
        Need::Always,
        CUSTOMER_SPELLINGS,
    )];
}

/// What customers did besides buying.
pub(crate) mod events {
    use super::*;

    pub(crate) const CUSTOMER_ID: usize = 0;
    pub(crate) const KIND: usize = 1;
    pub(crate) const AT: usize = 2;
    pub(crate) const ITEM_ID: usize = 3;
    pub(crate) const VALUE: usize = 4;
    pub(crate) const PRICE: usize = 5;
    pub(crate) const QUERY: usize = 6;

    pub(crate) static COLUMNS: [Column; 7] = [
        column("customer_id", Holds::Id, Need::Named, CUSTOMER_SPELLINGS),
        column(
            "kind",
            Holds::Text,
            Need::Always,
            &[
                "event",
                "eventtype",
                "type",
                "action",
                "behaviour",
                "behavior",
            ],
        ),
        column(
            "at",
            Holds::Time,
            Need::Always,
            &[
                "date",
                "datetime",
                "time",
                "timestamp",
                "eventtime",
                "happenedat",
                "createdat",
            ],
        ),
        column("item_id", Holds::Id, Need::Never, ITEM_SPELLINGS),
        column("value", Holds::Money, Need::Never, &["eventvalue"]),
        column("price", Holds::Money, Need::Never, PRICE_SPELLINGS),
        column(
            "query",
            Holds::Text,
            Need::Never,
            &["searchquery", "searchterm"],
        ),
    ];
}

/// What was spent on adverts.
pub(crate) mod spend {
    use super::*;

    pub(crate) const CHANNEL: usize = 0;
    pub(crate) const CAMPAIGN: usize = 1;
    pub(crate) const KEYWORD: usize = 2;
    pub(crate) const FROM: usize = 3;
    pub(crate) const TO: usize = 4;
    pub(crate) const AMOUNT: usize = 5;

    pub(crate) static COLUMNS: [Column; 6] = [
        column(
            "channel",
            Holds::Text,
            Need::Always,
            &["source", "utmsource", "medium"],
        ),
        column(
            "campaign",
            Holds::Text,
            Need::Never,
            &["campaignid", "campaignname", "utmcampaign"],
        ),
        column("keyword", Holds::Text, Need::Never, &["term", "utmterm"]),
        column(
            "from",
            Holds::Time,
            Need::Always,
            &["fromdate", "start", "startdate"],
        ),
        column(
            "to",
            Holds::Time,
            Need::Always,
            &["todate", "end", "enddate"],
        ),
        column("amount", Holds::Money, Need::Always, &["spend", "cost"]),
    ];
}
