//! A bar on a terminal, nothing elsewhere.

use cobuy::Progress;
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::Mutex;

/// A bar for whatever stage is told of.
pub struct Bar {
    bar: ProgressBar,
    stage: Mutex<&'static str>,
}

impl Bar {
    /// Hidden where standard error is no terminal, or where `quiet`.
    pub fn new(quiet: bool) -> Self {
        let bar = if quiet {
            ProgressBar::hidden()
        } else {
            ProgressBar::new(0)
        };
        if let Ok(style) = ProgressStyle::with_template("{msg:>11} {wide_bar} {percent:>3} %") {
            bar.set_style(style);
        }
        Bar {
            bar,
            stage: Mutex::new(""),
        }
    }

    pub fn tell(&self, progress: Progress) {
        if let Ok(mut stage) = self.stage.lock()
            && *stage != progress.stage
        {
            *stage = progress.stage;
            self.bar.set_message(progress.stage);
        }
        // Of what has no known end there is no bar to draw.
        if let Some(total) = progress.total {
            self.bar.set_length(total);
            self.bar.set_position(progress.done);
        }
    }

    /// What stands before the bar, until another stage begins.
    pub fn say(&self, message: String) {
        self.bar.set_message(message);
    }

    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
