//! `truth.json`: everything that was planted, and what came of it.

use super::campaigns::CAMPAIGNS;
use super::clock::SPAN;
use super::demand::ANOTHER_COLOUR;
use super::families::{FAMILIES, FEES, SAMPLE};
use super::json::Json;
use super::life::{CHURN, GROWN, REGULARS};
use super::people::{PARENTS, TYPES};
use super::tally::Tally;
use super::visits::{CART_TO_PURCHASE, VIEW_TO_CART, VIEW_TO_PURCHASE};
use super::wishes::{WISH_DAYS, WISHED, WISHED_MOST, WISHED_PER_TENTH};
use super::{Shop, Written};

/// A customer type prefers what it asks for at least so much.
const PREFERRED: u32 = 8;

pub fn tell(shop: &Shop, tally: &Tally, written: &Written, seed: u64) -> Vec<u8> {
    let mut json = Json::default();
    json.object("", |json| {
        json.number("format", 1);
        json.number("seed", seed);
        json.time("from", 0);
        json.time("to", SPAN - 1);
        counts(json, shop, tally, written);
        items(json, shop);
        orders(json, shop);
        time(json, shop, tally);
        people(json, tally);
        wishes(json, shop);
        channels(json, tally);
        json.list("loyalty", |json| {
            let bars = (0..).zip(&tally.loyalty).filter(|bar| *bar.1 > 0);
            for (orders, &customers) in bars {
                json.object("", |json| {
                    json.number("orders", orders);
                    json.number("customers", customers);
                });
            }
        });
    });
    json.into_bytes()
}

fn counts(json: &mut Json, shop: &Shop, tally: &Tally, written: &Written) {
    let blank = shop.catalogue.items.iter().filter(|item| !item.cost_told);
    json.object("counts", |json| {
        for (name, count) in [
            ("customers", written.customers),
            ("items", written.items),
            ("orders", written.orders),
            ("order_rows", written.lines),
            ("events", written.events),
            ("guest_orders", tally.guest_orders),
            ("cancelled_orders", tally.cancelled_orders),
            ("return_rows", tally.return_rows),
            ("returns_without_return_of", tally.returns_without_order),
            ("unmatched_returns", tally.unmatched_returns),
            ("fee_rows", tally.fee_rows),
            ("gift_rows", tally.gift_rows),
            ("blank_costs", blank.count() as u64),
            ("wishes", tally.wishes),
            ("wishes_bought", tally.wishes_bought),
            ("churned_customers", tally.churned_in_all),
        ] {
            json.number(name, count);
        }
    });
}

/// What holds between items as such.
fn items(json: &mut Json, shop: &Shop) {
    let items = &shop.catalogue.items;
    let id = |item: u32| items[item as usize].id.as_str();
    json.texts("fees", FEES.map(|fee| fee.0));
    json.texts("gifts", [SAMPLE.0]);
    json.list("substitutes", |json| {
        for set in &shop.planted.sets {
            json.object("", |json| {
                json.texts("items", set.items.iter().map(|&item| id(item)));
                json.flag("once", set.once);
            });
        }
    });
    json.list("groups", |json| {
        for group in items.chunk_by(|one, next| one.group == next.group) {
            if let Some(first) = group.first().filter(|item| !item.group.is_empty()) {
                json.object("", |json| {
                    json.text("group", &first.group);
                    json.texts("items", group.iter().map(|item| item.id.as_str()));
                });
            }
        }
    });
    json.share("another_colour_along", ANOTHER_COLOUR);
}

/// What is bought together.
fn orders(json: &mut Json, shop: &Shop) {
    let id = |item: u32| shop.catalogue.items[item as usize].id.as_str();
    json.list("complements", |json| {
        for (from, complement) in (0..).zip(&shop.planted.complements) {
            if let Some(complement) = complement {
                json.object("", |json| {
                    json.text("from", id(from));
                    json.text("to", id(complement.to));
                    json.share("probability", complement.parts);
                });
            }
        }
    });
    json.list("bundles", |json| {
        for bundle in &shop.planted.bundles {
            json.object("", |json| {
                json.texts("items", bundle.map(id));
                json.share("rate", shop.planted.bundle_rate);
            });
        }
    });
}

/// What is bought after what, and again.
fn time(json: &mut Json, shop: &Shop, tally: &Tally) {
    let id = |item: u32| shop.catalogue.items[item as usize].id.as_str();
    json.list("chains", |json| {
        for (from, step) in (0..).zip(&shop.planted.steps) {
            if let Some(step) = step {
                json.object("", |json| {
                    json.text("from", id(from));
                    json.text("to", id(step.to));
                    json.share("probability", step.parts);
                    json.number("mean_days", u64::from(step.days));
                    json.number("spread_days", u64::from(step.spread));
                    json.text("kind", if step.size { "size" } else { "refill" });
                });
            }
        }
    });
    json.list("replenishment", |json| {
        for (item, refill) in (0..).zip(&shop.planted.refills) {
            if let Some(refill) = refill {
                json.object("", |json| {
                    json.text("item", id(item));
                    json.number("mean_days", u64::from(refill.days));
                    json.number("spread_days", u64::from(refill.spread));
                });
            }
        }
    });
    json.share("churn_of_replenishers", CHURN);
    json.list("churned", |json| {
        for &(customer, at) in &tally.churned {
            json.object("", |json| {
                json.id("customer", b'c', customer);
                json.time("at", at);
            });
        }
    });
}

/// Who buys here.
fn people(json: &mut Json, tally: &Tally) {
    json.list("types", |json| {
        for (kind, of) in TYPES.iter().enumerate() {
            json.object("", |json| {
                json.text("type", of.name);
                json.share("share", of.share);
                json.number("customers", tally.of_type[kind]);
                let preferred = FAMILIES.iter().filter(|family| {
                    let most = family.asked.iter().max() == Some(&family.asked[kind]);
                    let grown = kind == PARENTS && GROWN.iter().any(|of| of.0 == family.noun);
                    let mut regulars = REGULARS.iter();
                    let again = regulars.any(|of| of.0 == Some(kind) && of.1 == family.noun);
                    grown || again || most && family.asked[kind] >= PREFERRED
                });
                json.texts("prefers", preferred.map(|family| family.category));
            });
        }
    });
    json.list("customers", |json| {
        for &(customer, kind, child) in &tally.named {
            json.object("", |json| {
                json.id("customer", b'c', customer);
                json.text("type", TYPES[kind].name);
                if let Some(born) = child {
                    json.date("child_born", born);
                }
            });
        }
    });
}

/// From looking to buying.
fn wishes(json: &mut Json, shop: &Shop) {
    json.object("conversion", |json| {
        json.share("recorded_orders", shop.recorded);
        json.share("view_to_cart", VIEW_TO_CART);
        json.share("cart_to_purchase", CART_TO_PURCHASE);
        json.share("view_to_purchase", VIEW_TO_PURCHASE);
    });
    json.object("wishes", |json| {
        json.share("probability", WISHED);
        json.share("more_per_10_percent_drop", WISHED_PER_TENTH);
        json.share("most", WISHED_MOST);
        json.number("within_days", WISH_DAYS as u64);
    });
}

/// What brought customers, and whether it pays.
fn channels(json: &mut Json, tally: &Tally) {
    json.list("channels", |json| {
        for (campaign, brought) in CAMPAIGNS.iter().zip(&tally.brought) {
            json.object("", |json| {
                json.text("channel", campaign.channel);
                json.text("campaign", campaign.campaign);
                json.text("keyword", campaign.keyword);
                json.number("orders", brought.orders);
                json.number("customers", brought.customers);
                json.number("first_orders_cancelled", brought.cancelled);
                json.number("customers_kept", brought.kept);
                json.money("margin", brought.margin);
                json.money("order_margin", brought.order_margin);
                json.money("spend", brought.spend);
                json.flag("pays", brought.pays(campaign));
                json.flag("planted_to_pay", !campaign.is_bad());
            });
        }
    });
}
