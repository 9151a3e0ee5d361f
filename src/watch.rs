//! How long work asks its caller whether to go on, and tells how far it is.

use crate::error::{Error, Result};

/// A stage of long work, with how much of it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done: "reading", "fitting".
    pub stage: &'static str,
    /// How much is done, in the stage's own unit: bytes read, parts of the work done.
    pub done: u64,
    /// How much there is in all, where that is known.
    pub total: Option<u64>,
}

/// The two questions long work asks its caller: shall I stop, and who wants to know how far I am.
///
/// Both are called from worker threads, `cancel` every few milliseconds or oftener.
///
/// ```
/// use std::sync::atomic::{AtomicBool, Ordering};
/// let stop = AtomicBool::new(false);
/// let cancel = || stop.load(Ordering::Relaxed);
/// let watch = cobuy::Watch::new().cancel(&cancel);
/// # let _ = watch;
/// ```
#[derive(Clone, Copy, Default)]
pub struct Watch<'a> {
    cancel: Option<&'a (dyn Fn() -> bool + Sync)>,
    progress: Option<&'a (dyn Fn(Progress) + Sync)>,
}

impl<'a> Watch<'a> {
    /// Nobody watches: work runs to its end.
    pub fn new() -> Self {
        Self::default()
    }

    /// Work stops soon after `cancel` first returns true, with [`Error::Cancelled`].
    pub fn cancel(mut self, cancel: &'a (dyn Fn() -> bool + Sync)) -> Self {
        self.cancel = Some(cancel);
        self
    }

    /// `progress` is told now and then how far the work is.
    pub fn progress(mut self, progress: &'a (dyn Fn(Progress) + Sync)) -> Self {
        self.progress = Some(progress);
        self
    }

    /// The same without anybody who wants to know how far the work is.
    pub(crate) fn silent(mut self) -> Self {
        self.progress = None;
        self
    }

    /// `Err(Cancelled)` where the caller wants to stop.
    pub(crate) fn check(&self) -> Result<()> {
        match self.cancel {
            Some(cancel) if cancel() => Err(Error::Cancelled),
            _ => Ok(()),
        }
    }

    pub(crate) fn tell(&self, stage: &'static str, done: u64, total: Option<u64>) {
        if let Some(progress) = self.progress {
            progress(Progress { stage, done, total });
        }
    }
}

impl std::fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch")
            .field("cancel", &self.cancel.is_some())
            .field("progress", &self.progress.is_some())
            .finish()
    }
}
