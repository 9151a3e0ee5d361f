//! Work cut into numbered parts, done by a pool of its own, put together in order.
//!
//! Each call builds its pool and lets it go: nothing global, so a process that forks (gunicorn,
//! multiprocessing, Celery) finds no dead threads, at the price of some 50 microseconds a call.

use crate::error::{Error, Result};
use crate::watch::Watch;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

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

/// As [`thread_count`], for so many parts of work: a single one asks nothing of the machine, which reads
/// files to tell.
pub(crate) fn threads_for(parts: usize, threads: Option<usize>) -> Result<usize> {
    match (parts, threads) {
        (0 | 1, None) => Ok(1),
        _ => thread_count(threads),
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

/// Threads of their own, for work that is many short pieces.
pub(crate) fn pool_of(threads: usize) -> Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("cobuy-{index}"))
        .build()
        .map_err(|problem| Error::Threads {
            threads,
            problem: problem.to_string(),
        })
}

/// So many parts wait for their turn at most: no thread begins one that is further ahead.
pub(crate) const AHEAD: usize = 16;

/// As [`map_parts`], but each result is handed to `take` as soon as those of all parts before it were,
/// by whichever thread is there: no more than [`AHEAD`] are kept.
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
    let queue = Queue::new(take);
    let run = || -> Result<()> {
        let _panics = FailsOnPanic(&queue);
        let mut scratch = make_scratch()?;
        loop {
            let part = next.fetch_add(1, Ordering::Relaxed);
            if part >= parts || !queue.wait_for(part) {
                return Ok(());
            }
            watch.check()?;
            let out = work(part, &mut scratch)?;
            let done = queue.hand(part, out)?;
            watch.tell(stage, done as u64, Some(parts as u64));
        }
    };
    let threads = threads.min(parts).max(1);
    if threads == 1 {
        return run();
    }
    let error = Mutex::new(None);
    pool_of(threads)?.scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|_| {
                if let Err(problem) = run() {
                    lock(&error).get_or_insert(problem);
                    queue.fail();
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
struct Queue<Out, Take> {
    state: Mutex<State<Out, Take>>,
    /// The turn moved on, or there is none any more.
    moved: Condvar,
}

struct State<Out, Take> {
    take: Take,
    /// The part whose turn it is.
    next: usize,
    waiting: BTreeMap<usize, Out>,
    failed: bool,
}

impl<Out, Take> Queue<Out, Take> {
    fn new(take: Take) -> Self {
        Queue {
            state: Mutex::new(State {
                take,
                next: 0,
                waiting: BTreeMap::new(),
                failed: false,
            }),
            moved: Condvar::new(),
        }
    }

    /// Waits until a part is not too far ahead, and says whether it is still wanted. Whoever has the part
    /// whose turn it is never waits here, so that the others do not wait for ever.
    fn wait_for(&self, part: usize) -> bool {
        let early = |state: &mut State<Out, Take>| !state.failed && part - state.next >= AHEAD;
        let state = self.moved.wait_while(lock(&self.state), early);
        !state.unwrap_or_else(PoisonError::into_inner).failed
    }

    /// Ends the waiting, and all work that was not begun.
    fn fail(&self) {
        lock(&self.state).failed = true;
        self.moved.notify_all();
    }
}

impl<Out, Take: FnMut(Out) -> Result<()>> Queue<Out, Take> {
    /// Hands on what has its turn, and says of how many parts there is a result.
    fn hand(&self, part: usize, out: Out) -> Result<usize> {
        let mut state = lock(&self.state);
        state.waiting.insert(part, out);
        let mut next = state.next;
        while let Some(out) = state.waiting.remove(&next) {
            next += 1;
            (state.take)(out)?;
        }
        state.next = next;
        self.moved.notify_all();
        Ok(next + state.waiting.len())
    }
}

/// Where a thread panics, the others need not wait for what it was to hand on.
struct FailsOnPanic<'a, Out, Take>(&'a Queue<Out, Take>);

impl<Out, Take> Drop for FailsOnPanic<'_, Out, Take> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.fail();
        }
    }
}

/// The lock, also after another thread panicked: what it left half done, nobody looks at, since the panic
/// goes on to whoever asked for the work.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// The first part takes until many others are done: which they are not, since they wait for it.
    #[test]
    fn no_thread_runs_far_ahead() {
        let begun = AtomicUsize::new(0);
        let most = AtomicUsize::new(0);
        let work = |part: usize, (): &mut ()| {
            begun.fetch_max(part, Ordering::Relaxed);
            if part == 0 {
                std::thread::sleep(std::time::Duration::from_millis(50));
                most.store(begun.load(Ordering::Relaxed), Ordering::Relaxed);
            }
            Ok(part)
        };
        let mut seen = Vec::new();
        let take = |part| {
            seen.push(part);
            Ok(())
        };
        let done = in_order(500, 3, "waiting", Watch::new(), || Ok(()), work, take);
        assert!(done.is_ok());
        assert_eq!(seen, (0..500).collect::<Vec<_>>());
        assert!(most.load(Ordering::Relaxed) < AHEAD);
    }

    #[test]
    fn who_waits_hears_of_a_failure_and_of_a_panic() {
        for panics in [false, true] {
            let run = || {
                let work = |part: usize, (): &mut ()| {
                    if part > 0 {
                        return Ok(());
                    }
                    std::thread::sleep(std::time::Duration::from_millis(20));
                    assert!(!panics, "as it should");
                    Err(Error::Cancelled)
                };
                map_parts(500, 3, "failing", Watch::new(), || Ok(()), work)
            };
            let ended = std::panic::catch_unwind(run);
            assert_eq!(ended.is_err(), panics);
            assert!(ended.is_err() || matches!(ended, Ok(Err(Error::Cancelled))));
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
