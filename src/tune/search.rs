//! Which settings are tried next, told from what was tried before and a seed.
//!
//! First where each model begins, then where it begins in order; then a few draws of each, in turn; then where most is to be gained, over
//! all models: of each a [`Surrogate`] is made of what was tried of it, and draws all over its space, and around its
//! best, are compared by how much they are expected to add to the best of all. Every other trial draws
//! around the best alone: of many numbers, far corners stay unknown, and would be looked into one after the other.

use super::space::Space;
use super::surrogate::Surrogate;
use crate::dice::Dice;
use crate::error::Result;
use crate::models::also_bought::AlsoBoughtParams;
use crate::watch::Watch;

/// How often a model is drawn from at random before what came of it says where to look.
const FIRST: usize = 3;
/// How many of the best trials of a model a surrogate is made of: it takes the cube of them.
const SEEN: usize = 100;
/// Draws all over a space.
const WIDE: usize = 500;
/// How many of the best are drawn around, how far, and how often.
const AROUND: (usize, [f64; 3], usize) = (3, [0.3, 0.1, 0.03], 30);
/// How far, and how often, around the best draw.
const FINE: ([f64; 3], usize) = ([0.1, 0.03, 0.01], 50);

/// A trial, as the search sees it.
pub(super) struct Tried {
    /// Which space.
    pub space: usize,
    pub params: AlsoBoughtParams,
    /// What it came to; `None` where it failed.
    pub value: Option<f64>,
}

/// The space and the settings of the next trial; `None` where all that can be was tried.
pub(super) fn next(
    spaces: &[Space],
    tried: &[Tried],
    seed: u64,
    watch: Watch<'_>,
) -> Result<Option<(usize, AlsoBoughtParams)>> {
    // Where each begins.
    let in_order = (0..).zip(spaces);
    let in_order = in_order.filter_map(|(at, space)| Some((at, space.in_order.clone()?)));
    let begins = (0..)
        .zip(spaces)
        .map(|(at, space)| (at, space.start.clone()));
    if let Some(begin) = begins.chain(in_order).nth(tried.len()) {
        return Ok(Some(begin));
    }
    let dice = Dice::of(seed, tried.len() as u64);
    // A few draws of each: of those with the fewest, the first.
    let of = |space: usize| tried.iter().filter(move |it| it.space == space);
    let open: Vec<usize> = (0..spaces.len())
        .filter(|&at| !spaces[at].axes.is_empty())
        .collect();
    let mut few: Vec<(usize, usize)> = open.iter().map(|&at| (of(at).count(), at)).collect();
    few.sort_unstable();
    for &(_, space) in few.iter().filter(|(count, _)| *count <= FIRST) {
        if let Some(params) = drawn(&spaces[space], &mut dice.clone(), tried)? {
            return Ok(Some((space, params)));
        }
    }
    // Where most is to be gained.
    let best = tried.iter().filter_map(|it| it.value).reduce(f64::max);
    let mut found: Option<(Promise, usize, AlsoBoughtParams)> = None;
    for &space in &open {
        watch.check()?;
        let own: Vec<&Tried> = of(space).collect();
        let near = tried.len() % 2 == 1;
        let likely = likeliest(&spaces[space], &own, best, near, &mut dice.clone())?;
        if let Some((promise, params)) = likely
            && found.as_ref().is_none_or(|(most, ..)| promise.beats(most))
        {
            found = Some((promise, space, params));
        }
    }
    if let Some((_, space, params)) = found {
        return Ok(Some((space, params)));
    }
    for &space in &open {
        if let Some(params) = drawn(&spaces[space], &mut dice.clone(), tried)? {
            return Ok(Some((space, params)));
        }
    }
    Ok(None)
}

/// Settings drawn from all over a space that were not tried yet; `None` where it looks as if there are none.
fn drawn(space: &Space, dice: &mut Dice, tried: &[Tried]) -> Result<Option<AlsoBoughtParams>> {
    for _ in 0..WIDE {
        let params = space.at(&wide(space, dice))?;
        if is_new(&params, tried.iter()) {
            return Ok(Some(params));
        }
    }
    Ok(None)
}

fn is_new<'a>(params: &AlsoBoughtParams, mut tried: impl Iterator<Item = &'a Tried>) -> bool {
    params.check().is_ok() && !tried.any(|it| it.params == *params)
}

fn wide(space: &Space, dice: &mut Dice) -> Vec<f64> {
    space.axes.iter().map(|_| dice.share()).collect()
}

/// A step from a place, at most so far by each axis and mostly less.
fn around(place: &[f64], far: f64, dice: &mut Dice) -> Vec<f64> {
    let always = dice.below(place.len());
    let mut step = |(axis, &from): (usize, &f64)| {
        let (moves, by) = (dice.share() < 0.5, dice.share() - dice.share());
        match moves || axis == always {
            true => (from + far * by).clamp(0.0, 1.0),
            false => from,
        }
    };
    place.iter().enumerate().map(&mut step).collect()
}

/// What a place promises.
#[derive(Clone, Copy)]
struct Promise {
    /// What is expected to be gained.
    gain: f64,
    /// What it may come to: tells where nothing is to be gained any more.
    hope: f64,
}

impl Promise {
    fn beats(self, other: &Promise) -> bool {
        (self.gain, self.hope) > (other.gain, other.hope)
    }
}

/// The settings of a space that promise most and were not tried yet; where `near`, around its best alone.
fn likeliest(
    space: &Space,
    own: &[&Tried],
    best: Option<f64>,
    near: bool,
    dice: &mut Dice,
) -> Result<Option<(Promise, AlsoBoughtParams)>> {
    let Some((process, tops, best)) = surrogate(space, own).zip(best).map(|((p, t), b)| (p, t, b))
    else {
        return Ok(None);
    };
    let mut most: Option<(Promise, Vec<f64>, AlsoBoughtParams)> = None;
    let look = |place: Vec<f64>, most: &mut Option<(Promise, Vec<f64>, AlsoBoughtParams)>| {
        let params = space.at(&place)?;
        // What is tried is what the settings say, to so many digits.
        let place = space.place(&params);
        let (mean, deviation) = process.at(&place);
        let promise = Promise {
            gain: process.gain(&place, best),
            hope: mean + deviation,
        };
        let better = most.as_ref().is_none_or(|(known, ..)| promise.beats(known));
        if better && is_new(&params, own.iter().copied()) {
            *most = Some((promise, place, params));
        }
        Result::Ok(())
    };
    for _ in 0..if near { 0 } else { WIDE } {
        look(wide(space, dice), &mut most)?;
    }
    let (tops, fars) = match near {
        true => (&tops[..1], &AROUND.1[1..]),
        false => (&tops[..], &AROUND.1[..]),
    };
    for top in tops {
        for far in fars {
            for _ in 0..AROUND.2 {
                look(around(top, *far, dice), &mut most)?;
            }
        }
    }
    for far in FINE.0 {
        for _ in 0..FINE.1 {
            if let Some(from) = most.as_ref().map(|(_, place, _)| place.clone()) {
                look(around(&from, far, dice), &mut most)?;
            }
        }
    }
    Ok(most.map(|(promise, _, params)| (promise, params)))
}

/// What is likely, from what was tried of one space; and its best places.
fn surrogate(space: &Space, own: &[&Tried]) -> Option<(Surrogate, Vec<Vec<f64>>)> {
    let mut values: Vec<f64> = own.iter().filter_map(|it| it.value).collect();
    values.sort_unstable_by(|one, two| two.total_cmp(one));
    let (best, middle) = (*values.first()?, *values.get(values.len() / 2)?);
    // How bad what is far below all else is says nothing of where the best is; what failed is as bad.
    let floor = best - 3.0 * (best - middle);
    let value = |it: &Tried| it.value.map_or(floor, |value| value.max(floor));
    let mut order: Vec<&Tried> = own.to_vec();
    order.sort_by(|one, two| value(two).total_cmp(&value(one))); // stable: the earlier first
    order.truncate(SEEN);
    let places: Vec<Vec<f64>> = order.iter().map(|it| space.place(&it.params)).collect();
    let values: Vec<f64> = order.iter().map(|it| value(it)).collect();
    let tops = places.iter().take(AROUND.0).cloned().collect();
    Some((Surrogate::fit(places, &values)?, tops))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::models::also_bought::AlsoBought;
    use crate::tune::space::named;

    fn spaces(fixed: &[(&str, f64)]) -> Vec<Space> {
        let fixed: Vec<(String, f64)> = fixed.iter().map(|it| (it.0.to_owned(), it.1)).collect();
        let space = |name| Space::new(&named(name, &AlsoBought::params()).unwrap(), &fixed, false);
        ["power", "ridge"].map(|name| space(name).unwrap()).into()
    }

    /// A hill in each space, of the second the higher one.
    fn hill(spaces: &[Space], space: usize, params: &AlsoBoughtParams) -> f64 {
        let place = spaces[space].place(params);
        let far: f64 = place.iter().map(|at| (at - 0.7).powi(2)).sum();
        [0.2, 0.22][space] - 0.1 * far
    }

    fn run(spaces: &[Space], seed: u64, trials: usize) -> Vec<Tried> {
        let mut tried: Vec<Tried> = Vec::new();
        while tried.len() < trials {
            let Some((space, params)) = next(spaces, &tried, seed, Watch::new()).unwrap() else {
                break;
            };
            let value = Some(hill(spaces, space, &params));
            tried.push(Tried {
                space,
                params,
                value,
            });
        }
        tried
    }

    fn best(values: impl Iterator<Item = f64>) -> f64 {
        values.fold(f64::MIN, f64::max)
    }

    #[test]
    fn begins_where_the_models_begin_and_tries_nothing_twice() {
        let spaces = spaces(&[]);
        let tried = run(&spaces, 4, 16);
        assert_eq!(tried.len(), 16);
        for (at, space) in spaces.iter().enumerate() {
            assert_eq!(tried[at].params, space.start);
        }
        for (at, one) in tried.iter().enumerate() {
            assert!(tried[..at].iter().all(|other| other.params != one.params));
        }
    }

    #[test]
    fn what_is_found_on_a_hill_is_better_than_draws_alone() {
        let spaces = spaces(&[]);
        let (mut found, mut drawn) = (0.0, 0.0);
        for seed in 0..2 {
            found += best(run(&spaces, seed, 32).iter().filter_map(|it| it.value)) / 2.0;
            // All draws of the model that is better, which nobody knows before.
            let mut dice = Dice::of(seed, 0);
            let mut draw = || spaces[1].at(&wide(&spaces[1], &mut dice)).unwrap();
            drawn += best((0..32).map(|_| hill(&spaces, 1, &draw()))) / 2.0;
        }
        assert!(found > 0.21 && drawn < 0.205, "{found} {drawn}");
    }

    #[test]
    fn another_seed_tries_other_settings_and_the_same_seed_the_same() {
        let spaces = spaces(&[]);
        let settings = |seed| -> Vec<AlsoBoughtParams> {
            run(&spaces, seed, 10)
                .into_iter()
                .map(|it| it.params)
                .collect()
        };
        assert_eq!(settings(1), settings(1));
        assert_ne!(settings(1), settings(2));
    }

    #[test]
    fn a_model_that_always_fails_is_left_alone() {
        let spaces = spaces(&[]);
        let mut tried: Vec<Tried> = Vec::new();
        for _ in 0..14 {
            let (space, params) = next(&spaces, &tried, 5, Watch::new()).unwrap().unwrap();
            let value = (space == 0).then(|| hill(&spaces, space, &params));
            tried.push(Tried {
                space,
                params,
                value,
            });
        }
        let failed = tried.iter().filter(|it| it.space == 1).count();
        assert_eq!(failed, 1 + FIRST);
    }

    #[test]
    fn where_all_is_fixed_there_is_nothing_but_the_beginnings() {
        let all = [
            ("customer_exponent", 0.5),
            ("count_exponent", 1.0),
            ("source_exponent", 0.5),
            ("target_exponent", 0.25),
            ("candidate_exponent", 0.1),
            ("dropout", 3.0),
            ("penalty", 9.0),
        ];
        // Nine whole numbers of steps are left.
        assert_eq!(run(&spaces(&all), 0, 50).len(), 10);
        let none = [&all[..], &[("steps", 3.0)]].concat();
        assert_eq!(run(&spaces(&none), 0, 50).len(), 2);
    }
}
