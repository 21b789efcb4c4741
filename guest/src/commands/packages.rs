//! `apt-get` and `apt` 2.6 in a container without a network and without package lists.

use super::{Buffering, Command, Context};
use crate::budget::Stoppable;
use crate::machine::Provenance;

/// `apt`.
pub(super) const APT: Command = Command {
    name: "apt",
    summary: "Find no package, as apt 2.6 does without a network.",
    buffering: Buffering::Direct,
    run,
};

/// `apt-get`.
pub(super) const APT_GET: Command = Command {
    name: "apt-get",
    summary: "Find no package, as apt-get 2.6 does without a network.",
    buffering: Buffering::Direct,
    run,
};

/// The status of a command that apt could not carry out.
const FAILED: u8 = 100;
/// What Debian's images take packages from: directory and suite.
const SOURCES: [(&str, &str); 3] =
    [("debian", "bookworm"), ("debian", "bookworm-updates"), ("debian-security", "bookworm-security")];

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let arguments: Vec<&[u8]> = context.arguments.iter().skip(1).map(Vec::as_slice).collect();
    let mut quiet = 0;
    let mut operands = Vec::new();
    let mut words = arguments.iter().copied();
    while let Some(word) = words.next() {
        match word {
            b"-o" | b"-c" | b"-t" => _ = words.next(),
            b"--quiet" => quiet += 1,
            _ if word.starts_with(b"--") => {}
            _ if word.starts_with(b"-") => quiet += word.iter().filter(|letter| **letter == b'q').count(),
            _ => operands.push(word),
        }
    }
    let is_silent = quiet > 1;
    if super::base_name(context.name()) == b"apt" {
        context.error(b"\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n")?;
    }
    let Some((operation, packages)) = operands.split_first() else {
        context.out(b"apt 2.6.1 (amd64)\nUsage: apt-get [options] command\n")?;
        return Ok(1);
    };
    context.machine.effects.note(Provenance::Refused);
    match *operation {
        b"update" => update(context, is_silent),
        b"install" | b"reinstall" | b"remove" | b"purge" | b"source" | b"build-dep" => {
            read_lists(context, is_silent)?;
            if packages.is_empty() && !is_silent {
                context.out(b"0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n")?;
            }
            for package in packages {
                let name = package.split(|byte| *byte == b'=').next().unwrap_or_default();
                context.error(&[b"E: Unable to locate package ", name, b"\n"].concat())?;
            }
            Ok(if packages.is_empty() { 0 } else { FAILED })
        }
        b"upgrade" | b"dist-upgrade" | b"full-upgrade" | b"autoremove" | b"check" => {
            read_lists(context, is_silent)?;
            if *operation != b"check" && !is_silent {
                context.out(b"0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n")?;
            }
            Ok(0)
        }
        b"clean" | b"autoclean" | b"list" | b"search" => Ok(0),
        other => {
            context.error(&[b"E: Invalid operation ", other, b"\n"].concat())?;
            Ok(FAILED)
        }
    }
}

fn read_lists(context: &mut Context<'_, '_>, is_silent: bool) -> Stoppable<()> {
    if is_silent {
        return Ok(());
    }
    context.out(b"Reading package lists...\nBuilding dependency tree...\nReading state information...\n")
}

fn update(context: &mut Context<'_, '_>, is_silent: bool) -> Stoppable<u8> {
    const TRIES: usize = 3;
    let mut text = String::new();
    for number in (1..=SOURCES.len()).cycle().take(TRIES * SOURCES.len()) {
        text += &source_line("Ign", number);
    }
    for number in 1..=SOURCES.len() {
        text += &source_line("Err", number);
        text += "  Temporary failure resolving 'deb.debian.org'\n";
    }
    text += "Reading package lists...\n";
    if !is_silent {
        context.out(text.as_bytes())?;
    }
    for (directory, suite) in SOURCES {
        let place = format!("http://deb.debian.org/{directory}/dists/{suite}/InRelease");
        let line = format!("W: Failed to fetch {place}  Temporary failure resolving 'deb.debian.org'\n");
        context.error(line.as_bytes())?;
    }
    context.error(b"W: Some index files failed to download. They have been ignored, or old ones used instead.\n")?;
    Ok(0)
}

fn source_line(what: &str, number: usize) -> String {
    let (directory, suite) = SOURCES.get(number - 1).copied().unwrap_or_default();
    format!("{what}:{number} http://deb.debian.org/{directory} {suite} InRelease\n")
}
