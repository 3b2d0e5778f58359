//! Runs a loaded graph for many callers: starts at once when idle, batches what gathers while it is busy.
