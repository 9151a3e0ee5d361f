//! The columns of orders that mean something, and how shops spell them.

use crate::error::{Error, Result};
use crate::near::near;
use crate::text::shown;
use serde::{Deserialize, Serialize};

/// What a column of an order file means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names are the documentation: see `Role::ALL` and the README
pub enum Role {
    OrderId,
    CustomerId,
    ItemId,
    Quantity,
    Price,
    OrderedAt,
    Status,
    Channel,
    Campaign,
    Discount,
    Cost,
    ReturnOf,
    Currency,
}

impl Role {
    /// All of them; the ids are required, the others not.
    pub const ALL: [Role; 13] = [
        Role::OrderId,
        Role::CustomerId,
        Role::ItemId,
        Role::Quantity,
        Role::Price,
        Role::OrderedAt,
        Role::Status,
        Role::Channel,
        Role::Campaign,
        Role::Discount,
        Role::Cost,
        Role::ReturnOf,
        Role::Currency,
    ];

    /// The column's name, the same in every face.
    pub fn name(self) -> &'static str {
        match self {
            Role::OrderId => "order_id",
            Role::CustomerId => "customer_id",
            Role::ItemId => "item_id",
            Role::Quantity => "quantity",
            Role::Price => "price",
            Role::OrderedAt => "ordered_at",
            Role::Status => "status",
            Role::Channel => "channel",
            Role::Campaign => "campaign",
            Role::Discount => "discount",
            Role::Cost => "cost",
            Role::ReturnOf => "return_of",
            Role::Currency => "currency",
        }
    }

    /// Spellings that are recognised besides the name itself, less case and what is no letter or
    /// digit: `InvoiceNo`, `invoice_no` and `Invoice No.` are one.
    pub fn spellings(self) -> &'static [&'static str] {
        match self {
            Role::OrderId => &[
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
            Role::CustomerId => &[
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
            ],
            Role::ItemId => &[
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
            ],
            Role::Quantity => &["qty", "units", "pieces", "orderquantity"],
            Role::Price => &["unitprice", "itemprice", "priceperunit", "productprice"],
            Role::OrderedAt => &[
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
            Role::Status => &["orderstatus"],
            Role::Channel => &["orderchannel", "saleschannel"],
            Role::Campaign => &["campaignid", "utmcampaign"],
            Role::Discount => &["linediscount"],
            Role::Cost => &["unitcost", "costprice"],
            Role::ReturnOf => &[
                "returnoforder",
                "originalorder",
                "originalorderid",
                "refundof",
            ],
            Role::Currency => &["currencycode", "ordercurrency"],
        }
    }

    /// The column of that name.
    ///
    /// # Errors
    /// [`Error::UnknownName`] with the near ones.
    pub fn from_name(name: &str) -> Result<Role> {
        Role::ALL
            .into_iter()
            .find(|role| role.name() == name)
            .ok_or_else(|| Error::UnknownName {
                what: "column of orders called",
                name: shown(name),
                near: near(name, Role::ALL.map(Role::name)),
            })
    }

    /// Whether it is an id, which every table of orders has.
    pub fn is_id(self) -> bool {
        matches!(self, Role::OrderId | Role::CustomerId | Role::ItemId)
    }
}
