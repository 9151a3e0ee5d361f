//! Work cut into numbered parts, done by a pool of its own, put together in order.
//!
//! Each call builds its pool and lets it go: nothing global, so a process that forks (gunicorn,
//! multiprocessing, Celery) finds no dead threads, at the price of some 50 microseconds a call.

use crate::error::{Error, Result};
use crate::watch::Watch;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// How many threads a setting of `threads` means; `None` is all the machine has.
pub(crate) fn thread_count(threads: Option<usize>) -> Result<usize> {
    /// Beyond this a number of threads is a slip: no machine has them.
    const MOST: usize = 4096;
    match threads {
        None => Ok(std::thread::available_parallelism().map_or(1, usize::from)),
        Some(count @ 1..=MOST) => Ok(count),
        Some(count) => Err(Error::setting(
            "threads",
            count,
            format!("it must be from 1 to {MOST}, or left out for all cores"),
        )),
    }
}

/// Calls `work(part, scratch)` for every part in `0..parts` and returns the results by part.
///
/// Parts are handed out one by one to whichever thread is free; each thread makes one scratch space
/// and keeps it. The result depends on nothing but `work` of each part, so it is the same for any
/// number of threads. The first error, or a cancel, ends the work.
pub(crate) fn map_parts<Scratch, Out: Send>(
    parts: usize,
    threads: usize,
    stage: &'static str,
    watch: Watch<'_>,
    make_scratch: impl Fn() -> Result<Scratch> + Sync,
    work: impl Fn(usize, &mut Scratch) -> Result<Out> + Sync,
) -> Result<Vec<Out>> {
    let mut results = Vec::with_capacity(parts);
    in_order(parts, threads, stage, watch, make_scratch, work, |out| {
        results.push(out);
        Ok(())
    })?;
    Ok(results)
}

/// As [`map_parts`], but each result is handed to `take` as soon as those of all parts before it were,
/// by whichever thread is there: few are ever kept.
pub(crate) fn in_order<Scratch, Out: Send>(
    parts: usize,
    threads: usize,
    stage: &'static str,
    watch: Watch<'_>,
    make_scratch: impl Fn() -> Result<Scratch> + Sync,
    work: impl Fn(usize, &mut Scratch) -> Result<Out> + Sync,
    take: impl FnMut(Out) -> Result<()> + Send,
) -> Result<()> {
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let line = Mutex::new(Line {
        take,
        next: 0,
        waiting: BTreeMap::new(),
    });
    let run = || -> Result<()> {
        let mut scratch = make_scratch()?;
        while !failed.load(Ordering::Relaxed) {
            let part = next.fetch_add(1, Ordering::Relaxed);
            if part >= parts {
                break;
            }
            watch.check()?;
            let out = work(part, &mut scratch)?;
            let done = lock(&line).hand(part, out)?;
            watch.tell(stage, done as u64, Some(parts as u64));
        }
        Ok(())
    };
    let threads = threads.min(parts).max(1);
    if threads == 1 {
        return run();
    }
    let error = Mutex::new(None);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("cobuy-{index}"))
        .build()
        .map_err(|problem| Error::Threads {
            threads,
            problem: problem.to_string(),
        })?;
    pool.scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|_| {
                if let Err(problem) = run() {
                    failed.store(true, Ordering::Relaxed);
                    lock(&error).get_or_insert(problem);
                }
            });
        }
    });
    match lock(&error).take() {
        Some(problem) => Err(problem),
        None => Ok(()),
    }
}

/// Results that wait for their turn.
struct Line<Out, Take> {
    take: Take,
    /// The part whose turn it is.
    next: usize,
    waiting: BTreeMap<usize, Out>,
}

impl<Out, Take: FnMut(Out) -> Result<()>> Line<Out, Take> {
    /// Hands on what has its turn, and says of how many parts there is a result.
    fn hand(&mut self, part: usize, out: Out) -> Result<usize> {
        self.waiting.insert(part, out);
        while let Some(out) = self.waiting.remove(&self.next) {
            self.next += 1;
            (self.take)(out)?;
        }
        Ok(self.next + self.waiting.len())
    }
}

/// The lock, also after another thread panicked: what it guards is only ever replaced whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_back_by_part_for_any_number_of_threads() {
        for threads in [1, 2, 7] {
            let squares = map_parts(
                100,
                threads,
                "squaring",
                Watch::new(),
                || Ok(()),
                |part, ()| Ok(part * part),
            );
            let expected: Vec<_> = (0..100).map(|part| part * part).collect();
            assert_eq!(squares.ok(), Some(expected));
        }
    }

    #[test]
    fn a_cancel_ends_the_work() {
        let seen = AtomicUsize::new(0);
        let cancel = || seen.load(Ordering::Relaxed) >= 3;
        let result = map_parts(
            1000,
            2,
            "counting",
            Watch::new().cancel(&cancel),
            || Ok(()),
            |_, ()| {
                seen.fetch_add(1, Ordering::Relaxed);
                Ok(())
            },
        );
        assert!(matches!(result, Err(Error::Cancelled)));
        assert!(seen.load(Ordering::Relaxed) < 10);
    }
}
