//! What is searched: the numbers of each model and measure, and within which bounds.
//!
//! A number that a model gets is searched from when it stands here; a test holds this table to
//! [`AlsoBoughtParams::numbers`].

use crate::error::{Error, Result};
use crate::models::also_bought::{AlsoBought, AlsoBoughtParams};
use crate::models::kept::Kept;
use crate::models::measure::Measure;
use crate::models::model::Model;
use crate::models::preset::Preset;
use crate::models::sequence::Sequence;
use crate::near::near;
use crate::text::shown;

/// How a number is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Scale {
    /// Equal differences are as far.
    Linear,
    /// Equal ratios are as far.
    Log,
    /// Whole numbers only.
    Whole,
}

/// A number that is searched, within bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Axis {
    pub name: &'static str,
    pub low: f64,
    pub high: f64,
    scale: Scale,
}

const fn axis(name: &'static str, low: f64, high: f64, scale: Scale) -> Axis {
    Axis {
        name,
        low,
        high,
        scale,
    }
}

/// The numbers of each model, and of each measure of a neighbourhood; those that are not named have none.
const NUMBERS: &[(&str, &[Axis])] = &[
    (
        "power",
        &[
            axis("customer_exponent", 0.0, 1.5, Scale::Linear),
            axis("count_exponent", 0.7, 1.5, Scale::Linear),
            axis("source_exponent", 0.2, 1.2, Scale::Linear),
            axis("target_exponent", 0.0, 0.7, Scale::Linear),
        ],
    ),
    (
        "tversky",
        &[
            axis("alpha", 0.01, 2.0, Scale::Log),
            axis("beta", 0.01, 2.0, Scale::Log),
        ],
    ),
    (
        "ridge",
        &[
            axis("customer_exponent", 0.0, 1.2, Scale::Linear),
            axis("candidate_exponent", 0.0, 0.6, Scale::Linear),
            axis("dropout", 0.2, 50.0, Scale::Log),
            axis("penalty", 0.5, 500.0, Scale::Log),
            axis("target_exponent", -0.1, 0.5, Scale::Linear),
            axis("steps", 2.0, 10.0, Scale::Whole),
        ],
    ),
    (
        "closed_form",
        &[
            axis("customer_exponent", 0.0, 1.2, Scale::Linear),
            axis("dropout", 0.2, 50.0, Scale::Log),
            axis("penalty", 0.5, 5_000.0, Scale::Log),
            axis("target_exponent", -0.1, 0.5, Scale::Linear),
        ],
    ),
    (
        // Of what its vectors are learnt with, what tells the most.
        "merged",
        &[
            axis("customer_exponent", 0.0, 1.2, Scale::Linear),
            axis("candidate_exponent", 0.0, 0.6, Scale::Linear),
            axis("dropout", 0.2, 50.0, Scale::Log),
            axis("penalty", 0.5, 500.0, Scale::Log),
            axis("target_exponent", -0.1, 0.5, Scale::Linear),
            axis("steps", 2.0, 10.0, Scale::Whole),
            axis("factor_share", 0.0, 0.8, Scale::Linear),
            axis("list_temperature", 0.05, 0.3, Scale::Log),
            axis("temperature", 0.05, 0.3, Scale::Log),
            axis("factor_exponent", 0.0, 1.0, Scale::Linear),
        ],
    ),
];

/// The numbers of a [`Sequence`], of models that count it, where times are told; and where a second search begins,
/// since by default the order counts for nothing.
const ORDER: &[(Axis, f64)] = &[
    (axis("distance_exponent", 0.0, 0.6, Scale::Linear), 0.15),
    (axis("backward_weight", 0.1, 1.0, Scale::Linear), 0.6),
    (axis("recency_exponent", 0.0, 1.0, Scale::Linear), 0.45),
];

/// What is searched where nothing is named.
pub(super) const USUAL: [&str; 2] = ["power", "ridge"];

/// The model, measure or preset of a name, with its default numbers and all else as `base` has it: where a
/// search begins. `neighbourhood` stands for its family with numbers, power.
///
/// # Errors
/// [`Error::UnknownName`].
pub fn named(name: &str, base: &AlsoBoughtParams) -> Result<AlsoBoughtParams> {
    let base = AlsoBoughtParams {
        model: Model::Neighbourhood,
        measure: Measure::default(),
        ..base.clone()
    };
    let measure = |measure| base.clone().measure(measure);
    if name == Model::Neighbourhood.name() {
        return "power".parse().map(measure);
    }
    if let Ok(model) = Model::named(name) {
        return Ok(base.model(model));
    }
    if let Ok(known) = name.parse::<Measure>() {
        return Ok(measure(known));
    }
    let measures = Measure::ALL.map(Measure::name);
    let known = Model::NAMES.into_iter().chain(measures);
    let preset = name.parse::<Preset>().map_err(|_| Error::UnknownName {
        what: "model, measure or preset",
        name: shown(name),
        near: near(name, known.chain(Preset::ALL.map(Preset::name))),
    });
    preset.map(|preset| measure(preset.measure()))
}

/// The same with the order counting as a search begins with it.
pub(super) fn in_order(mut params: AlsoBoughtParams) -> Result<AlsoBoughtParams> {
    for (axis, begin) in ORDER {
        params = params.number(axis.name, *begin)?;
    }
    Ok(params)
}

/// A model to be searched: where it begins, and which of its numbers vary.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Space {
    pub start: AlsoBoughtParams,
    /// Where it begins again, with the order counting.
    pub in_order: Option<AlsoBoughtParams>,
    pub axes: Vec<Axis>,
}

impl Space {
    /// The space of a model, with what is fixed fixed, and where nobody knows in what `order` customers bought
    /// without the numbers of that. Bounds reach as far as where it begins.
    pub(super) fn new(
        start: &AlsoBoughtParams,
        fixed: &[(String, f64)],
        order: bool,
    ) -> Result<Space> {
        let mut start = start.clone();
        let has = |start: &AlsoBoughtParams, name: &str| {
            let mut numbers = start.numbers().into_iter();
            numbers.find(|(number, _)| *number == name)
        };
        for (name, value) in fixed {
            if has(&start, name).is_some() {
                start = start.number(name, *value)?;
            }
        }
        start.check()?;
        let mut axes = numbers_of(&start);
        axes.retain(|axis| !fixed.iter().any(|(name, _)| name == axis.name));
        axes.retain(|axis| order || !Sequence::NAMES.contains(&axis.name));
        // What weighs does not go with shrinkage.
        let weighs = ["customer_exponent", "distance_exponent", "backward_weight"];
        axes.retain(|axis| !weighs.contains(&axis.name) || start.shrinkage == 0.0);
        // Nor what follows with lists that are kept per target.
        axes.retain(|axis| !weighs[1..].contains(&axis.name) || start.kept == Kept::Source);
        for axis in &mut axes {
            if let Some((_, value)) = has(&start, axis.name)
                && (axis.scale != Scale::Log || value > 0.0)
            {
                axis.low = axis.low.min(value);
                axis.high = axis.high.max(value);
            }
        }
        let mut counting = start.clone();
        for (axis, begin) in ORDER {
            if axes.iter().any(|it| it.name == axis.name) {
                counting = counting.number(axis.name, *begin)?;
            }
        }
        let as_it_is = start.sequence != Sequence::default() || counting == start;
        Ok(Space {
            in_order: (!as_it_is).then_some(counting),
            start,
            axes,
        })
    }

    /// Where settings lie, each number from 0 to 1.
    pub(super) fn place(&self, params: &AlsoBoughtParams) -> Vec<f64> {
        let numbers = params.numbers();
        let value = |axis: &Axis| numbers.iter().find(|(name, _)| *name == axis.name);
        let axes = self.axes.iter();
        axes.map(|axis| value(axis).map_or(0.0, |(_, value)| axis.place(*value)))
            .collect()
    }

    /// The settings at a place.
    pub(super) fn at(&self, place: &[f64]) -> Result<AlsoBoughtParams> {
        let mut params = self.start.clone();
        for (axis, &place) in self.axes.iter().zip(place) {
            params = params.number(axis.name, axis.value(place))?;
        }
        Ok(params)
    }
}

impl Axis {
    fn place(&self, value: f64) -> f64 {
        let share = match self.scale {
            Scale::Log => (value.max(self.low) / self.low).ln() / (self.high / self.low).ln(),
            _ => (value - self.low) / (self.high - self.low),
        };
        share.clamp(0.0, 1.0)
    }

    /// To four digits, as people write settings.
    fn value(&self, place: f64) -> f64 {
        let width = self.high - self.low;
        let value = match self.scale {
            Scale::Linear => self.low + place * width,
            Scale::Log => self.low * (self.high / self.low).powf(place),
            Scale::Whole => (self.low + place * width).round(),
        };
        let short = match self.scale {
            Scale::Linear => format!("{value:.4}").parse(),
            _ => format!("{value:.3e}").parse(),
        };
        short.map_or(value, |short: f64| short.clamp(self.low, self.high))
    }
}

/// The axes of a model, in the order of its numbers.
fn numbers_of(params: &AlsoBoughtParams) -> Vec<Axis> {
    let name = params.learner();
    let known = NUMBERS.iter().find(|(known, _)| *known == name);
    let own = known.map_or(&[][..], |(_, axes)| axes).iter().copied();
    let numbers = params.numbers();
    let order = ORDER.iter().map(|(axis, _)| *axis);
    own.chain(order.filter(|axis| numbers.iter().any(|(name, _)| *name == axis.name)))
        .collect()
}

/// Refuses what is fixed and no searched model has.
pub(super) fn check_fixed(starts: &[AlsoBoughtParams], fixed: &[(String, f64)]) -> Result<()> {
    let all = || starts.iter().flat_map(AlsoBoughtParams::numbers);
    for (at, (name, value)) in fixed.iter().enumerate() {
        if !all().any(|(known, _)| known == name) {
            let any = AlsoBought::params().measure(Measure::default());
            // Known to another model, or to none.
            any.number(name, *value)?;
            return Err(Error::UnknownName {
                what: "number of what is searched",
                name: shown(name),
                near: near(name, all().map(|(known, _)| known)),
            });
        }
        if let Some((_, other)) = fixed[..at].iter().find(|(known, _)| known == name) {
            let must = format!("`{name}` is fixed at {other} already; name it once");
            return Err(Error::setting("fixed", format!("{name}={value}"), must));
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Everything that has a name.
    fn all() -> Vec<AlsoBoughtParams> {
        let names = Model::NAMES
            .into_iter()
            .chain(Measure::ALL.map(Measure::name));
        let names = names.chain(Preset::ALL.map(Preset::name));
        let base = AlsoBought::params().neighbours(7);
        names.map(|name| named(name, &base).unwrap()).collect()
    }

    #[test]
    fn every_number_of_every_model_is_searched_around_its_default() {
        for params in all() {
            assert_eq!(params.neighbours, 7);
            let names: Vec<&str> = params.numbers().iter().map(|(name, _)| *name).collect();
            let axes: Vec<&str> = numbers_of(&params).iter().map(|axis| axis.name).collect();
            // How long and how finely vectors are learnt is no matter of taste.
            let left_out: &[&str] = match params.learner() {
                "merged" => &[
                    "dimensions",
                    "learning_rate",
                    "factor_steps",
                    "batch",
                    "sample",
                    "seed",
                ],
                _ => &[],
            };
            let searched = names.iter().filter(|name| !left_out.contains(name));
            assert!(axes.iter().eq(searched), "{}", params.in_words());
            assert!(left_out.iter().all(|name| names.contains(name)));
            for (name, value) in params.numbers() {
                let numbers = numbers_of(&params);
                let axis = numbers.iter().find(|axis| axis.name == name);
                let within = |axis: &Axis| axis.low <= value && value <= axis.high;
                // Presets may begin beyond: their bounds reach there.
                let preset = params.learner() == "power";
                assert!(preset || axis.is_none_or(within), "{name} {axis:?}");
            }
        }
    }

    #[test]
    fn any_place_is_settings_that_can_be_and_lies_where_they_say() {
        for params in all() {
            let space = Space::new(&params, &[], true).unwrap();
            for share in [0.0, 0.123_456, 0.5, 0.9, 1.0] {
                let there = space.at(&vec![share; space.axes.len()]).unwrap();
                there.check().unwrap();
                let again = space.at(&space.place(&there)).unwrap();
                for ((name, one), (_, two)) in there.numbers().into_iter().zip(again.numbers()) {
                    assert!((one - two).abs() <= 1e-3 * one.abs(), "{name}: {one} {two}");
                }
                for (axis, place) in space.axes.iter().zip(space.place(&there)) {
                    let off = if axis.scale == Scale::Whole {
                        0.07
                    } else {
                        1e-3
                    };
                    assert!((place - share).abs() <= off, "{axis:?} {place}");
                }
            }
        }
    }

    #[test]
    fn what_is_fixed_stays_and_bounds_reach_to_where_it_begins() {
        let start = named("ridge", &AlsoBought::params()).unwrap();
        let start = start.number("penalty", 9_000.0).unwrap();
        let fixed = [("steps".to_owned(), 3.0)];
        let space = Space::new(&start, &fixed, true).unwrap();
        assert!(space.axes.iter().all(|axis| axis.name != "steps"));
        let penalty = space.axes.iter().find(|axis| axis.name == "penalty");
        assert_eq!(penalty.unwrap().high, 9_000.0);
        let there = space.at(&[0.5; 8]).unwrap();
        assert!(there.numbers().contains(&("steps", 3.0)));
        let shrunk = named("power", &AlsoBought::params().shrinkage(5.0)).unwrap();
        let space = Space::new(&shrunk, &[], true).unwrap();
        assert!(space.at(&[1.0; 4]).unwrap().check().is_ok() && space.axes.len() == 4);
    }

    #[test]
    fn the_order_is_searched_where_it_is_known_and_begins_twice() {
        let start = named("ridge", &AlsoBought::params()).unwrap();
        let none = Space::new(&start, &[], false).unwrap();
        assert_eq!((none.axes.len(), none.in_order), (6, None));
        let some = Space::new(&start, &[], true).unwrap();
        let begins = some.in_order.unwrap();
        assert_eq!(some.axes.len(), 9);
        assert_eq!(
            begins.sequence.numbers().map(|(_, it)| it),
            [0.15, 0.6, 0.45]
        );
        let begun = Space::new(&begins, &[], true).unwrap();
        assert_eq!(begun.in_order, None);
        let fixed = Sequence::default()
            .numbers()
            .map(|(name, it)| (name.to_owned(), it));
        let fixed = Space::new(&start, &fixed, true).unwrap();
        assert_eq!((fixed.axes.len(), fixed.in_order), (6, None));
    }

    #[test]
    fn names_that_are_not_known_are_refused_with_those_near() {
        let told = |problem: Error| problem.to_string();
        let base = AlsoBought::params();
        let problem = named("rigde", &base).map_err(told).unwrap_err();
        assert!(problem.contains("did you mean `ridge`?"), "{problem}");
        let starts = [named("ridge", &base).unwrap()];
        let check = |name: &str| check_fixed(&starts, &[(name.to_owned(), 1.0)]).map_err(told);
        assert!(check("penalty").is_ok());
        let problem = check("penalti").unwrap_err();
        assert!(problem.contains("did you mean `penalty`?"), "{problem}");
        let problem = check("alpha").unwrap_err();
        assert!(problem.contains("the measure tversky"), "{problem}");
        let twice = [("steps".to_owned(), 1.0), ("steps".to_owned(), 2.0)];
        assert!(check_fixed(&starts, &twice).is_err());
    }
}
