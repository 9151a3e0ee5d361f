//! Which segments ask for which, and in which order they can be told.

use crate::error::{Error, Result};
use crate::near::near;
use crate::rules::{Rule, RuleProblem};
use crate::text::shown;
use std::collections::BTreeMap;

/// The places of the segments, each behind those that it asks for. Refuses a segment that nobody
/// defines, and segments that ask for each other in a circle.
pub(super) fn in_order(names: &[String], rules: &[Rule]) -> Result<Vec<usize>> {
    let needs: Vec<Vec<usize>> = rules
        .iter()
        .zip(names)
        .map(|(rule, name)| needed(names, name, rule))
        .collect::<Result<_>>()?;
    let mut waiting: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut asked_by: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, needs) in needs.iter().enumerate() {
        for &need in needs {
            asked_by.entry(need).or_default().push(place);
        }
    }
    let mut order: Vec<usize> = (0..names.len())
        .filter(|&place| needs[place].is_empty())
        .collect();
    let mut looked_at = 0;
    while let Some(place) = order.get(looked_at) {
        for &asking in asked_by.get(place).into_iter().flatten() {
            waiting[asking] -= 1;
            if waiting[asking] == 0 {
                order.push(asking);
            }
        }
        looked_at += 1;
    }
    match (0..names.len()).find(|&place| waiting[place] > 0) {
        None => Ok(order),
        Some(place) => Err(circle(names, rules, &needs, &waiting, place)),
    }
}

/// The places of the segments that a rule asks for.
fn needed(names: &[String], name: &str, rule: &Rule) -> Result<Vec<usize>> {
    let find = |(asked, at): (&String, _)| {
        names.binary_search(asked).map_err(|_| {
            let near = near(asked, names.iter().map(String::as_str));
            let problem = format!("there is no segment `{}`", shown(asked));
            of_segment(name, rule.problem(at, problem).near(near))
        })
    };
    let asked = rule.segments();
    asked.iter().map(|(name, at)| find((name, *at))).collect()
}

/// Says whose rule a problem is one of.
pub(super) fn of_segment(name: &str, mut problem: RuleProblem) -> Error {
    problem.problem = format!("in the segment `{}`: {}", shown(name), problem.problem);
    Error::rule(problem)
}

/// A circle that `place` leads into: each that waits asks for another that does.
fn circle(
    names: &[String],
    rules: &[Rule],
    needs: &[Vec<usize>],
    waiting: &[usize],
    place: usize,
) -> Error {
    /// Longer circles are not written out.
    const MOST: usize = 10;
    let next = |place: usize| {
        let mut needs = needs[place].iter();
        needs
            .find(|&&need| waiting[need] > 0)
            .copied()
            .unwrap_or(place)
    };
    // As many steps as there are segments lead onto the circle itself.
    let start = (0..names.len()).fold(place, |place, _| next(place));
    let mut circle = vec![start];
    let mut here = next(start);
    while here != start {
        circle.push(here);
        here = next(here);
    }
    // It is the same circle wherever it is entered.
    let first = (0..circle.len()).min_by_key(|&at| circle[at]).unwrap_or(0);
    circle.rotate_left(first);
    let quoted = |&place: &usize| format!("`{}`", shown(&names[place]));
    let mut shown: Vec<String> = circle.iter().take(MOST).map(quoted).collect();
    if circle.len() > MOST {
        shown.push("...".to_owned());
    }
    shown.extend(circle.first().map(quoted));
    let problem = format!(
        "the segments ask for each other in a circle: {}",
        shown.join(" -> ")
    );
    let (start, second) = (circle[0], circle[1 % circle.len()]);
    let at = rules[start].segments().remove(&names[second]);
    Error::rule(match at {
        Some(at) => rules[start].problem(at, problem),
        None => RuleProblem::new(problem),
    })
}
