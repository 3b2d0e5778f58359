//! Runs a loaded graph for many callers: starts at once when idle, batches what gathers while it is busy.
//!
//! One thread owns the queue of one model. It never waits for a batch to fill: it takes what is there, up to
//! the size that has measured fastest per picture, and skips requests whose caller has gone.

mod batch_size;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use engine::{Data, Session, Tensor};
use tokio::sync::oneshot;
use vision::Planes;

use self::batch_size::BatchSize;
use crate::Error;

/// One picture's row of output numbers, with what it cost.
#[derive(Debug, Clone)]
pub struct Row {
    /// The output of the graph for this picture.
    pub values: Vec<f32>,
    /// From being queued to the start of the run.
    pub waited: Duration,
    /// The run of the whole batch.
    pub computed: Duration,
    /// Pictures in the batch.
    pub batch: usize,
}

struct Request {
    planes: Planes,
    queued: Instant,
    reply: oneshot::Sender<Result<Row, Error>>,
}

/// The queue and the thread of one model. Dropping it lets the thread finish what was accepted, then end.
pub struct Runtime {
    sender: SyncSender<Request>,
    load: Arc<Load>,
}

/// What callers need to know to say when a place will be free.
#[derive(Default)]
struct Load {
    queued: AtomicUsize,
    nanoseconds_per_picture: AtomicU64,
}

impl Runtime {
    /// Starts the thread. `capacity` bounds the pictures that wait.
    pub fn start(name: &str, session: Arc<dyn Session>, capacity: usize) -> Result<Self, Error> {
        let (sender, receiver) = sync_channel(capacity);
        let load = Arc::new(Load::default());
        let worker =
            Worker { session, receiver, load: Arc::clone(&load), sizes: BatchSize::default(), held: None };
        std::thread::Builder::new()
            .name(format!("model {name}"))
            .spawn(move || worker.run())
            .map_err(|source| Error::Thread { model: name.to_owned(), source })?;
        Ok(Self { sender, load })
    }

    /// Queues one picture. Dropping the receiver tells the runtime that nobody waits any more.
    pub fn submit(&self, planes: Planes) -> Result<oneshot::Receiver<Result<Row, Error>>, Error> {
        let (reply, receiver) = oneshot::channel();
        // Counted before sending, so that the worker never subtracts what was not yet added.
        self.load.queued.fetch_add(1, Ordering::Relaxed);
        let refusal = match self.sender.try_send(Request { planes, queued: Instant::now(), reply }) {
            Ok(()) => return Ok(receiver),
            Err(TrySendError::Full(_)) => Error::Busy { retry_after_seconds: self.seconds_until_free() },
            Err(TrySendError::Disconnected(_)) => Error::Stopped,
        };
        self.load.queued.fetch_sub(1, Ordering::Relaxed);
        Err(refusal)
    }

    /// Pictures that wait now.
    pub fn queued(&self) -> usize {
        self.load.queued.load(Ordering::Relaxed)
    }

    fn seconds_until_free(&self) -> u64 {
        let nanoseconds = self.load.nanoseconds_per_picture.load(Ordering::Relaxed) * self.queued() as u64;
        nanoseconds.div_ceil(1_000_000_000).max(1)
    }
}

struct Worker {
    session: Arc<dyn Session>,
    receiver: Receiver<Request>,
    load: Arc<Load>,
    sizes: BatchSize,
    /// Taken from the queue, but of another shape than the batch before it.
    held: Option<Request>,
}

impl Worker {
    fn run(mut self) {
        while let Some(first) = self.held.take().or_else(|| self.receive()) {
            if first.reply.is_closed() {
                continue;
            }
            let batch = self.gather(first);
            self.answer(batch);
        }
    }

    fn receive(&self) -> Option<Request> {
        let request = self.receiver.recv().ok()?;
        self.load.queued.fetch_sub(1, Ordering::Relaxed);
        Some(request)
    }

    /// `first` and what else waits with the same shape, up to the best batch size.
    fn gather(&mut self, first: Request) -> Vec<Request> {
        let limit = self.sizes.limit(1 + self.load.queued.load(Ordering::Relaxed));
        let mut batch = vec![first];
        while batch.len() < limit {
            match self.receiver.try_recv() {
                Ok(request) => {
                    self.load.queued.fetch_sub(1, Ordering::Relaxed);
                    if request.reply.is_closed() {
                        continue;
                    }
                    if same_shape(&request.planes, &batch[0].planes) {
                        batch.push(request);
                    } else {
                        self.held = Some(request);
                        break;
                    }
                }
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
            }
        }
        batch
    }

    fn answer(&mut self, batch: Vec<Request>) {
        let started = Instant::now();
        let rows = run_batch(self.session.as_ref(), &batch);
        let computed = started.elapsed();
        match rows {
            Ok(rows) => {
                let size = batch.len();
                self.sizes.record(size, computed);
                let per_picture = computed.as_nanos() as u64 / size as u64;
                self.load.nanoseconds_per_picture.store(per_picture, Ordering::Relaxed);
                for (request, values) in batch.into_iter().zip(rows) {
                    let waited = started.duration_since(request.queued);
                    // A send fails only when the caller has gone; then nobody misses the row.
                    let _ = request.reply.send(Ok(Row { values, waited, computed, batch: size }));
                }
            }
            // One picture must not spoil the answers of the others: each gets a run of its own.
            Err(_) if batch.len() > 1 => batch.into_iter().for_each(|request| self.answer(vec![request])),
            Err(error) => {
                if let Some(request) = batch.into_iter().next() {
                    let _ = request.reply.send(Err(error));
                }
            }
        }
    }
}

fn same_shape(a: &Planes, b: &Planes) -> bool {
    (a.channels, a.height, a.width) == (b.channels, b.height, b.width)
}

/// Runs one batch and cuts the first output into a row per picture.
fn run_batch(session: &dyn Session, batch: &[Request]) -> Result<Vec<Vec<f32>>, Error> {
    let first = &batch[0].planes;
    let shape = vec![batch.len(), first.channels, first.height, first.width];
    let mut values = Vec::with_capacity(shape.iter().product());
    for request in batch {
        values.extend_from_slice(&request.planes.values);
    }
    let input = Tensor::new(shape, Data::F32(values))
        .ok_or_else(|| engine::Error::Input("the prepared numbers do not fill their shape".into()))?;
    let port = session.inputs().first().ok_or_else(|| Error::Answer("it has no input".into()))?;
    let outputs = session.run(&[(port.name.as_str(), &input)])?;
    let (_, output) = outputs.first().ok_or_else(|| Error::Answer("it has no output".into()))?;
    let numbers = output.as_f32().ok_or_else(|| Error::Answer("its output is not 32-bit floats".into()))?;
    if output.shape().first() != Some(&batch.len()) || numbers.is_empty() {
        return Err(Error::Answer(format!(
            "its output has shape {:?} for {} pictures",
            output.shape(),
            batch.len()
        )));
    }
    Ok(numbers.chunks_exact(numbers.len() / batch.len()).map(<[f32]>::to_vec).collect())
}
