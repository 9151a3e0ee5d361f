//! Spaces to work in that are used again: what is as long as a catalogue takes longer to be had than a
//! question to be answered.

use crate::error::Result;
use std::sync::{Mutex, MutexGuard, OnceLock, TryLockError, TryLockResult};

/// Spaces that nobody works in just now. No part of what anything is: a copy has its own, and any two are
/// equal.
pub(crate) struct Pool<T>(Mutex<Vec<T>>);

impl<T> Pool<T> {
    /// Lends a space: one that is there, else a new one. There are never more than are lent at once. What
    /// is lent to work that ends with an error is let go, since it may be left in any state.
    pub(crate) fn lend<Out>(
        &self,
        make: impl FnOnce() -> Result<T>,
        work: impl FnOnce(&mut T) -> Result<Out>,
    ) -> Result<Out> {
        // Where the pool cannot be had, a space is made for this once.
        let there = self.open().map(|mut spaces| spaces.pop());
        let pooled = there.is_some();
        let mut space = match there.flatten() {
            Some(space) => space,
            None => make()?,
        };
        let out = work(&mut space)?;
        if pooled && let Some(mut spaces) = self.open() {
            spaces.push(space);
        }
        Ok(out)
    }

    fn open(&self) -> Option<MutexGuard<'_, Vec<T>>> {
        soon(|| self.0.try_lock())
    }
}

/// What is held for moments only. A process that was forked in such a moment finds it held for ever, so
/// nobody waits for long: `None`, then.
pub(crate) fn soon<Guard>(attempt: impl Fn() -> TryLockResult<Guard>) -> Option<Guard> {
    for _ in 0..1_000 {
        match attempt() {
            Ok(held) => return Some(held),
            Err(TryLockError::Poisoned(held)) => return Some(held.into_inner()),
            Err(TryLockError::WouldBlock) => std::hint::spin_loop(),
        }
    }
    None
}

/// What is made once. By several threads at the same time it is made several times and kept once: none waits
/// for another to make it, which a fork may have left behind.
pub(crate) fn once<T>(kept: &OnceLock<T>, make: impl FnOnce() -> T) -> &T {
    if let Some(kept) = kept.get() {
        return kept;
    }
    let made = make();
    kept.get_or_init(|| made)
}

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Pool(Mutex::new(Vec::new()))
    }
}

impl<T> Clone for Pool<T> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<T> PartialEq for Pool<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> std::fmt::Debug for Pool<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pool")
    }
}
