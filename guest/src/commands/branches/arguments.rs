//! The arguments of `tree`: its own reading of them, in which an option's value is always the next word.

use crate::commands::common::number;
use crate::glob::{Glob, GlobOptions};

/// What an option that `tree` does not know is answered with, after a line that names it; also a part of its help.
pub(super) const USAGE: &[u8] = b"usage: tree [-acdfghilnpqrstuvxACDFJQNSUX] [-L level [-R]] [-H  baseHREF]\n\
    \t[-T title] [-o filename] [-P pattern] [-I pattern] [--gitignore]\n\
    \t[--gitfile[=]file] [--matchdirs] [--metafirst] [--ignore-case]\n\
    \t[--nolinks] [--hintro[=]file] [--houtro[=]file] [--inodes] [--device]\n\
    \t[--sort[=]<name>] [--dirsfirst] [--filesfirst] [--filelimit #] [--si]\n\
    \t[--du] [--prune] [--charset[=]X] [--timefmt[=]format] [--fromfile]\n\
    \t[--fflinks] [--info] [--infofile[=]file] [--noreport] [--version]\n\
    \t[--help] [--] [directory ...]\n";

/// What the command line asks for.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) all: bool,
    pub(super) only_directories: bool,
    pub(super) full_paths: bool,
    pub(super) no_lines: bool,
    pub(super) level: Option<usize>,
    pub(super) excluded: Vec<Glob>,
    pub(super) wanted: Vec<Glob>,
    /// Sizes in front of names: in bytes, or for humans.
    pub(super) sizes: bool,
    pub(super) human: bool,
    pub(super) modes: bool,
    pub(super) marks: bool,
    pub(super) quotes: bool,
    pub(super) prunes: bool,
    pub(super) reversed: bool,
    /// `Some(true)`: directories first; `Some(false)`: files first.
    pub(super) directories_first: Option<bool>,
    pub(super) no_report: bool,
}

/// Why nothing is drawn.
pub(super) enum Refusal {
    /// A line on standard error, status 1.
    Message(Vec<u8>),
    /// A line and the usage on standard error, status 1.
    Usage(Vec<u8>),
    /// A text on standard output, status 0.
    Text(Vec<u8>),
}

/// Reads the arguments after the command's name.
pub(super) fn read(arguments: &[Vec<u8>]) -> Result<(Settings, Vec<&[u8]>), Refusal> {
    let mut settings = Settings::default();
    let mut operands = Vec::new();
    let mut words = arguments.iter().map(Vec::as_slice);
    let mut options_end = false;
    while let Some(word) = words.next() {
        if options_end || !word.starts_with(b"-") || word == b"-" {
            operands.push(word);
        } else if word == b"--" {
            options_end = true;
        } else if let Some(name) = word.strip_prefix(b"--") {
            long(&mut settings, name, word, &mut words)?;
        } else {
            for letter in word.iter().skip(1) {
                short(&mut settings, *letter, &mut words)?;
            }
        }
    }
    Ok((settings, operands))
}

fn long<'a>(
    settings: &mut Settings,
    name: &[u8],
    word: &[u8],
    words: &mut impl Iterator<Item = &'a [u8]>,
) -> Result<(), Refusal> {
    match name {
        b"noreport" => settings.no_report = true,
        b"dirsfirst" => settings.directories_first = Some(true),
        b"filesfirst" => settings.directories_first = Some(false),
        b"prune" => settings.prunes = true,
        b"gitignore" | b"nolinks" | b"metafirst" | b"matchdirs" => {}
        b"help" => return Err(Refusal::Text(USAGE.to_vec())),
        b"version" => {
            let authors = "Steve Baker, Thomas Moore, Francesc Rocher, Florian Sesser, Kyosuke Tokoro";
            return Err(Refusal::Text(format!("tree v2.1.0 © 1996 - 2022 by {authors}\n").into_bytes()));
        }
        b"charset" => {
            words.next().ok_or_else(|| Refusal::Message(b"Missing argument to --charset".to_vec()))?;
        }
        _ if name.starts_with(b"charset=") => {}
        _ => return Err(Refusal::Usage([b"Invalid argument `", word, b"'."].concat())),
    }
    Ok(())
}

fn short<'a>(settings: &mut Settings, letter: u8, words: &mut impl Iterator<Item = &'a [u8]>) -> Result<(), Refusal> {
    let mut value = || {
        let missing = || Refusal::Message([b"Missing argument to -", &[letter][..], b" option."].concat());
        words.next().ok_or_else(missing)
    };
    match letter {
        b'a' => settings.all = true,
        b'd' => settings.only_directories = true,
        b'f' => settings.full_paths = true,
        b'i' => settings.no_lines = true,
        b'L' => match number(value()?, "") {
            Ok(level) if level > 0 => settings.level = usize::try_from(level).ok(),
            _ => return Err(Refusal::Message(b"Invalid level, must be greater than 0.".to_vec())),
        },
        b'I' => settings.excluded.extend(patterns(value()?)),
        b'P' => settings.wanted.extend(patterns(value()?)),
        b's' => settings.sizes = true,
        b'h' => (settings.sizes, settings.human) = (true, true),
        b'p' => settings.modes = true,
        b'F' => settings.marks = true,
        b'Q' => settings.quotes = true,
        b'r' => settings.reversed = true,
        // Colours are for terminals; names hold nothing that -N and -q would change; one file system; times are fixed.
        b'n' | b'C' | b'N' | b'q' | b'x' | b't' | b'c' | b'v' | b'A' => {}
        _ => return Err(Refusal::Usage([b"Invalid argument -`", &[letter][..], b"'."].concat())),
    }
    Ok(())
}

/// The alternatives of a pattern: `a|b`.
fn patterns(text: &[u8]) -> impl Iterator<Item = Glob> {
    text.split(|byte| *byte == b'|').map(|part| Glob::new(part, GlobOptions::default()))
}
