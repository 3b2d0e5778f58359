//! Who may come in: bounds on requests, on bytes of bodies and on bytes of decoding.

/// A request's place among those that are worked on, and the memory reserved for its body. Dropping it gives
/// both back.
#[derive(Debug)]
pub struct Ticket {}
