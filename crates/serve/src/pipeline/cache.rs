//! Answers that are remembered: the same picture asked again of the same model is not computed again.

use std::sync::Arc;

use bytes::Bytes;
use models::classify::Classification;
use models::shelf::Model;
use sha2::{Digest, Sha256};

/// SHA-256 over the picture's bytes and the model's name and version.
pub(crate) type Key = [u8; 32];

/// Larger pictures are hashed off the async threads.
const HASHED_INLINE: usize = 256 << 10;

/// Memory that an entry takes beside its probabilities: key, counters, allocation.
const ENTRY_OVERHEAD: usize = 256;

/// Remembered answers, bounded in bytes; the least useful is forgotten first.
pub(crate) struct Cache {
    answers: Option<moka::sync::Cache<Key, Arc<Classification>>>,
}

impl Cache {
    /// Remembers so many bytes of answers; 0 remembers none and hashes nothing.
    pub(crate) fn new(bytes: u64) -> Self {
        let answers = (bytes > 0).then(|| {
            moka::sync::Cache::builder()
                .max_capacity(bytes)
                .weigher(|_: &Key, answer: &Arc<Classification>| {
                    let size = size_of_val(answer.probabilities()) + ENTRY_OVERHEAD;
                    u32::try_from(size).unwrap_or(u32::MAX)
                })
                .build()
        });
        Self { answers }
    }

    /// The key of this picture and model; `None` when nothing is remembered.
    pub(crate) async fn key(&self, picture: &Bytes, model: &Model) -> Option<Key> {
        self.answers.as_ref()?;
        let digest = if picture.len() <= HASHED_INLINE {
            Sha256::digest(picture)
        } else {
            let picture = picture.clone();
            tokio::task::spawn_blocking(move || Sha256::digest(&picture)).await.ok()?
        };
        let mut key = Sha256::new_with_prefix(digest);
        key.update(model.version().to_le_bytes());
        key.update(model.name());
        Some(key.finalize().into())
    }

    /// The remembered answer.
    pub(crate) fn get(&self, key: &Key) -> Option<Arc<Classification>> {
        let answer = self.answers.as_ref()?.get(key);
        metrics::counter!("pinhole_cache_total", "result" => if answer.is_some() { "hit" } else { "miss" })
            .increment(1);
        answer
    }

    /// Remembers an answer.
    pub(crate) fn insert(&self, key: Key, answer: Arc<Classification>) {
        if let Some(answers) = &self.answers {
            answers.insert(key, answer);
        }
    }
}
