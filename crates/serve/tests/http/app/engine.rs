//! An engine that computes what the colours model says, counts, and can be held.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use engine::{Data, ElementType, Engine, Error, Kind, Options, Port, Precision, Session, Tensor};

/// The engine. All its sessions count and wait together.
#[derive(Default)]
pub(crate) struct Colours(Arc<Shared>);

#[derive(Default)]
struct Shared {
    begun: AtomicUsize,
    pictures: AtomicUsize,
    held: Mutex<bool>,
    released: Condvar,
    fails: Mutex<bool>,
}

struct ColoursSession {
    shared: Arc<Shared>,
    ports: [Port; 1],
}

impl Colours {
    /// Pictures computed so far.
    pub(crate) fn pictures(&self) -> usize {
        self.0.pictures.load(Ordering::SeqCst)
    }

    /// Forgets the pictures that warmed the models.
    pub(crate) fn forget_runs(&self) {
        self.0.pictures.store(0, Ordering::SeqCst);
        self.0.begun.store(0, Ordering::SeqCst);
    }

    /// Makes runs wait until [`Colours::release`].
    pub(crate) fn hold(&self) {
        *self.0.held.lock().unwrap() = true;
    }

    /// Lets all runs go on.
    pub(crate) fn release(&self) {
        *self.0.held.lock().unwrap() = false;
        self.0.released.notify_all();
    }

    /// Makes runs fail.
    pub(crate) fn fail(&self) {
        *self.0.fails.lock().unwrap() = true;
    }

    /// Waits until so many runs have begun.
    pub(crate) async fn begun(&self, runs: usize) {
        while self.0.begun.load(Ordering::SeqCst) < runs {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }
}

impl Engine for Colours {
    fn kind(&self) -> Kind {
        Kind::Rten
    }

    fn version(&self) -> &'static str {
        "0"
    }

    fn supports(&self, _precision: Precision) -> bool {
        true
    }

    fn load(&self, _model: &[u8], _options: &Options) -> Result<Arc<dyn Session>, Error> {
        let port = Port { name: "input".into(), element: ElementType::F32, shape: vec![None; 4] };
        Ok(Arc::new(ColoursSession { shared: Arc::clone(&self.0), ports: [port] }))
    }
}

impl Session for ColoursSession {
    fn inputs(&self) -> &[Port] {
        &self.ports
    }

    fn outputs(&self) -> &[Port] {
        &self.ports
    }

    fn run(&self, inputs: &[(&str, &Tensor)]) -> Result<Vec<(String, Tensor)>, Error> {
        let input = inputs[0].1;
        let [batch, _, height, width] = input.shape() else { unreachable!("a batch of pictures") };
        self.shared.begun.fetch_add(1, Ordering::SeqCst);
        let held = self.shared.held.lock().unwrap();
        drop(self.shared.released.wait_while(held, |held| *held).unwrap());
        if *self.shared.fails.lock().unwrap() {
            return Err(Error::Run { engine: "colours", reason: "out of paint".into() });
        }
        self.shared.pictures.fetch_add(*batch, Ordering::SeqCst);
        let plane = height * width;
        let averages = input.as_f32().unwrap().chunks(plane);
        let logits =
            averages.map(|plane_values| plane_values.iter().sum::<f32>() * 10.0 / plane as f32).collect();
        let output = Tensor::new(vec![*batch, 3], Data::F32(logits)).unwrap();
        Ok(vec![("logits".to_owned(), output)])
    }
}
