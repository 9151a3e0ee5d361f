//! Where orders come from, and what that costs.

use super::clock;
use super::random::Random;
use super::sheet::Sheet;
use std::io;

/// Months that the shop is told of.
const MONTHS: usize = 24;

/// A campaign has one keyword at most, so what an order names is enough to know both.
pub struct Campaign {
    pub channel: &'static str,
    pub campaign: &'static str,
    pub keyword: &'static str,
    /// How many first and later orders it brings, compared with the others.
    first: u32,
    pub later: u32,
    /// What an order costs that it brings, in cents: a first one where it brings any.
    cost: i64,
    /// The customer type it mostly finds.
    finds: Option<usize>,
    /// Per cent off that it promises with the first order.
    pub off: u32,
    /// How many of its first orders are cancelled.
    pub cancelled: u32,
}

impl Campaign {
    /// Whether it was made to bring less than it costs.
    pub fn is_bad(&self) -> bool {
        self.off > 0 || self.cancelled > USUALLY_CANCELLED
    }
}

pub const USUALLY_CANCELLED: u32 = 400;

const fn free(channel: &'static str, first: u32, later: u32) -> Campaign {
    paid([channel, "", ""], first, later, 0, None)
}

const fn paid(
    names: [&'static str; 3],
    first: u32,
    later: u32,
    cost: i64,
    finds: Option<usize>,
) -> Campaign {
    Campaign {
        channel: names[0],
        campaign: names[1],
        keyword: names[2],
        first,
        later,
        cost,
        finds,
        off: 0,
        cancelled: USUALLY_CANCELLED,
    }
}

pub const CAMPAIGNS: [Campaign; 13] = [
    free("organic", 20, 20),
    free("direct", 12, 40),
    free("referral", 5, 0),
    paid(["email", "newsletter", ""], 0, 24, 60, None),
    paid(["email", "season-sale", ""], 0, 8, 90, None),
    paid(["search_ads", "brand", "our shop"], 10, 8, 400, None),
    paid(
        ["search_ads", "coffee-beans", "coffee beans"],
        8,
        0,
        900,
        Some(1),
    ),
    paid(
        ["search_ads", "baby-clothes", "baby clothes"],
        8,
        0,
        1_000,
        Some(0),
    ),
    paid(["search_ads", "pet-food", "pet food"], 7, 0, 1_000, Some(3)),
    Campaign {
        off: 45,
        ..paid(
            ["search_ads", "cheap-gifts", "cheap gifts"],
            11,
            0,
            2_200,
            Some(4),
        )
    },
    Campaign {
        off: 20,
        cancelled: 5_500,
        ..paid(["social_ads", "lookalike", ""], 11, 0, 4_000, None)
    },
    paid(["social_ads", "retargeting", ""], 0, 6, 300, None),
    paid(["affiliate", "bloggers", ""], 8, 2, 800, None),
];

/// The campaign of a customer's first order.
pub fn first(random: &mut Random, kind: usize) -> usize {
    drawn(random, |campaign| match campaign.finds {
        Some(finds) if finds == kind => 3 * campaign.first,
        Some(_) => campaign.first / 3,
        None => campaign.first,
    })
}

/// That of a later one.
pub fn later(random: &mut Random, email: bool) -> usize {
    drawn(random, |campaign| {
        match campaign.channel == "email" && !email {
            true => 0,
            false => campaign.later,
        }
    })
}

fn drawn(random: &mut Random, weight: impl Fn(&Campaign) -> u32) -> usize {
    let sum = CAMPAIGNS.iter().map(&weight).sum();
    let mut point = random.below(sum);
    for (place, campaign) in CAMPAIGNS.iter().enumerate() {
        match point.checked_sub(weight(campaign)) {
            Some(left) => point = left,
            None => return place,
        }
    }
    0
}

/// What a campaign brought.
#[derive(Clone, Default)]
pub struct Brought {
    /// Customers whose first order came by it, and how many of those orders were cancelled.
    pub customers: u64,
    pub cancelled: u64,
    /// Those of them who have an order that counts.
    pub kept: u64,
    /// All its orders.
    pub orders: u64,
    /// What all orders of its customers left, less returns, in cents.
    pub margin: i64,
    /// What all its own orders left, before returns.
    pub order_margin: i64,
    /// What its spend follows, month by month.
    paid_for: [i64; MONTHS],
    pub spend: i64,
}

impl Brought {
    /// Whether it brought more than it cost: its customers, where it finds any, else its orders.
    pub fn pays(&self, campaign: &Campaign) -> bool {
        let margin = match campaign.first {
            0 => self.order_margin,
            _ => self.margin,
        };
        margin >= self.spend
    }

    pub fn order(&mut self, campaign: &Campaign, at: i64, is_first: bool) {
        self.orders += 1;
        let paid = is_first || campaign.first == 0;
        if let Some(month) = self.paid_for.get_mut(clock::month(at)).filter(|_| paid) {
            *month += campaign.cost;
        }
    }
}

/// A row a month and campaign that costs anything.
pub fn write_spend(sheet: &mut Sheet, brought: &mut [Brought], seed: u64) -> io::Result<()> {
    let mut random = Random::new(seed, 4);
    for (campaign, brought) in CAMPAIGNS.iter().zip(brought) {
        for (month, &base) in brought.paid_for.iter().enumerate() {
            let amount = base * random.between(85, 115) / 100;
            if amount == 0 {
                continue;
            }
            brought.spend += amount;
            let first = (0..).find(|&day| clock::month(day * clock::DAY) == month);
            let next = (0..).find(|&day| clock::month(day * clock::DAY) == month + 1);
            let (first, next) = (first.unwrap_or(0), next.unwrap_or(0));
            sheet
                .text(campaign.channel)
                .text(campaign.campaign)
                .text(campaign.keyword);
            sheet.date(first).date(next - 1).money(amount);
            sheet.end()?;
        }
    }
    Ok(())
}
