//! The steps of learning, each of them the gradient of some customers' loss; see the [module](super).
//!
//! Each vector and each of its sums belongs to one piece of the work, so the order of additions, and with it
//! every byte, is the same for any number of threads and any instructions.

use super::dense::{Across, Along, Panels, SIDE, TALL, WIDE, add, total};
use super::params::Softmax;
use super::start::start;
use super::table::{NONE, Step, Table, corrections, length, unit_into};
use crate::dice::Dice;
use crate::error::{Result, zeroed};
use crate::machine::{Inlined, Lanes, Task};
use crate::matrix::{Purchases, row_of};
use crate::powers::exp;
use crate::watch::Watch;
use rayon::prelude::*;

/// Customers a piece of the work.
const BLOCK: usize = 32;
/// Items a piece of the work.
const ITEMS: usize = 64;
/// Steps until the rate is whole.
const WARM: usize = 10;

/// What is to be learnt from.
pub(super) struct Learn<'a> {
    pub purchases: &'a Purchases,
    /// What each purchase weighs, in the places of [`Purchases::by_row`].
    pub pulls: Vec<f32>,
    pub softmax: Softmax,
    pub wide: usize,
    pub watch: Watch<'a>,
}

/// Vectors of length 1 of the rows and of the items, `wide` numbers each.
pub(super) type Vectors = (Vec<f32>, Vec<f32>);

impl Task for Learn<'_> {
    type Out = Result<Vectors>;

    fn run<L: Lanes>(self, lanes: L) -> Result<Vectors> {
        let (mut users, mut items, mut dice) = self.tables(lanes)?;
        let steps = self.softmax.steps as usize;
        let corrections = corrections(steps)?;
        let mut space = Space::new(&self)?;
        let mut queue = Queue::new(&self)?;
        for step in 0..steps {
            queue.draw(&mut dice);
            self.gradient(
                lanes,
                (&users, &items),
                (queue.who(), queue.sample()),
                &mut space,
            )?;
            let rate = self.softmax.learning_rate as f32 * part_of_rate(step, steps);
            let of = |gradients, of_row| Step {
                gradients,
                of_row,
                rate,
                corrections: &corrections,
            };
            users.step(lanes, &of(&space.of_users, &space.place));
            items.step(lanes, &of(&space.of_items, &space.slot));
            space.forget(queue.who());
            self.watch
                .tell("learning factors", step as u64 + 1, Some(steps as u64));
        }
        drop(space);
        Ok((self.units(users), self.units(items)))
    }
}

/// The rate rises over the first steps and falls to a twentieth.
fn part_of_rate(step: usize, steps: usize) -> f32 {
    let warm = ((step + 1) as f32 / WARM as f32).min(1.0);
    warm * (1.0 - 0.95 * step as f32 / steps as f32)
}

impl<'a> Learn<'a> {
    /// How many customers a step looks at.
    fn batch(&self) -> usize {
        (self.softmax.batch as usize).min(self.purchases.buyers() as usize)
    }

    /// How many items are drawn.
    fn drawn(&self) -> usize {
        (self.softmax.sample as usize).min(self.purchases.items())
    }

    /// How many bytes all of it takes at most, besides what it learns from.
    pub(super) fn bytes(&self) -> u64 {
        let (rows, items) = (self.purchases.rows() as u64, self.purchases.items() as u64);
        let (batch, drawn) = (
            self.batch() as u64,
            self.drawn().next_multiple_of(WIDE) as u64,
        );
        let wide = self.wide as u64;
        let tables = (rows + items) * (Table::bytes(self.wide) + 8);
        let spaces = items * 8 * wide + batch * (12 * wide + 4 * drawn + 8) + drawn * 8 * wide;
        let packed = self.threads() * (ITEMS as u64) * 4 * batch;
        let purchases = self.purchases.by_row().nnz() as u64;
        tables + spaces + packed + 4 * purchases + 8 * self.most_pulls() as u64 + 16 * wide * wide
    }

    fn threads(&self) -> u64 {
        rayon::current_num_threads() as u64
    }

    /// How many purchases the customers of a step have together at most.
    fn most_pulls(&self) -> usize {
        let held = |row: usize| self.purchases.items_of(row).len();
        let mut lengths: Vec<usize> = (0..self.purchases.rows()).map(held).collect();
        let batch = self.batch();
        if batch < lengths.len() {
            lengths.select_nth_unstable_by(batch, |one, other| other.cmp(one));
        }
        lengths[..batch].iter().sum()
    }

    /// Where learning starts.
    fn tables<L: Lanes>(&self, lanes: L) -> Result<(Table, Table, Dice)> {
        let mut dice = Dice::of(self.softmax.seed, 0);
        let dimensions = self.softmax.dimensions as usize;
        let (rows, items) = start(
            lanes,
            self.purchases,
            (dimensions, self.wide),
            &mut dice,
            self.watch,
        )?;
        let size = 0.1 * (dimensions as f32).sqrt();
        let (users, items) = (
            Table::new(rows, self.wide, size)?,
            Table::new(items, self.wide, size)?,
        );
        Ok((users, items, dice))
    }

    /// Vectors of length 1.
    fn units(&self, table: Table) -> Vec<f32> {
        let mut vectors = table.into_value();
        vectors.par_chunks_mut(self.wide).for_each(|vector| {
            let size = length(vector);
            vector.iter_mut().for_each(|x| *x /= size);
        });
        vectors
    }

    /// What a row's purchases weigh.
    fn pulls_of(&self, row: u32) -> &[f32] {
        let range = self.purchases.by_row().indptr().outer_inds_sz(row as usize);
        &self.pulls[range]
    }

    /// The gradient of the loss of some customers, ascending, by their vectors of length 1 and those of items, of
    /// which a sample stands for all.
    pub(super) fn gradient<L: Lanes>(
        &self,
        lanes: L,
        (users, items): (&Table, &Table),
        (who, sample): (&[u32], &[u32]),
        space: &mut Space,
    ) -> Result<()> {
        space.name(self, who, sample);
        let (wide, drawn) = (self.wide, sample.len());
        let moved = space.moved.len();
        let units = space.units[..moved * wide]
            .par_chunks_mut(wide)
            .zip(&space.moved);
        units.for_each(|(unit, &item)| unit_into(items.row(item as usize), unit));
        let units = &space.units[..moved * wide];
        space.across.fill_across(&units[..drawn * wide]);
        space.down.fill(&units[..drawn * wide]);

        let width = space.across.width();
        let numbers = space.of_users.par_chunks_mut(BLOCK * wide);
        let numbers = numbers.zip(space.unit_users.par_chunks_mut(BLOCK * wide));
        let numbers = numbers.zip(space.scaled.par_chunks_mut(BLOCK * wide));
        let numbers = numbers.zip(space.shares.par_chunks_mut(BLOCK * width));
        let (across, down, slot) = (&space.across, &space.down, &space.slot[..]);
        numbers
            .zip(who.par_chunks(BLOCK))
            .try_for_each(|(numbers, who)| {
                self.watch.check()?;
                let (((gradients, unit_users), scaled), shares) = numbers;
                lanes.compiled(Users {
                    learn: self,
                    users,
                    who,
                    units,
                    slot,
                    drawn,
                    panels: (across, down),
                    gradients,
                    unit_users,
                    scaled,
                    shares,
                });
                Ok(())
            })?;

        space.users_down.fill(&space.scaled);
        let gradients = &mut space.of_items[..moved * wide];
        gradients.fill(0.0);
        let shares = &space.shares[..];
        let users_down = &space.users_down;
        gradients[..drawn * wide]
            .par_chunks_mut(ITEMS * wide)
            .enumerate()
            .try_for_each_init(Vec::new, |packed, (at, gradients)| {
                self.watch.check()?;
                let of = (at * ITEMS, width);
                lanes.compiled(Items {
                    shares,
                    of,
                    users_down,
                    packed,
                    gradients,
                })
            })?;
        let (ends, by_slot) = (&space.ends, &space.by_slot);
        let unit_users = &space.unit_users[..];
        let heat = (1.0 / self.softmax.temperature) as f32;
        let vectors = gradients.par_chunks_mut(wide).enumerate();
        vectors.for_each(|(slot, gradient)| {
            lanes.compiled(Pull {
                pulls: &by_slot[ends[slot]..ends[slot + 1]],
                unit_users,
                heat,
                gradient,
            });
        });
        Ok(())
    }
}

/// The scores of a block of customers, what of the softmax falls to each item, and the customers' gradients.
struct Users<'a> {
    learn: &'a Learn<'a>,
    users: &'a Table,
    who: &'a [u32],
    /// The items' vectors, by slot.
    units: &'a [f32],
    slot: &'a [u32],
    drawn: usize,
    panels: (&'a Panels, &'a Panels),
    gradients: &'a mut [f32],
    unit_users: &'a mut [f32],
    /// Each customer's vector times what the sums of their shares are to be multiplied by.
    scaled: &'a mut [f32],
    shares: &'a mut [f32],
}

impl Inlined for Users<'_> {
    type Out = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Users {
            learn,
            users,
            who,
            units,
            slot,
            drawn,
            panels,
            ..
        } = self;
        let (gradients, unit_users, scaled, shares) =
            (self.gradients, self.unit_users, self.scaled, self.shares);
        let (across, down) = panels;
        let (wide, width) = (learn.wide, across.width());
        for (unit, &row) in unit_users.chunks_exact_mut(wide).zip(who) {
            unit_into(users.row(row as usize), unit);
        }
        shares.fill(0.0);
        let eights = unit_users
            .chunks(TALL * wide)
            .map(|rows| Along::of(rows, wide));
        add(lanes, &eights.collect::<Vec<_>>(), across, shares);
        let heat = (1.0 / learn.softmax.temperature) as f32;
        let mut factors = [0f32; BLOCK];
        for ((row, shares), factor) in who
            .iter()
            .zip(shares.chunks_exact_mut(width))
            .zip(&mut factors)
        {
            let whole: f32 = learn.pulls_of(*row).iter().sum();
            *factor = whole * heat / shared(shares, drawn, heat);
        }
        gradients.fill(0.0);
        let eights = shares
            .chunks(TALL * width)
            .map(|rows| Along::of(rows, width));
        add(lanes, &eights.collect::<Vec<_>>(), down, gradients);
        let vectors = gradients
            .chunks_exact_mut(wide)
            .zip(scaled.chunks_exact_mut(wide));
        let vectors = vectors.zip(unit_users.chunks_exact(wide));
        for (((gradient, scaled), unit), (&row, &factor)) in vectors.zip(who.iter().zip(&factors)) {
            gradient.iter_mut().for_each(|g| *g *= factor);
            scaled
                .iter_mut()
                .zip(unit)
                .for_each(|(scaled, x)| *scaled = x * factor);
            let held = learn.purchases.items_of(row as usize).iter();
            for (&item, &pull) in held.zip(learn.pulls_of(row)) {
                let (slot, pull) = (slot[item as usize] as usize, pull * heat);
                let unit = &units[slot * wide..(slot + 1) * wide];
                gradient
                    .iter_mut()
                    .zip(unit)
                    .for_each(|(g, x)| *g -= pull * x);
            }
        }
    }
}

/// Makes `exp((score - the largest) heat)` of each score and tells their sum; what is not drawn has no share.
#[inline(always)]
fn shared(scores: &mut [f32], drawn: usize, heat: f32) -> f32 {
    let (scores, rest) = scores.split_at_mut(drawn);
    rest.fill(0.0);
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let (lines, few) = scores.as_chunks_mut::<SIDE>();
    let mut largest = [f32::NEG_INFINITY; SIDE];
    for line in &*lines {
        largest
            .iter_mut()
            .zip(line)
            .for_each(|(most, &score)| *most = larger(*most, score));
    }
    let most = largest
        .into_iter()
        .chain(few.iter().copied())
        .fold(f32::NEG_INFINITY, larger);
    let mut sums = [0f32; SIDE];
    for line in lines {
        for (sum, score) in sums.iter_mut().zip(line) {
            *score = exp((*score - most) * heat);
            *sum += *score;
        }
    }
    let mut sum = total(sums);
    for score in few {
        *score = exp((*score - most) * heat);
        sum += *score;
    }
    sum
}

/// What the softmax of all customers gives the gradients of a block of the drawn items.
struct Items<'a> {
    shares: &'a [f32],
    /// The first of them, and how wide the shares are.
    of: (usize, usize),
    users_down: &'a Panels,
    packed: &'a mut Vec<[f32; TALL]>,
    gradients: &'a mut [f32],
}

impl Inlined for Items<'_> {
    type Out = Result<()>;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Result<()> {
        let ((first, width), batch) = (self.of, self.users_down.depth());
        if self.packed.is_empty() {
            *self.packed = zeroed(batch * ITEMS / TALL, "the shares of a block")?;
        }
        for (eight, packed) in self.packed.chunks_exact_mut(batch).enumerate() {
            let start = first + eight * TALL;
            if start >= width {
                break;
            }
            for (packed, shares) in packed.iter_mut().zip(self.shares.chunks_exact(width)) {
                // Of a length that is known, so that it is no call.
                if let Some(eight) = shares[start..].first_chunk() {
                    *packed = *eight;
                }
            }
        }
        let eights: Vec<Across> = self.packed.chunks_exact(batch).map(Across).collect();
        add(lanes, &eights, self.users_down, self.gradients);
        Ok(())
    }
}

/// What those who bought an item take from its gradient.
struct Pull<'a> {
    pulls: &'a [(u32, f32)],
    unit_users: &'a [f32],
    heat: f32,
    gradient: &'a mut [f32],
}

impl Inlined for Pull<'_> {
    type Out = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) {
        let wide = self.gradient.len();
        for &(place, pull) in self.pulls {
            let unit = &self.unit_users[place as usize * wide..(place as usize + 1) * wide];
            let pull = pull * self.heat;
            let numbers = self.gradient.iter_mut().zip(unit);
            numbers.for_each(|(g, x)| *g -= pull * x);
        }
    }
}

/// Whose turn it is.
struct Queue {
    rows: Vec<u32>,
    next: usize,
    batch: usize,
    who: Vec<u32>,
    items: Vec<u32>,
    sample: Vec<u32>,
}

impl Queue {
    fn new(learn: &Learn<'_>) -> Result<Self> {
        let purchases = learn.purchases;
        let (batch, drawn) = (learn.batch(), learn.drawn());
        let all = 0..purchases.rows() as u32;
        let rows: Vec<u32> = all
            .filter(|&row| !purchases.items_of(row as usize).is_empty())
            .collect();
        Ok(Queue {
            next: rows.len(),
            rows,
            batch,
            who: zeroed(batch, "the customers of a step")?,
            items: (0..purchases.items() as u32).collect(),
            sample: zeroed(drawn, "the items of a step")?,
        })
    }

    /// The next customers, each once before one comes again but for a few at the end, and some items.
    fn draw(&mut self, dice: &mut Dice) {
        if self.next + self.batch > self.rows.len() {
            let all = self.rows.len();
            shuffle(&mut self.rows, all, dice);
            self.next = 0;
        }
        self.who
            .copy_from_slice(&self.rows[self.next..self.next + self.batch]);
        self.next += self.batch;
        self.who.sort_unstable();
        let drawn = self.sample.len();
        shuffle(&mut self.items, drawn, dice);
        self.sample.copy_from_slice(&self.items[..drawn]);
        self.sample.sort_unstable();
    }

    fn who(&self) -> &[u32] {
        &self.who
    }

    fn sample(&self) -> &[u32] {
        &self.sample
    }
}

/// Fisher and Yates' shuffle of the first places.
fn shuffle(values: &mut [u32], first: usize, dice: &mut Dice) {
    for at in 0..first.min(values.len()) {
        let other = at + dice.below(values.len() - at);
        values.swap(at, other);
    }
}

/// What a step works in, used again for the next.
pub(super) struct Space {
    /// The items that the step moves: the sample, then what else its customers bought.
    moved: Vec<u32>,
    /// By item, its place among them, or [`NONE`].
    pub slot: Vec<u32>,
    /// By row, its place among the step's customers, or [`NONE`].
    pub place: Vec<u32>,
    /// By slot, where its purchases start, and where the last one's end.
    ends: Vec<usize>,
    /// By slot, whose purchases there are, by place, and what each weighs.
    by_slot: Vec<(u32, f32)>,
    units: Vec<f32>,
    unit_users: Vec<f32>,
    scaled: Vec<f32>,
    shares: Vec<f32>,
    across: Panels,
    down: Panels,
    users_down: Panels,
    /// The gradients, by place and by slot.
    pub of_users: Vec<f32>,
    pub of_items: Vec<f32>,
}

impl Space {
    pub(super) fn new(learn: &Learn<'_>) -> Result<Self> {
        let what = "the space of a step";
        let (wide, batch) = (learn.wide, learn.batch());
        let (rows, items) = (learn.purchases.rows(), learn.purchases.items());
        let width = learn.drawn().next_multiple_of(WIDE);
        let mut space = Space {
            moved: Vec::new(),
            slot: zeroed(items, what)?,
            place: zeroed(rows, what)?,
            ends: zeroed(items + 1, what)?,
            by_slot: zeroed(learn.most_pulls(), what)?,
            units: zeroed(items * wide, what)?,
            unit_users: zeroed(batch * wide, what)?,
            scaled: zeroed(batch * wide, what)?,
            shares: zeroed(batch * width, what)?,
            across: Panels::new(wide, width)?,
            down: Panels::new(width, wide)?,
            users_down: Panels::new(batch, wide)?,
            of_users: zeroed(batch * wide, what)?,
            of_items: zeroed(items * wide, what)?,
        };
        space.slot.fill(NONE);
        space.place.fill(NONE);
        Ok(space)
    }

    /// Gives places and slots to a step's customers and items, and sorts its purchases by slot, those of one
    /// by place.
    fn name(&mut self, learn: &Learn<'_>, who: &[u32], sample: &[u32]) {
        let held = |row: u32| row_of(learn.purchases.by_row(), row as usize);
        self.moved.clear();
        self.moved.extend_from_slice(sample);
        for (slot, &item) in (0..).zip(sample) {
            self.slot[item as usize] = slot;
        }
        self.ends.fill(0);
        for (place, &row) in (0..).zip(who) {
            self.place[row as usize] = place;
            for &item in held(row) {
                let slot = &mut self.slot[item as usize];
                if *slot == NONE {
                    *slot = self.moved.len() as u32;
                    self.moved.push(item);
                }
                self.ends[*slot as usize] += 1;
            }
        }
        // Where each slot's end, filled from behind; what is left is where they start.
        let mut sum = 0;
        for end in &mut self.ends {
            sum += *end;
            *end = sum;
        }
        for (place, &row) in who.iter().enumerate().rev() {
            let pulls = held(row).iter().zip(learn.pulls_of(row));
            for (&item, &pull) in pulls {
                let end = &mut self.ends[self.slot[item as usize] as usize];
                *end -= 1;
                self.by_slot[*end] = (place as u32, pull);
            }
        }
    }

    /// Takes places and slots away again.
    pub(super) fn forget(&mut self, who: &[u32]) {
        who.iter().for_each(|&row| self.place[row as usize] = NONE);
        self.moved
            .iter()
            .for_each(|&item| self.slot[item as usize] = NONE);
    }
}
