//! A progress bar on standard error, where that is a terminal.

use std::io::{self, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often it is drawn, at most, in a second.
const DRAWN_PER_SECOND: u8 = 5;

/// How far something is.
#[derive(Clone, Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar for so many steps, if that is known.
    pub(crate) fn new(steps: Option<u64>) -> Self {
        let target = ProgressDrawTarget::stderr_with_hz(DRAWN_PER_SECOND);
        let bar = ProgressBar::with_draw_target(steps, target);
        let template = if steps.is_some() {
            "{bar:30} {percent}%  {msg}  {elapsed} of about {duration}"
        } else {
            "{spinner} {msg}  {elapsed}"
        };
        let style = ProgressStyle::with_template(template).expect("the template is valid");
        bar.set_style(style);
        Self(bar)
    }

    /// Shows how far it is.
    pub(crate) fn show(&self, steps: u64, message: String) {
        self.0.set_position(steps);
        self.0.set_message(message);
    }

    /// Says something on standard error without disturbing the bar.
    pub(crate) fn say(&self, text: &str) {
        // A terminal that is gone hears nothing.
        self.0.suspend(|| _ = writeln!(io::stderr().lock(), "{text}"));
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}
