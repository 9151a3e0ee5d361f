//! What things are called. The brands are made up.

pub const BRANDS: [&str; 16] = [
    "Norvik", "Halden", "Lumora", "Bravita", "Kestone", "Tarnwood", "Ovella", "Pikkolo", "Rondeau",
    "Sablon", "Veldt", "Zephra", "Marlo", "Quillon", "Fjordan", "Aldine",
];

/// Machines and tools.
pub const MODELS: [&str; 40] = [
    "aurora", "birch", "comet", "delta", "ember", "falcon", "granite", "harbor", "iris", "juniper",
    "kite", "lagoon", "meadow", "nimbus", "onyx", "pioneer", "quartz", "raven", "summit", "tempo",
    "umbra", "vista", "willow", "xenon", "yonder", "zenith", "atlas", "beacon", "cedar", "drift",
    "echo", "fern", "glacier", "horizon", "indigo", "jasper", "krill", "linden", "mistral", "nova",
];

/// Things with a print or a pattern.
pub const PATTERNS: [&str; 40] = [
    "stripes",
    "dots",
    "stars",
    "bears",
    "clouds",
    "waves",
    "leaves",
    "anchors",
    "hearts",
    "checks",
    "foxes",
    "moons",
    "rainbow",
    "whales",
    "petals",
    "diamonds",
    "feathers",
    "hills",
    "zigzag",
    "plain",
    "owls",
    "boats",
    "daisies",
    "acorns",
    "kites",
    "pebbles",
    "shells",
    "suns",
    "trees",
    "tulips",
    "rabbits",
    "cherries",
    "cacti",
    "comets",
    "deer",
    "hedgehogs",
    "lemons",
    "lilies",
    "marble",
    "terrazzo",
];

/// Things to eat, drink, smell or sow.
pub const FLAVOURS: [&str; 40] = [
    "mint", "vanilla", "lemon", "ginger", "hazelnut", "cocoa", "caramel", "orange", "jasmine",
    "cinnamon", "rose", "honey", "almond", "berry", "lavender", "coconut", "apple", "pepper",
    "chestnut", "maple", "plum", "sage", "thyme", "walnut", "cherry", "fig", "basil", "cardamom",
    "clove", "elder", "fennel", "grape", "lime", "mango", "nettle", "peach", "pear", "quince",
    "rhubarb", "saffron",
];

pub const COLOURS: [&str; 5] = ["blue", "red", "green", "grey", "white"];

/// Each with its country.
pub const CITIES: [(&str, &str); 14] = [
    ("London", "GB"),
    ("Berlin", "DE"),
    ("Paris", "FR"),
    ("Vienna", "AT"),
    ("Madrid", "ES"),
    ("Rome", "IT"),
    ("Dublin", "IE"),
    ("Oslo", "NO"),
    ("Lisbon", "PT"),
    ("Prague", "CZ"),
    ("Hamburg", "DE"),
    ("Lyon", "FR"),
    ("Leeds", "GB"),
    ("Graz", "AT"),
];

pub const EDUCATION: [&str; 5] = ["school", "vocational", "bachelor", "master", "doctorate"];

pub const CANCELLED: [&str; 4] = [
    "delivery too slow",
    "changed mind",
    "found cheaper elsewhere",
    "ordered by mistake",
];

pub const RETURNED: [&str; 4] = ["damaged", "changed mind", "not as described", "wrong item"];

/// With a capital first letter, as names are written.
pub fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
