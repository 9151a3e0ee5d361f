//! Spaces to work in that are used again: what is as long as a catalogue takes longer to be had than a
//! question to be answered.

use crate::error::Result;
use std::sync::{Mutex, MutexGuard, TryLockError};

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

    /// The spaces, which are held for moments only. A process that was forked in such a moment finds them
    /// held for ever, so nobody waits for long.
    fn open(&self) -> Option<MutexGuard<'_, Vec<T>>> {
        for _ in 0..1_000 {
            match self.0.try_lock() {
                Ok(spaces) => return Some(spaces),
                Err(TryLockError::Poisoned(spaces)) => return Some(spaces.into_inner()),
                Err(TryLockError::WouldBlock) => std::hint::spin_loop(),
            }
        }
        None
    }
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
