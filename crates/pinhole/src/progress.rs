//! Progress on long work: a bar in a terminal, nothing in a pipe.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar that counts things, such as photos. Hidden when standard error is not a terminal.
pub(crate) fn counting(total: u64, what: &'static str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    bar.set_style(style("{bar:30} {pos}/{len} {msg}, {per_sec}, {eta} left"));
    bar.set_message(what);
    bar
}

/// A bar over the stages of a download.
pub(crate) struct Stages {
    bar: ProgressBar,
    name: String,
}

impl Stages {
    /// A bar for what is being got, such as a model's name.
    pub(crate) fn new(name: &str) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.enable_steady_tick(std::time::Duration::from_millis(120));
        Self { bar, name: name.to_owned() }
    }

    /// Shows how far the stage is; without a total it shows that something goes on.
    pub(crate) fn show(&self, stage: &str, done: u64, total: Option<u64>) {
        if let Some(total) = total {
            self.bar.set_style(style("{msg} {bar:30} {bytes}/{total_bytes}, {eta} left"));
            self.bar.set_length(total);
            self.bar.set_position(done);
        } else {
            self.bar.set_style(style("{msg} {spinner} {elapsed}"));
        }
        self.bar.set_message(format!("{}: {stage}", self.name));
    }

    /// Takes the bar away.
    pub(crate) fn finish(self) {
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    // A template that does not parse would show indicatif's own; the templates are constants of this file.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
