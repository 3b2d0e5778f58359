//! The command line: what may be said, and the help that teaches it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Let people use an image model.
///
/// Pinhole puts a trained image model behind a web page, a REST API and this command line.
/// Start with `pinhole models pull mobilenet`, then `pinhole serve`.
#[derive(Debug, Parser)]
#[command(name = "pinhole", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) places: Places,

    /// Say more of what is going on (-vv for everything)
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Everywhere")]
    pub(crate) verbose: u8,

    /// Write log lines as JSON
    #[arg(long, global = true, env = "PINHOLE_LOG_JSON", help_heading = "Everywhere")]
    pub(crate) log_json: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where things are; every command takes these.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Places {
    /// The shelf: the folder with the models
    #[arg(long, global = true, env = "PINHOLE_MODELS", default_value = "models", value_name = "FOLDER")]
    pub(crate) models: PathBuf,

    /// The folder for everything else: engines, downloads, feedback
    #[arg(long, global = true, env = "PINHOLE_DATA", default_value = "data", value_name = "FOLDER")]
    pub(crate) data: PathBuf,

    /// The configuration file [default: pinhole.toml, when there is one]
    #[arg(long, global = true, env = "PINHOLE_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// A folder with the library of an engine, looked in first
    #[arg(long, global = true, env = "PINHOLE_ENGINE_DIR", value_name = "FOLDER")]
    pub(crate) engine_dir: Option<PathBuf>,

    /// The engine to run models on [default: the fastest one present]
    #[arg(long, global = true, env = "PINHOLE_ENGINE", value_name = "ENGINE")]
    pub(crate) engine: Option<EngineName>,
}

/// Engines by the names that users write.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum EngineName {
    /// Compiled in, always there
    Rten,
    /// Microsoft's ONNX Runtime
    Onnxruntime,
    /// Intel's OpenVINO
    Openvino,
}

impl From<EngineName> for engine::Kind {
    fn from(name: EngineName) -> Self {
        match name {
            EngineName::Rten => Self::Rten,
            EngineName::Onnxruntime => Self::OnnxRuntime,
            EngineName::Openvino => Self::OpenVino,
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what is on photos
    #[command(after_help = PREDICT_EXAMPLES)]
    Predict(PredictArguments),
    /// Start the web page and the API
    #[command(after_help = SERVE_EXAMPLES)]
    Serve(ServeArguments),
    /// See, get and remove models
    #[command(subcommand)]
    Models(ModelsCommand),
    /// Get a faster engine
    #[command(subcommand)]
    Engine(EngineCommand),
    /// Check engines, folders and models, and say how to mend what is wrong
    Doctor,
    /// Print the OpenAPI document of the server
    Openapi,
    /// Print a completion script for a shell
    #[command(after_help = COMPLETION_EXAMPLES)]
    Completions {
        /// The shell
        shell: Shell,
    },
}

const PREDICT_EXAMPLES: &str = "\
Examples:
  pinhole predict cat.jpg                          the five most probable labels
  pinhole predict --top 1 holiday/                 every photo of a folder and its subfolders
  pinhole predict --format csv holiday/ > out.csv  a table for a spreadsheet
  curl -s https://example.com/x.jpg | pinhole predict -

The exit status is 0 when every photo was answered, 1 when some could not be, 2 when the command was wrong.";

const SERVE_EXAMPLES: &str = "\
Examples:
  pinhole serve                                    on http://127.0.0.1:8000
  PORT=80 HOST=0.0.0.0 pinhole serve               for other machines too
  pinhole serve --default-model fruits             the model of the page when nobody chooses";

const COMPLETION_EXAMPLES: &str = "\
Examples:
  pinhole completions bash > ~/.local/share/bash-completion/completions/pinhole
  pinhole completions zsh > ~/.zfunc/_pinhole
  pinhole completions fish > ~/.config/fish/completions/pinhole.fish";

/// How answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For reading
    Table,
    /// An array with one object per photo
    Json,
    /// One line per label
    Csv,
}

#[derive(Debug, Args)]
pub(crate) struct PredictArguments {
    /// Photos, folders of photos, or - for one photo from standard input
    #[arg(required = true, value_name = "FILES|FOLDERS|-")]
    pub(crate) inputs: Vec<PathBuf>,

    /// The model to ask [default: the only one, or the configured default, or the first by name]
    #[arg(short, long, value_name = "NAME")]
    pub(crate) model: Option<String>,

    /// How many labels to show
    #[arg(short, long, default_value_t = 5, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) top: u16,

    /// How to write the answers
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// The address to listen on [default: 127.0.0.1]
    #[arg(long, env = "HOST", value_name = "ADDRESS")]
    pub(crate) host: Option<std::net::IpAddr>,

    /// The port to listen on [default: 8000]
    #[arg(long, env = "PORT")]
    pub(crate) port: Option<u16>,

    /// The model of the page and of /predict when nobody chooses
    #[arg(long, env = "PINHOLE_DEFAULT_MODEL", value_name = "NAME")]
    pub(crate) default_model: Option<String>,

    /// Requests per client, such as 32/s, or off
    #[arg(long, env = "PINHOLE_RATE", value_name = "RATE")]
    pub(crate) rate: Option<String>,

    /// Memory for answers to pictures that were asked before, in bytes; 0 turns it off
    #[arg(long, env = "PINHOLE_CACHE_BYTES", value_name = "BYTES")]
    pub(crate) cache_bytes: Option<u64>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    /// Show the models on the shelf
    List {
        /// Load each one and say whether it works
        #[arg(long)]
        check: bool,
    },
    /// Show the models that can be had
    Available,
    /// Get models from the catalogue
    Pull {
        /// Names from `pinhole models available`
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
    },
    /// Remove models from the shelf
    Remove {
        /// Names from `pinhole models list`
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
    /// Show everything about one model
    Show {
        /// A name from `pinhole models list`
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum EngineCommand {
    /// Get the library of an engine into the data folder (pip is needed, Python packages are not)
    Install {
        /// Which one
        #[arg(value_name = "ENGINE")]
        library: InstallableEngine,
    },
}

/// Engines whose library can be got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum InstallableEngine {
    /// Microsoft's ONNX Runtime, about 30 MB
    Onnxruntime,
    /// Intel's OpenVINO, about 92 MB; the fastest on Intel processors, with bf16
    Openvino,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Arguments::command().debug_assert();
    }
}
