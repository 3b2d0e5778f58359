//! Standard output of a command: what it was asked for, line by line.

use std::io::{ErrorKind, Write as _};

/// Prints one line, as `println!` does, but ends the program quietly when nobody reads on (`pinhole ... | head`).
macro_rules! line {
    ($($text:tt)*) => { $crate::output::write_line(format_args!($($text)*)) };
}
pub(crate) use line;

/// What [`line!`] calls.
pub(crate) fn write_line(text: std::fmt::Arguments<'_>) {
    match writeln!(std::io::stdout(), "{text}") {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => {
            eprintln!("standard output cannot be written: {error}");
            std::process::exit(1);
        }
    }
}
