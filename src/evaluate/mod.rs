//! How good suggestions are: lists against what customers bought later.
//!
//! Three things have to be settled before a number means anything, and each is a type here:
//!
//! - **What is held out.** A [`Split`] of a matrix, a [`ShopSplit`] of a shop's history. By time is as a shop
//!   lives: learnt up to a cut, judged by what was bought and kept after it. Leaving out the last of each
//!   customer's items needs no common cut, but across customers it lets a model see the future (Ji, Sun,
//!   Zhang, Li, "On offline evaluation of recommender systems", arXiv:2010.11060, 2020). It takes the tail,
//!   since a random cut misranks settings: what a customer bought between two items that are known is
//!   easier to guess, by other means, than what comes next.
//! - **What is asked.** All items are ranked, none is drawn: with sampled negatives a metric is another one,
//!   which does not even keep the order of two models (Krichene, Rendle, "On sampled metrics for item
//!   recommendation", KDD 2020). By default what a customer owns is neither suggested nor counted as
//!   truth; [`EvaluateParams::keep_owned`] is the protocol of the next basket, where repeats count.
//! - **How sure it is.** Customers are few and differ: [`Evaluation::figures`] gives each mean the interval
//!   of a [`Bootstrap`] over customers, [`Evaluation::compare`] that of the difference of two models on the
//!   same customers, which is far narrower.
//!
//! What each metric is stands at [`Metric`] and [`Catalogue`]. Sums run over customers in the order of their
//! index, in f64: they are the same for any number of threads. Logarithms may differ in the last bit from
//! platform to platform.
//!
//! ```
//! use cobuy::evaluate::{Bootstrap, EvaluateParams, LeaveOut, Metric, Split};
//! use cobuy::{AlsoBought, Purchases, Watch};
//! let (starts, items) = ([0, 3, 6, 9], [0, 1, 2, 0, 1, 2, 0, 1, 3]);
//! let purchases = Purchases::from_csr((3, 4), &starts, &items, |_| 1.0)?;
//! let split = Split::leave_out(&purchases, None, LeaveOut::default())?;
//! let watch = Watch::new();
//! let evaluation = EvaluateParams::default().k([1, 2]).fit(&AlsoBought::params(), &split, watch)?;
//! assert_eq!(evaluation.customers(), [0, 1, 2]);
//! let recall = evaluation.mean(Metric::Recall, 2);
//! assert!(recall.is_some_and(|recall| (0.0..=1.0).contains(&recall)));
//! println!("{}", evaluation.figures(Some(&Bootstrap::default()), watch)?);
//! # Ok::<(), cobuy::Error>(())
//! ```

mod bootstrap;
mod catalogue;
mod evaluation;
mod figures;
mod fingerprint;
mod groups;
mod judge;
mod lists;
mod metric;
mod model;
mod params;
mod shop;
mod shop_split;
mod split;
mod truth;

pub use bootstrap::{Bootstrap, Difference};
pub use catalogue::Catalogue;
pub use evaluation::{Counted, Evaluation, Origin, Took};
pub use figures::{Figure, Figures};
pub use groups::GroupBy;
pub use metric::Metric;
pub use params::EvaluateParams;
pub use shop::ShopModel;
pub(crate) use shop_split::Cuts;
pub use shop_split::{ByTime, ShopSplit};
pub use split::{LeaveOut, Split};
pub use truth::{Truth, Values};
