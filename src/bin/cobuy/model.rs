//! What is to be learnt: the arguments that say so.

use clap::{Args, ValueEnum};
use cobuy::{AlsoBought, AlsoBoughtParams, Basis, Kept, Measure, Model, Preset};

/// What is to be learnt.
#[derive(Args)]
pub struct ModelOptions {
    /// By what lists are learnt: neighbourhood (the items nearest by the measure), ridge (what each item
    /// adds to another, all others considered: better suggestions as a rule, and seconds instead of tenths), or
    /// closed_form (likewise with no item left out: for up to 8,192 items that were bought), or
    /// merged (a ridge's lists and those of vectors learnt by a softmax, added up: better once more where
    /// customers are many, and minutes).
    /// With `cobuy fit` also auto: whichever does best on the last part of customers' histories.
    #[arg(long, default_value = "neighbourhood", value_parser = learner)]
    model: Learner,
    /// How near two items are: cosine (good for most shops), count (popular beside it), jaccard,
    /// confidence (share of its buyers), lift (niche; ask for more --min-customers), llr (what can
    /// hardly be chance), tversky (jaccard with two weights) or power (a family with exponents).
    #[arg(long, default_value_t = Measure::Cosine)]
    measure: Measure,
    /// A point in the family of power that has a name: cosine, conditional, asymmetric_cosine, p3, rp3beta or
    /// gfcf.
    #[arg(long, conflicts_with_all = ["measure", "model"])]
    preset: Option<Preset>,
    /// A number of the measure or the model, such as target_exponent=0.3 of power, alpha=0.2 of tversky,
    /// penalty=25 of ridge or factor_share=0.4 of merged; as often as needed.
    #[arg(long = "set", value_name = "NUMBER=VALUE", value_parser = number)]
    numbers: Vec<(String, f64)>,
    /// Multiply scores by n / (n + SHRINKAGE), where n bought both.
    #[arg(long, default_value_t = 0.0)]
    shrinkage: f64,
    /// How many neighbours an item keeps at most.
    #[arg(long, default_value_t = 50)]
    neighbours: usize,
    /// Which neighbours are kept: source (of each list the best), or target (each item in the lists of those
    /// that it goes best with).
    #[arg(long, default_value_t = Kept::Source)]
    kept: Kept,
    /// How many customers (or orders) neighbours must have in common at least.
    #[arg(long, default_value_t = 1)]
    min_customers: u32,
    /// Whether items go together when one customer bought both, or when one order holds both.
    #[arg(long, value_enum, default_value_t = By::Customer)]
    basis: By,
    /// Variants of one group (sizes, colours) count as one item.
    #[arg(long)]
    pub by_group: bool,
    /// After how many days a purchase weighs half (with --measure cosine or count).
    #[arg(long, value_name = "DAYS")]
    half_life: Option<f64>,
    /// Learn what is bought within so many days after an item (with --measure confidence, lift or
    /// count).
    #[arg(long, value_name = "DAYS")]
    within_days: Option<f64>,
    /// How many threads [default: all cores].
    #[arg(long)]
    threads: Option<usize>,
    /// How much memory learning may use besides what it learns from, such as 512M or 2G.
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    memory_limit: Option<u64>,
}

/// By what lists are learnt, or that it is to be picked.
#[derive(Clone, Copy, PartialEq)]
enum Learner {
    Auto,
    Model(Model),
}

/// How much is learnt, and by whom, where the model itself is searched.
#[derive(Args)]
pub struct Limits {
    /// How many neighbours an item keeps at most.
    #[arg(long, default_value_t = 100)]
    neighbours: usize,
    /// How many customers (or orders) neighbours must have in common at least.
    #[arg(long, default_value_t = 1)]
    min_customers: u32,
    /// Whether items go together when one customer bought both, or when one order holds both.
    #[arg(long, value_enum, default_value_t = By::Customer)]
    basis: By,
    /// Variants of one group (sizes, colours) count as one item.
    #[arg(long)]
    pub by_group: bool,
    /// How many threads [default: all cores].
    #[arg(long)]
    threads: Option<usize>,
    /// How much memory learning may use besides what it learns from, such as 512M or 2G.
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    memory_limit: Option<u64>,
}

impl Limits {
    pub fn basis(&self) -> Basis {
        self.basis.basis()
    }

    pub fn apply(&self, params: AlsoBoughtParams) -> AlsoBoughtParams {
        AlsoBoughtParams {
            neighbours: self.neighbours,
            min_customers: self.min_customers,
            threads: self.threads,
            memory_limit: self.memory_limit,
            ..params
        }
    }

    /// The flags of what is no setting of a model.
    pub fn of_shop(&self) -> Vec<String> {
        let mut flags = Vec::new();
        if self.basis() != Basis::default() {
            flags.extend(["--basis".to_owned(), self.basis().to_string()]);
        }
        if self.by_group {
            flags.push("--by-group".to_owned());
        }
        flags
    }
}

/// The flags that say these settings, but for threads and memory.
pub fn flags(params: &AlsoBoughtParams) -> Vec<String> {
    let mut flags = match params.model {
        Model::Neighbourhood => vec!["--measure".to_owned(), params.measure.to_string()],
        model => vec!["--model".to_owned(), model.name().to_owned()],
    };
    for (name, value) in params.numbers_that_count() {
        flags.extend(["--set".to_owned(), format!("{name}={value}")]);
    }
    flags.extend(["--neighbours".to_owned(), params.neighbours.to_string()]);
    if params.min_customers > 1 {
        let least = params.min_customers.to_string();
        flags.extend(["--min-customers".to_owned(), least]);
    }
    flags
}

#[derive(Clone, Copy, ValueEnum)]
enum By {
    Customer,
    Order,
}

impl By {
    fn basis(self) -> Basis {
        match self {
            By::Customer => Basis::Customer,
            By::Order => Basis::Order,
        }
    }
}

impl ModelOptions {
    pub fn basis(&self) -> Basis {
        self.basis.basis()
    }

    /// Whether the model is to be picked by the data.
    pub fn is_auto(&self) -> bool {
        self.model == Learner::Auto
    }

    /// Whether nothing is said of what is to be learnt, but how.
    pub fn says_nothing(&self) -> bool {
        let default = |params: AlsoBoughtParams| {
            let default = AlsoBoughtParams {
                threads: params.threads,
                memory_limit: params.memory_limit,
                ..AlsoBoughtParams::default()
            };
            params == default
        };
        self.params().is_ok_and(default) && self.basis() == Basis::default() && !self.by_group
    }

    /// How many threads.
    pub fn threads(&self) -> Option<usize> {
        self.threads
    }

    /// The settings; where the model is to be picked, those that all have.
    ///
    /// # Errors
    /// As [`AlsoBoughtParams::number`].
    pub fn params(&self) -> cobuy::Result<AlsoBoughtParams> {
        let model = match self.model {
            Learner::Auto => Model::default(),
            Learner::Model(model) => model,
        };
        let mut params = AlsoBought::params()
            .model(model)
            .measure(self.preset.map_or(self.measure, Preset::measure));
        for (name, value) in &self.numbers {
            params = params.number(name, *value)?;
        }
        params = params
            .shrinkage(self.shrinkage)
            .neighbours(self.neighbours)
            .kept(self.kept)
            .min_customers(self.min_customers);
        params.half_life = self.half_life;
        params.within_days = self.within_days;
        params.threads = self.threads;
        params.memory_limit = self.memory_limit;
        Ok(params)
    }
}

fn learner(name: &str) -> cobuy::Result<Learner> {
    match name {
        "auto" => Ok(Learner::Auto),
        name => Model::named(name).map(Learner::Model),
    }
}

/// `name=value`.
pub fn number(text: &str) -> Result<(String, f64), String> {
    let problem = || format!("`{text}` is no NUMBER=VALUE, such as target_exponent=0.3");
    let (name, value) = text.split_once('=').ok_or_else(problem)?;
    let value = value.trim().parse().map_err(|_| problem())?;
    Ok((name.trim().to_owned(), value))
}

/// A number of bytes: as it is, or in binary thousands with K, M, G or T.
fn bytes(text: &str) -> Result<u64, String> {
    let problem = || format!("`{text}` is no number of bytes, such as 1500000, 512M or 2G");
    let (number, unit) = match text.find(|c: char| !c.is_ascii_digit()) {
        Some(end) => text.split_at(end),
        None => (text, ""),
    };
    let unit = unit.to_ascii_uppercase();
    let short = unit.strip_suffix("IB").or(unit.strip_suffix('B'));
    let unit = short.unwrap_or(&unit);
    let power = ["", "K", "M", "G", "T"]
        .iter()
        .position(|&known| known == unit);
    let number: u64 = number.parse().map_err(|_| problem())?;
    let scale = 1u64 << (10 * power.ok_or_else(problem)?);
    number.checked_mul(scale).ok_or_else(problem)
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn numbers_of_bytes_are_read_with_their_units() {
        for (text, number) in [
            ("0", Some(0)),
            ("1500", Some(1_500)),
            ("1k", Some(1_024)),
            ("512M", Some(512 << 20)),
            ("2GiB", Some(2 << 30)),
            ("3TB", Some(3 << 40)),
            ("", None),
            ("M", None),
            ("-1", None),
            ("1.5G", None),
            ("2 G", None),
            ("2X", None),
            ("2I", None),
            ("99999999T", None),
        ] {
            assert_eq!(bytes(text).ok(), number, "{text}");
        }
    }
}
