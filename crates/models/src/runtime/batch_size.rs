//! The best batch size of a model, measured while it serves.

use std::time::Duration;

/// Sizes that are tried: 1, 2, 4, 8. Beyond that memory grows faster than speed.
const SIZES: usize = 4;
/// Runs of a size before its time counts; the first of them pays for the engine's preparations.
const TRIALS: u32 = 3;
/// A larger batch makes its first caller wait longer, so it must be faster per picture by this much.
const GAIN: f64 = 0.98;
/// Every so many batches a neighbouring size is tried again, because the load on the machine changes.
const TRY_AGAIN: u32 = 16;

/// Learns seconds per picture for each power of two, and climbs only while that pays.
#[derive(Debug, Default)]
pub(super) struct BatchSize {
    runs: [u32; SIZES],
    seconds_per_picture: [f64; SIZES],
    decisions: u32,
}

impl BatchSize {
    /// Largest batch to take when `waiting` pictures are there.
    pub(super) fn limit(&mut self, waiting: usize) -> usize {
        self.decisions = self.decisions.wrapping_add(1);
        let largest = (waiting.max(1).ilog2() as usize).min(SIZES - 1);
        let best = self.best(largest);
        let turn = self.decisions % TRY_AGAIN;
        let larger = best + 1;
        let step = if larger <= largest && (self.runs[larger] < TRIALS || turn == 0) {
            larger
        } else if turn == TRY_AGAIN / 2 {
            best.saturating_sub(1)
        } else {
            best
        };
        1 << step
    }

    /// The step up to which every doubling has paid.
    fn best(&self, largest: usize) -> usize {
        let pays = |step: &usize| {
            self.runs[*step] >= TRIALS
                && self.seconds_per_picture[*step] < self.seconds_per_picture[*step - 1] * GAIN
        };
        (1..=largest).take_while(pays).last().unwrap_or(0)
    }

    /// Notes how long a batch took. Sizes that are not a power of two tell nothing comparable.
    pub(super) fn record(&mut self, size: usize, took: Duration) {
        let step = size.trailing_zeros() as usize;
        if !size.is_power_of_two() || step >= SIZES {
            return;
        }
        let seconds = took.as_secs_f64() / size as f64;
        self.seconds_per_picture[step] = match self.runs[step] {
            0 | 1 => seconds,
            _ => 0.8 * self.seconds_per_picture[step] + 0.2 * seconds,
        };
        self.runs[step] = self.runs[step].saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(milliseconds: &[u64]) -> BatchSize {
        let mut sizes = BatchSize::default();
        for (step, &took) in milliseconds.iter().enumerate() {
            for _ in 0..TRIALS {
                sizes.record(1 << step, Duration::from_millis(took));
            }
        }
        sizes
    }

    #[test]
    fn one_waiting_picture_starts_at_once() {
        assert_eq!(measured(&[10, 12, 14, 16]).limit(1), 1);
    }

    #[test]
    fn batches_grow_while_each_picture_gets_cheaper() {
        assert_eq!(measured(&[10, 12, 14, 40]).limit(100), 4);
    }

    #[test]
    fn batches_stay_small_when_they_do_not_pay() {
        assert_eq!(measured(&[10, 20, 40, 80]).limit(100), 1);
    }

    #[test]
    fn an_unknown_size_is_tried_when_enough_pictures_wait() {
        assert_eq!(measured(&[10]).limit(1), 1);
        assert_eq!(measured(&[10]).limit(3), 2);
    }

    #[test]
    fn a_size_that_did_not_pay_is_tried_again_now_and_then() {
        let mut sizes = measured(&[10, 20, 40, 80]);
        let tried: Vec<usize> = (0..TRY_AGAIN).map(|_| sizes.limit(100)).collect();
        assert_eq!(tried.iter().filter(|&&size| size == 2).count(), 1, "{tried:?}");
    }
}
