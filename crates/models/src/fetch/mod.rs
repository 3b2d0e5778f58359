//! Brings files from packages and addresses; unpacks, never installs or runs.

/// What a long fetch or import tells as it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What is being done, as "Downloading" or "Unpacking".
    pub stage: &'static str,
    /// Bytes done.
    pub done: u64,
    /// Bytes in all, when known.
    pub total: Option<u64>,
}
