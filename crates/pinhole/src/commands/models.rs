//! `pinhole models`: see, get and remove what is on the shelf.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use ::models::catalogue::{Catalogue, pull};
use ::models::shelf::{State, Status};
use anyhow::{Context as _, bail};

use crate::arguments::ModelsCommand;
use crate::output::line;
use crate::progress::Stages;
use crate::settings::Settings;
use crate::{columns, engines};

mod show;

/// Runs one of the model commands.
pub(super) fn run(settings: &Settings, command: ModelsCommand) -> anyhow::Result<ExitCode> {
    match command {
        ModelsCommand::List { check } => list(settings, check),
        ModelsCommand::Available => available(settings),
        ModelsCommand::Pull { names } => pull_all(settings, &names),
        ModelsCommand::Remove { names, yes } => remove(settings, &names, yes),
        ModelsCommand::Show { name } => show::run(settings, &name),
    }
}

fn list(settings: &Settings, check: bool) -> anyhow::Result<ExitCode> {
    let shelf = engines::open_shelf(settings);
    let statuses = if check {
        shelf.refresh()?;
        shelf.statuses()
    } else {
        shelf.look()?
    };
    if statuses.is_empty() {
        eprintln!(
            "{} has no models yet; `pinhole models available` shows what there is to pull",
            settings.models.display()
        );
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<[String; 3]> = statuses.iter().map(row).collect();
    columns::print(["NAME", "VERSION", "STATE"], &rows);
    let all_well = statuses.iter().all(|status| !matches!(status.state, State::Failed(_)));
    Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn row(status: &Status) -> [String; 3] {
    let version = status.version.map_or_else(|| "-".to_owned(), |version| version.to_string());
    let state = match &status.state {
        State::Present => "present".to_owned(),
        State::Serving => "works".to_owned(),
        State::Failed(reason) => format!("failed: {reason}"),
    };
    [status.name.clone(), version, state]
}

fn available(settings: &Settings) -> anyhow::Result<ExitCode> {
    let here = engines::open_shelf(settings).names()?;
    let catalogue = Catalogue::builtin()?;
    let rows: Vec<[String; 4]> = catalogue
        .entries()
        .iter()
        .map(|entry| {
            let name = entry.name.clone();
            let state = if here.contains(&name) { "on the shelf" } else { "" };
            let size = format!("{:.0} MB", entry.size as f64 / 1e6);
            [name, size, state.to_owned(), entry.title.clone()]
        })
        .collect();
    columns::print(["NAME", "SIZE", "HERE", "WHAT IT IS"], &rows);
    if std::io::stdout().is_terminal() {
        line!("\nGet one with `pinhole models pull NAME`.");
    }
    Ok(ExitCode::SUCCESS)
}

/// Pulls each; one that fails does not stop the others.
fn pull_all(settings: &Settings, names: &[String]) -> anyhow::Result<ExitCode> {
    let catalogue = Catalogue::builtin()?;
    let entries = names.iter().map(|name| catalogue.find(name)).collect::<Result<Vec<_>, _>>()?;
    let mut status = ExitCode::SUCCESS;
    for entry in entries {
        let stages = Stages::new(&entry.name);
        let pulled = pull(entry, &settings.models, &settings.downloads(), &mut |progress| {
            stages.show(progress.stage, progress.done, progress.total);
            std::ops::ControlFlow::Continue(())
        });
        stages.finish();
        match pulled {
            Ok(folder) => line!("{} is in {} ({})", entry.name, folder.display(), entry.licence),
            Err(error) => {
                eprintln!("{}: {error}", entry.name);
                status = ExitCode::FAILURE;
            }
        }
    }
    Ok(status)
}

fn remove(settings: &Settings, names: &[String], yes: bool) -> anyhow::Result<ExitCode> {
    let here = engines::open_shelf(settings).names()?;
    for name in names {
        if !here.contains(name) {
            bail!("there is no model \"{name}\" in {}", settings.models.display());
        }
    }
    if !yes && !confirmed(&names.join(", "))? {
        eprintln!("nothing was removed");
        return Ok(ExitCode::FAILURE);
    }
    for name in names {
        let folder = settings.models.join(name);
        // Hidden first, so that a server never sees half a model.
        let hidden = settings.models.join(format!(".removed-{name}-{}", std::process::id()));
        std::fs::rename(&folder, &hidden)
            .and_then(|()| std::fs::remove_dir_all(&hidden))
            .with_context(|| format!("{} cannot be removed", folder.display()))?;
        line!("{name} was removed");
    }
    Ok(ExitCode::SUCCESS)
}

fn confirmed(names: &str) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        bail!("say --yes to remove {names}, since nobody can be asked here");
    }
    print!("Remove {names} with all versions? [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
