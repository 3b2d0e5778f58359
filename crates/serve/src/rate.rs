//! How often one client may ask: the rate itself and the limiter that keeps to it.

use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

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
