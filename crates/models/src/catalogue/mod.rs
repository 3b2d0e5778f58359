//! Ready models and where each comes from.
