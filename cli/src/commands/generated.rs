//! `completions` and `man`: made of the definition of the arguments.

use std::{fs, path::Path};

use appmint_core::{Error, ErrorKind, Result};
use clap::CommandFactory as _;
use clap_complete::Shell;
use clap_mangen::Man;
use serde_json::json;

use crate::{arguments::GitArguments, definition, report::Report};

pub(crate) fn completions(shell: Shell) -> Report {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut definition(), "appmint", &mut bytes);
    Report::raw(bytes)
}

/// Writes a page for each command.
pub(crate) fn man_pages(folder: &Path) -> Result<Report> {
    let unwritten = |error: std::io::Error| {
        Error::new(
            ErrorKind::ResourceExhausted,
            format!("the man pages cannot be written: {error}"),
        )
    };
    fs::create_dir_all(folder).map_err(unwritten)?;
    let mut names = Vec::new();
    for command in [definition(), GitArguments::command()] {
        let mut command = command.disable_help_subcommand(true);
        command.build();
        pages(&command, folder, &mut names).map_err(unwritten)?;
    }
    let text = names.iter().map(|name| format!("{name}\n")).collect::<String>();
    Ok(Report::new(text, json!({ "folder": folder, "pages": names })))
}

fn pages(command: &clap::Command, folder: &Path, names: &mut Vec<String>) -> std::io::Result<()> {
    for inner in command.get_subcommands().filter(|it| !it.is_hide_set()) {
        pages(inner, folder, names)?;
    }
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    // clap keeps names that live as long as the program.
    let page = command.clone().name(&*name.clone().leak());
    let mut bytes = Vec::new();
    Man::new(page).source("appmint").manual("appmint").render(&mut bytes)?;
    fs::write(folder.join(format!("{name}.1")), bytes)?;
    names.push(format!("{name}.1"));
    Ok(())
}
