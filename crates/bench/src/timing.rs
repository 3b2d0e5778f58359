//! How long to measure, and medians.

use std::time::{Duration, Instant};

/// How much is spent on one number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Time for one number.
    pub(crate) span: Duration,
    /// Runs before the clock counts.
    pub(crate) warm_up: usize,
    /// Runs at least.
    pub(crate) least_runs: usize,
}

impl Effort {
    pub(crate) fn new(quick: bool) -> Self {
        if quick {
            Self { span: Duration::from_millis(300), warm_up: 1, least_runs: 2 }
        } else {
            Self { span: Duration::from_secs(4), warm_up: 5, least_runs: 10 }
        }
    }

    /// Median seconds of one call.
    pub(crate) fn median<E>(self, mut work: impl FnMut() -> Result<(), E>) -> Result<f64, E> {
        for _ in 0..self.warm_up {
            work()?;
        }
        let begun = Instant::now();
        let mut seconds = Vec::new();
        while seconds.len() < self.least_runs || begun.elapsed() < self.span {
            let started = Instant::now();
            work()?;
            seconds.push(started.elapsed().as_secs_f64());
        }
        Ok(quantile(&mut seconds, 0.5))
    }
}

/// The value below which that share of the values lies; 0 when there are none.
pub(crate) fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = (share * values.len().saturating_sub(1) as f64).round() as usize;
    values.get(index).copied().unwrap_or_default()
}
