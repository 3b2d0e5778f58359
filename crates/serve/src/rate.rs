//! How often one client may ask: the rate itself and the limiter that keeps to it.

use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use governor::clock::Clock;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::client::Client;

/// A number of requests per second, minute, hour or day, written `32/s`, or `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Rate {
    /// No limit; for benchmarks.
    Off,
    /// So many requests, all at once if need be, in each period.
    Every {
        /// Requests.
        requests: NonZeroU32,
        /// In this period.
        period: Period,
    },
}

/// The period of a [`Rate`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Period {
    Second,
    Minute,
    Hour,
    Day,
}

impl Period {
    const ALL: [(Self, &'static [&'static str], u64); 4] = [
        (Self::Second, &["s", "sec", "second"], 1),
        (Self::Minute, &["m", "min", "minute"], 60),
        (Self::Hour, &["h", "hour"], 3600),
        (Self::Day, &["d", "day"], 86_400),
    ];

    /// Its length.
    pub fn duration(self) -> Duration {
        Duration::from_secs(Self::ALL[self as usize].2)
    }
}

impl Default for Rate {
    /// `32/s`.
    fn default() -> Self {
        const REQUESTS: NonZeroU32 = NonZeroU32::new(32).unwrap();
        Self::Every { requests: REQUESTS, period: Period::Second }
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is not a rate; write it as 32/s, 100/m, 1000/h, 5000/d or off");
        if text == "off" {
            return Ok(Self::Off);
        }
        let (requests, unit) = text.split_once('/').ok_or_else(wrong)?;
        let requests = requests.trim().parse().map_err(|_| wrong())?;
        let period = Period::ALL
            .iter()
            .find(|(_, names, _)| names.contains(&unit.trim()))
            .map(|(period, ..)| *period)
            .ok_or_else(wrong)?;
        Ok(Self::Every { requests, period })
    }
}

impl TryFrom<String> for Rate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Rate> for String {
    fn from(rate: Rate) -> String {
        match rate {
            Rate::Off => "off".to_owned(),
            Rate::Every { requests, period } => {
                format!("{requests}/{}", Period::ALL[period as usize].1[0])
            }
        }
    }
}

/// Keeps every client to the rate.
pub(crate) struct Limiter {
    limiter: Option<DefaultKeyedRateLimiter<u32>>,
    /// Seeded anew in every process, so that nobody can choose whose slot to share.
    hasher: RandomState,
}

impl Limiter {
    /// Slots that clients are counted in. They bound the memory (about 10 MB when all are in use) whatever the
    /// number of clients; of a thousand clients in the same second, four share a slot with another.
    const SLOTS: u64 = 1 << 18;

    pub(crate) fn new(rate: Rate) -> Self {
        let limiter = match rate {
            Rate::Off => None,
            // `with_period` refuses only a period of zero: a rate beyond what the clock can tell apart, and
            // so beyond what could be limited.
            Rate::Every { requests, period } => Quota::with_period(period.duration() / requests.get())
                .map(|quota| RateLimiter::keyed(quota.allow_burst(requests))),
        };
        Self { limiter, hasher: RandomState::new() }
    }

    /// Counts a request; the error carries the seconds to wait.
    pub(crate) fn check(&self, client: Client) -> Result<(), Error> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        let slot = (self.hasher.hash_one(client) % Self::SLOTS) as u32;
        limiter.check_key(&slot).map_err(|refused| {
            let wait = refused.wait_time_from(limiter.clock().now());
            Error::Throttled { seconds: wait.as_secs_f64().ceil().max(1.0) as u64 }
        })
    }
}
