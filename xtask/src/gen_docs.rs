//! Pages of `docs/` that follow from the code.

use sparring_guest::commands::COMMANDS;
use sparring_guest::limits::Limits;
use sparring_guest::profile;

use crate::root;

const HEAD: &str = "<!-- Written by `cargo xtask gen`; edit the code instead. -->\n\n";

/// Writes the pages, or checks that they are up to date.
pub(crate) fn run(check: bool) -> Result<(), String> {
    let docs = root().join("docs");
    let mut stale = Vec::new();
    for (name, text) in [("commands.md", commands()), ("limits.md", limits()), ("profiles.md", profiles())] {
        let path = docs.join(name);
        let old = std::fs::read_to_string(&path).unwrap_or_default();
        if old == text {
            continue;
        }
        if check {
            stale.push(name);
            continue;
        }
        std::fs::create_dir_all(&docs).map_err(|error| error.to_string())?;
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        println!("wrote docs/{name}");
    }
    if stale.is_empty() {
        println!("gen: ok");
        return Ok(());
    }
    Err(format!("docs/{} are out of date; run `cargo xtask gen`", stale.join(", docs/")))
}

fn commands() -> String {
    let mut text = format!(
        "{HEAD}# Commands\n\nThe programs that a simulated session has besides what bash itself can do, {} in all.\n\n\
         | command | what it is |\n|---|---|\n",
        COMMANDS.len()
    );
    for command in COMMANDS {
        text.push_str(&format!(
            "| `{}` | {} |\n",
            command.name.replace('|', "\\|"),
            command.summary.replace('|', "\\|")
        ));
    }
    text
}

fn limits() -> String {
    let Limits {
        scan_bytes,
        match_steps,
        memory_bytes,
        pipe_bytes,
        shell_steps,
        nesting,
        overlay_bytes,
        overlay_files,
        call_bytes,
        effects,
    } = Limits::default();
    let rows = [
        ("scan_bytes", scan_bytes, "bytes read by all commands of a step"),
        ("match_steps", match_steps, "transitions of the budgeted matchers of a step"),
        ("memory_bytes", memory_bytes, "bytes of working memory in use at once"),
        ("pipe_bytes", pipe_bytes, "bytes that a step's commands write"),
        ("shell_steps", shell_steps, "commands and rounds of loops that a step starts"),
        ("nesting", nesting, "levels of nested constructs, substitutions and calls"),
        ("overlay_bytes", overlay_bytes, "bytes of a session's changed files"),
        ("overlay_files", overlay_files, "paths that a session has changed"),
        ("call_bytes", call_bytes, "bytes of one call"),
        ("effects", effects, "effects that a step asks for"),
    ];
    let mut text = format!(
        "{HEAD}# Limits of a step\n\nA step that reaches one ends with the status `limit`, and nothing that it did is \
         kept. Limits count work, never time.\n\n| limit | default | counts |\n|---|---:|---|\n"
    );
    for (name, value, what) in rows {
        text.push_str(&format!("| `{name}` | {value} | {what} |\n"));
    }
    text
}

fn profiles() -> String {
    let mut text = format!("{HEAD}# Profiles\n\n");
    for name in profile::NAMES {
        let Some(profile) = profile::find(name) else { continue };
        text.push_str(&format!(
            "## `{name}`\n\nThe tools as the model is told of them:\n\n```json\n{}\n```\n\n",
            profile.tools().trim()
        ));
    }
    text
}
