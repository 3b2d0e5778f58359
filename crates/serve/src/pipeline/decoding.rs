//! From bytes to the numbers that a network reads, on a bounded number of threads and in bounded memory.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use models::shelf::Model;
use tokio::sync::{Semaphore, oneshot};

use super::admission::{Budget, Reservation, Ticket};
use crate::Error;
use crate::config::Config;
use crate::fields::{FieldErrors, Problem};

/// Where pictures are decoded and prepared.
pub(crate) struct Decoding {
    limits: vision::Limits,
    memory: Budget,
    threads: Arc<Semaphore>,
}

/// The numbers of one picture, with the memory that is still reserved for them.
pub(crate) struct Prepared {
    pub(crate) planes: vision::Planes,
    pub(crate) ticket: Ticket,
    pub(crate) memory: Reservation,
}

impl Decoding {
    pub(crate) fn new(config: &Config) -> Self {
        let limits = &config.limits;
        let threads = match limits.decoding_threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads.min(Semaphore::MAX_PERMITS),
        };
        Self {
            limits: vision::Limits { bytes: limits.picture_bytes, pixels: limits.picture_pixels },
            memory: Budget::new(limits.decoding_bytes, config.timeouts.admission.duration(), "decoding"),
            threads: Arc::new(Semaphore::new(threads)),
        }
    }

    /// Checks the header, waits for memory and for a thread, decodes and applies the model's input rule.
    /// `field` is where the picture came in, for the error.
    ///
    /// The work holds the ticket and the memory, so that both stay counted when nobody waits any more; and
    /// it looks whether somebody does before each step.
    pub(crate) async fn prepare(
        &self,
        model: Arc<Model>,
        picture: Bytes,
        field: &'static str,
        mut ticket: Ticket,
    ) -> Result<Prepared, Error> {
        let refused = |source| Error::Picture { field, source };
        let header = vision::probe(&picture, &self.limits).map_err(refused)?;
        if !self.memory.could_fit(header.decoding_bytes) {
            return Err(FieldErrors::one(field, too_hungry(&header)).into());
        }
        let waiting = Instant::now();
        let mut memory = self.memory.reserve(header.decoding_bytes).await?;
        let thread = Arc::clone(&self.threads).acquire_owned().await;
        let thread = thread.map_err(|error| Error::Internal(error.to_string()))?;
        metrics::histogram!("pinhole_decoding_wait_seconds").record(waiting.elapsed());

        let limits = self.limits;
        let (answer, answered) = oneshot::channel();
        tokio::task::spawn_blocking(move || {
            let started = Instant::now();
            let prepared = (|| {
                if answer.is_closed() {
                    return None;
                }
                let decoded = vision::decode(&picture, &limits);
                drop(picture);
                ticket.release_body();
                match decoded {
                    Ok(_) if answer.is_closed() => None,
                    Ok(picture) => Some(model.prepare(&picture)),
                    Err(error) => Some(Err(error.into())),
                }
            })();
            drop(thread);
            metrics::histogram!("pinhole_decoding_seconds").record(started.elapsed());
            let Some(prepared) = prepared else { return };
            let prepared = prepared.map(|planes| {
                memory.shrink_to(size_of_val(planes.values.as_slice()) as u64);
                Prepared { planes, ticket, memory }
            });
            // A closed channel means that the client has gone; nothing is left to do.
            let _ = answer.send(prepared);
        });
        match answered.await {
            Ok(Ok(prepared)) => Ok(prepared),
            Ok(Err(models::Error::Vision(error))) => Err(refused(error)),
            Ok(Err(error)) => Err(Error::Model(error)),
            Err(_) => Err(Error::Internal("decoding stopped half-way".to_owned())),
        }
    }
}

fn too_hungry(header: &vision::Header) -> Problem {
    let vision::Header { width, height, decoding_bytes, .. } = header;
    let megabytes = decoding_bytes.div_ceil(1 << 20);
    Problem::Other(format!(
        "Decoding this picture of {width} x {height} pixels takes {megabytes} MB of memory, more than this \
         server allows; send a smaller one."
    ))
}
