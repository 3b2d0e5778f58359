//! The best batch size of a model, measured while it serves.

use std::time::Duration;

/// Sizes that are tried: 1, 2, 4, 8, 16.
const SIZES: usize = 5;
/// Runs of a size before its time counts.
const TRIALS: u32 = 3;
/// A larger batch makes its first caller wait longer, so it must be faster per picture by this much.
const GAIN: f64 = 0.97;

/// Learns seconds per picture for each power of two, and climbs only while that pays.
#[derive(Debug, Default)]
pub(super) struct BatchSize {
    runs: [u32; SIZES],
    seconds_per_picture: [f64; SIZES],
}

impl BatchSize {
    /// Largest batch to take when `waiting` pictures are there.
    pub(super) fn limit(&self, waiting: usize) -> usize {
        let mut best = 0;
        for step in 0..SIZES {
            if waiting < 1 << step {
                break;
            }
            if self.runs[step] < TRIALS {
                // Not known yet, and enough pictures to find out.
                return 1 << step;
            }
            if step > 0 && self.seconds_per_picture[step] > self.seconds_per_picture[best] * GAIN {
                break;
            }
            best = step;
        }
        1 << best
    }

    /// Notes how long a batch took. Sizes that are not a power of two tell nothing comparable.
    pub(super) fn record(&mut self, size: usize, took: Duration) {
        let step = size.trailing_zeros() as usize;
        if !size.is_power_of_two() || step >= SIZES {
            return;
        }
        let seconds = took.as_secs_f64() / size as f64;
        self.seconds_per_picture[step] = match self.runs[step] {
            // The first run of a shape pays for the engine's preparations.
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
        assert_eq!(measured(&[10, 12, 14, 16, 18]).limit(1), 1);
    }

    #[test]
    fn batches_grow_while_each_picture_gets_cheaper() {
        assert_eq!(measured(&[10, 12, 14, 40, 80]).limit(100), 4);
    }

    #[test]
    fn batches_stay_small_when_they_do_not_pay() {
        assert_eq!(measured(&[10, 20, 40, 80, 160]).limit(100), 1);
    }

    #[test]
    fn an_unknown_size_is_tried_when_enough_pictures_wait() {
        assert_eq!(measured(&[10]).limit(1), 1);
        assert_eq!(measured(&[10]).limit(3), 2);
    }
}
