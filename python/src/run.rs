//! The one door to the core: without the interpreter's lock, with Ctrl-C answered and panics caught.

use crate::errors::{exception, internal};
use cobuy::{Progress, Result, Watch};
use pyo3::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// How often a long call looks for Ctrl-C.
const SLICE: Duration = Duration::from_millis(20);

/// A short call.
pub fn short<T: Send>(py: Python<'_>, work: impl FnOnce() -> Result<T> + Send) -> PyResult<T> {
    let done = py.detach(|| catch_unwind(AssertUnwindSafe(work)));
    told(py, done)
}

/// Whom to tell how far the work is: called with the stage, how much is done, and of how much.
pub type Teller = Py<PyAny>;

/// A long call: it runs on a thread of its own while this one looks for signals and tells how far it
/// is. On Ctrl-C the work is told to stop and has ended before this returns.
pub fn long<T: Send>(
    py: Python<'_>,
    tell: Option<Teller>,
    work: impl FnOnce(Watch<'_>) -> Result<T> + Send,
) -> PyResult<T> {
    let stop = AtomicBool::new(false);
    let latest: Mutex<Option<Progress>> = Mutex::new(None);
    let (done, signal) = py.detach(|| {
        std::thread::scope(|scope| {
            let (ended, wait) = channel();
            let (stop, latest) = (&stop, &latest);
            let worker = scope.spawn(move || {
                let cancel = || stop.load(Ordering::Relaxed);
                let note = |progress| {
                    if let Ok(mut latest) = latest.lock() {
                        *latest = Some(progress);
                    }
                };
                let watch = Watch::new().cancel(&cancel).progress(&note);
                let done = catch_unwind(AssertUnwindSafe(|| work(watch)));
                // The receiver is gone only after a signal, when nobody waits any more.
                let _ = ended.send(());
                done
            });
            let mut signal = None;
            while let Err(RecvTimeoutError::Timeout) = wait.recv_timeout(SLICE) {
                let looked = Python::attach(|py| {
                    py.check_signals()?;
                    let progress = latest.lock().ok().and_then(|mut latest| latest.take());
                    match (&tell, progress) {
                        (Some(tell), Some(told)) => tell
                            .call1(py, (told.stage, told.done, told.total))
                            .map(|_| ()),
                        _ => Ok(()),
                    }
                });
                if let Err(raised) = looked {
                    signal = Some(raised);
                    stop.store(true, Ordering::Relaxed);
                    break;
                }
            }
            (worker.join().unwrap_or_else(Err), signal)
        })
    });
    match signal {
        Some(raised) => Err(raised),
        None => told(py, done),
    }
}

/// Panics behind either door, so that a test can see what becomes of it.
#[pyfunction]
#[allow(clippy::panic)]
pub fn _panic(py: Python<'_>, behind_long: bool) -> PyResult<()> {
    match behind_long {
        true => long(py, None, |_| panic!("as asked")),
        false => short(py, || panic!("as asked")),
    }
}

fn told<T>(py: Python<'_>, done: std::thread::Result<Result<T>>) -> PyResult<T> {
    match done {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(exception(py, error)),
        Err(panic) => Err(internal(py, panic.as_ref())),
    }
}
