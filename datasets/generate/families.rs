//! What kinds of goods the shop has, and who asks for them.

use super::words::{FLAVOURS, MODELS, PATTERNS};

/// A size of goods that are grown out of: its name, then days until the next one and their spread.
pub type Size = (&'static str, u32, u32);

/// How a kind of goods is bought.
#[derive(Clone, Copy)]
pub enum Kind {
    /// One by one, as it pleases.
    Plain,
    /// One of a set of similar items, once: nobody needs two kettles.
    Once,
    /// One of a set of similar items, and always the same.
    Rival,
    /// In these sizes and so many colours, all of them variants of one article.
    Wear(&'static [&'static str], u32),
    /// In sizes that a child grows through, in so many colours; bought again at that interval, if any.
    Grown(&'static [Size], u32, Option<(u32, u32)>),
    /// Used up: days until it is bought again, and their spread.
    Refill(u32, u32),
    /// Made for an article of the kind of this name, and bought with it.
    AddOn(&'static str),
    /// Made for an article of the kind of this name, and bought after days with their spread.
    Later(&'static str, u32, u32),
}

/// A kind of goods.
pub struct Family {
    pub category: &'static str,
    /// How its ids begin.
    pub noun: &'static str,
    /// How its names go on.
    pub label: &'static str,
    pub words: &'static [&'static str; 40],
    pub kind: Kind,
    /// Prices from and to, in whole euros.
    pub price: (u32, u32),
    /// How many articles the smallest shop has.
    pub least: u32,
    /// Its part of what a larger shop has more.
    pub share: u32,
    /// How much each customer type asks for it, in the order of [`TYPES`](super::people::TYPES).
    pub asked: [u32; 6],
}

impl Family {
    /// How many items an article has.
    pub fn variants(&self) -> u32 {
        match self.kind {
            Kind::Wear(sizes, colours) => sizes.len() as u32 * colours,
            Kind::Grown(sizes, colours, _) => sizes.len() as u32 * colours,
            _ => 1,
        }
    }
}

/// Sizes of babies' clothes in centimetres.
const CLOTHES: &[Size] = &[
    ("56", 60, 8),
    ("62", 75, 10),
    ("68", 90, 12),
    ("74", 120, 15),
    ("80", 0, 0),
];
const NAPPIES: &[Size] = &[
    ("1", 42, 5),
    ("2", 70, 8),
    ("3", 112, 12),
    ("4", 154, 15),
    ("5", 0, 0),
];
const SHOES: &[Size] = &[("19", 75, 10), ("20", 80, 10), ("21", 90, 10), ("22", 0, 0)];
const SML: &[&str] = &["s", "m", "l"];
const FEET: &[&str] = &["38", "40", "42"];
const NONE: &[&str] = &[""];

use Kind::{AddOn, Grown, Later, Once, Plain, Refill, Rival, Wear};

macro_rules! families {
    ($($category:literal $noun:literal $label:literal $words:ident $kind:expr, $low:literal $high:literal,
       $least:literal $share:literal, $asked:expr;)*) => {
        pub const FAMILIES: &[Family] = &[$(Family {
            category: $category, noun: $noun, label: $label, words: &$words, kind: $kind,
            price: ($low, $high), least: $least, share: $share, asked: $asked,
        }),*];
    };
}

// category, noun, label, words; kind; price; least articles and share of more; asked by parents, coffee
// lovers, office, pet owners, gift buyers, bargain hunters.
families! {
    "baby/clothes/bodysuits" "bodysuit" "bodysuit" PATTERNS Grown(CLOTHES, 2, None), 8 18, 1 40, [0; 6];
    "baby/clothes/shoes" "babyshoe" "baby shoes" PATTERNS Grown(SHOES, 1, None), 20 45, 1 15, [0; 6];
    "baby/care/nappies" "nappies" "nappies" PATTERNS Grown(NAPPIES, 1, Some((14, 2))), 12 24, 1 8, [0; 6];
    "baby/strollers" "stroller" "stroller" MODELS Once, 180 650, 4 14, [8, 0, 0, 0, 1, 1];
    "baby/stroller-covers" "raincover" "rain cover" MODELS AddOn("stroller"), 15 35, 0 0, [1; 6];
    "baby/toys" "toy" "wooden toy" PATTERNS Plain, 8 35, 4 24, [22, 0, 0, 1, 8, 4];
    "baby/feeding" "feeder" "feeding bottle" PATTERNS Plain, 6 16, 3 12, [14, 0, 0, 0, 1, 2];
    "coffee/beans" "coffee" "coffee beans" FLAVOURS Refill(30, 4), 9 22, 3 16, [0; 6];
    "coffee/machines" "espresso" "espresso machine" MODELS Once, 120 690, 4 12, [1, 10, 3, 1, 2, 1];
    "coffee/care" "descaler" "care kit" MODELS AddOn("espresso"), 9 19, 0 0, [1; 6];
    "coffee/grinders" "grinder" "coffee grinder" MODELS Once, 30 190, 4 10, [0, 9, 2, 0, 2, 1];
    "coffee/cups" "cup" "cup" PATTERNS Plain, 6 19, 4 24, [2, 16, 4, 2, 10, 6];
    "tea/leaf" "tea" "loose tea" FLAVOURS Plain, 5 15, 5 22, [5, 12, 6, 6, 10, 6];
    "tea/pots" "teapot" "teapot" FLAVOURS AddOn("tea"), 18 45, 0 0, [1; 6];
    "kitchen/kettles" "kettle" "kettle" MODELS Once, 25 90, 4 14, [4, 5, 5, 4, 4, 6];
    "kitchen/toasters" "toaster" "toaster" MODELS Once, 25 80, 3 12, [4, 5, 3, 4, 4, 6];
    "kitchen/dish-soap" "dishsoap" "dish soap" FLAVOURS Rival, 2 5, 4 12, [8, 4, 3, 6, 3, 12];
    "kitchen/dishwasher-tabs" "tabs" "dishwasher tabs" FLAVOURS Refill(40, 5), 8 19, 2 8, [0; 6];
    "kitchen/cookbooks" "cookbook" "cookbook" FLAVOURS Plain, 15 39, 4 22, [4, 7, 2, 3, 14, 4];
    "office/printers/inkjet" "inkjet" "inkjet printer" MODELS Once, 60 190, 4 12, [3, 1, 9, 1, 1, 4];
    "office/ink" "ink" "ink cartridges" MODELS AddOn("inkjet"), 18 49, 0 0, [1; 6];
    "office/printers/laser" "laser" "laser printer" MODELS Once, 110 390, 3 10, [1, 1, 10, 1, 0, 1];
    "office/toner" "toner" "toner" MODELS Later("laser", 90, 12), 39 99, 0 0, [0; 6];
    "office/paper" "paper" "printer paper" MODELS Refill(45, 6), 5 12, 2 8, [0; 6];
    "office/pens" "pen" "pens" MODELS Plain, 3 15, 4 20, [3, 2, 18, 2, 3, 8];
    "office/notebooks" "notebook" "notebook" PATTERNS Plain, 4 16, 4 22, [3, 3, 17, 2, 6, 7];
    "office/lamps" "lamp" "desk lamp" MODELS Plain, 22 95, 4 14, [2, 2, 12, 2, 4, 3];
    "office/bulbs" "bulb" "bulbs" MODELS AddOn("lamp"), 6 14, 0 0, [1; 6];
    "pets/dogs/food" "dogfood" "dog food" FLAVOURS Refill(21, 3), 18 49, 2 10, [0; 6];
    "pets/cats/food" "catfood" "cat food" FLAVOURS Refill(18, 3), 12 36, 2 10, [0; 6];
    "pets/cats/litter" "litter" "cat litter" FLAVOURS Refill(28, 4), 9 18, 2 6, [0; 6];
    "pets/toys" "pettoy" "pet toy" PATTERNS Plain, 4 16, 4 22, [1, 0, 0, 20, 2, 3];
    "pets/leashes" "leash" "dog leash" PATTERNS Plain, 9 29, 4 14, [0, 0, 0, 14, 1, 2];
    "pets/tags" "tag" "collar tag" PATTERNS AddOn("leash"), 4 9, 0 0, [1; 6];
    "pets/beds" "petbed" "pet bed" PATTERNS Once, 25 89, 4 12, [0, 0, 0, 12, 1, 2];
    "electronics/phones" "phone" "smartphone" MODELS Once, 190 790, 4 14, [3, 3, 6, 3, 3, 4];
    "electronics/cases" "case" "case" MODELS AddOn("phone"), 10 29, 0 0, [1; 6];
    "electronics/cameras" "camera" "camera" MODELS Once, 220 890, 4 12, [4, 2, 3, 3, 4, 1];
    "electronics/memory" "card" "memory card" MODELS AddOn("camera"), 12 49, 0 0, [1; 6];
    "electronics/headphones" "headphones" "headphones" MODELS Once, 25 240, 4 14, [3, 4, 8, 3, 6, 6];
    "electronics/cables" "cable" "cable" MODELS Plain, 5 19, 3 16, [3, 3, 9, 3, 2, 9];
    "gifts/candles" "candle" "scented candle" FLAVOURS Plain, 7 24, 4 22, [3, 4, 1, 3, 18, 6];
    "gifts/candle-holders" "holder" "candle holder" FLAVOURS AddOn("candle"), 9 29, 0 0, [1; 6];
    "gifts/vases" "vase" "vase" PATTERNS Plain, 14 59, 4 18, [2, 3, 1, 2, 13, 3];
    "gifts/frames" "frame" "picture frame" PATTERNS Plain, 8 34, 4 18, [5, 2, 3, 3, 13, 4];
    "gifts/games" "boardgame" "board game" MODELS Plain, 18 49, 4 20, [9, 3, 2, 3, 16, 5];
    "gifts/chocolate" "chocolate" "chocolate" FLAVOURS Rival, 3 12, 4 16, [5, 8, 5, 4, 16, 9];
    "fashion/shirts" "tee" "T-shirt" PATTERNS Wear(SML, 2), 12 35, 1 34, [8, 6, 6, 7, 6, 16];
    "fashion/dresses" "dress" "dress" PATTERNS Wear(SML, 2), 29 89, 1 26, [6, 4, 5, 4, 6, 9];
    "fashion/sneakers" "sneaker" "sneakers" MODELS Wear(FEET, 2), 45 120, 1 24, [5, 4, 5, 5, 3, 9];
    "fashion/scarves" "scarf" "scarf" PATTERNS Wear(NONE, 3), 15 45, 1 14, [3, 3, 3, 3, 9, 6];
    "home/towels" "towel" "towel" PATTERNS Wear(NONE, 4), 9 29, 1 14, [6, 3, 2, 6, 5, 8];
    "health/vitamins" "vitamins" "vitamins" FLAVOURS Refill(60, 7), 9 25, 2 10, [0; 6];
    "garden/seeds" "seeds" "seeds" FLAVOURS Plain, 2 6, 4 20, [3, 4, 1, 8, 7, 9];
    "sports/flasks" "flask" "drinking flask" PATTERNS Plain, 12 32, 4 16, [6, 5, 6, 6, 4, 8];
    "sports/mats" "mat" "exercise mat" PATTERNS Once, 18 69, 4 10, [4, 4, 4, 3, 2, 5];
}

/// Lines that are no goods: id, name, price in cents.
pub const FEES: [(&str, &str, u32); 2] = [
    ("shipping", "Shipping", 490),
    ("gift-wrap", "Gift wrapping", 350),
];

/// What is put into a parcel for nothing.
pub const SAMPLE: (&str, &str) = ("sample-sachet", "Sample sachet");

/// Bundles take an article of each of these kinds. None is a part of other plans.
pub const BUNDLED: [[&str; 3]; 4] = [
    ["cup", "cookbook", "vase"],
    ["pen", "notebook", "cable"],
    ["toy", "feeder", "frame"],
    ["pettoy", "flask", "seeds"],
];
