//! The command line of `patch`.

use sparring_tree::Kind;

use super::TROUBLE;
use super::header::Format;
use crate::budget::Stoppable;
use crate::commands::options::{Given, Long, OptionReader, OptionTable};
use crate::commands::{Context, quote};
use crate::workspace::{FileError, VirtualPath};

/// What the command line asks for.
pub(super) struct Settings<'c> {
    pub(super) format: Option<Format>,
    pub(super) backs_up: bool,
    pub(super) backs_up_mismatch: bool,
    pub(super) suffix: &'c [u8],
    /// Where all files are named from.
    pub(super) directory: VirtualPath,
    pub(super) is_dry: bool,
    pub(super) removes_empty: bool,
    pub(super) is_forced: bool,
    pub(super) is_batch: bool,
    pub(super) is_forward: bool,
    pub(super) fuzz: usize,
    pub(super) ignores_blanks: bool,
    /// Leading directories to take off; all of them when unset.
    pub(super) strip: Option<usize>,
    pub(super) reject: Option<&'c [u8]>,
    pub(super) is_reversed: bool,
    pub(super) is_silent: bool,
    pub(super) is_verbose: bool,
    pub(super) keeps_returns: bool,
    pub(super) follows_links: bool,
    /// The file with the patch; standard input when unset.
    pub(super) input: Option<&'c [u8]>,
    /// The file to patch; found by the patch's own names when unset.
    pub(super) file: Option<&'c [u8]>,
}

const TABLE: OptionTable = OptionTable {
    short: "bB:cd:D:eEfF:g:i:lnNo:p:r:RstTuvV:x:Y:z:Z",
    long: &[
        Long::flag("backup", "b"),
        Long::value("prefix", "B"),
        Long::flag("context", "c"),
        Long::value("directory", "d"),
        Long::value("ifdef", "D"),
        Long::flag("ed", "e"),
        Long::flag("remove-empty-files", "E"),
        Long::flag("force", "f"),
        Long::value("fuzz", "F"),
        Long::value("get", "g"),
        Long::flag("help", "help"),
        Long::value("input", "i"),
        Long::flag("ignore-whitespace", "l"),
        Long::perhaps("merge", "merge"),
        Long::flag("normal", "n"),
        Long::flag("forward", "N"),
        Long::value("output", "o"),
        Long::value("strip", "p"),
        Long::value("reject-file", "r"),
        Long::flag("reverse", "R"),
        Long::flag("quiet", "s"),
        Long::flag("silent", "s"),
        Long::flag("batch", "t"),
        Long::flag("set-time", "T"),
        Long::flag("unified", "u"),
        Long::flag("version", "version"),
        Long::value("version-control", "V"),
        Long::value("debug", "x"),
        Long::value("basename-prefix", "Y"),
        Long::value("suffix", "z"),
        Long::flag("set-utc", "Z"),
        Long::flag("dry-run", "dry-run"),
        Long::flag("verbose", "verbose"),
        Long::flag("binary", "binary"),
        Long::flag("backup-if-mismatch", "backup-if-mismatch"),
        Long::flag("no-backup-if-mismatch", "no-backup-if-mismatch"),
        Long::flag("posix", "posix"),
        Long::value("quoting-style", "quoting-style"),
        Long::value("reject-format", "reject-format"),
        Long::value("read-only", "read-only"),
        Long::flag("follow-symlinks", "follow-symlinks"),
    ],
};

impl<'c> Settings<'c> {
    /// Reads the command line; prints what is wrong with it.
    pub(super) fn parse(context: &mut Context<'c, '_>) -> Stoppable<Result<Self, u8>> {
        let mut settings = Self {
            format: None,
            backs_up: false,
            backs_up_mismatch: true,
            suffix: b".orig",
            directory: context.directory.clone(),
            is_dry: false,
            removes_empty: false,
            is_forced: false,
            is_batch: false,
            is_forward: false,
            fuzz: 2,
            ignores_blanks: false,
            strip: None,
            reject: None,
            is_reversed: false,
            is_silent: false,
            is_verbose: false,
            keeps_returns: false,
            follows_links: false,
            input: None,
            file: None,
        };
        let mut reader = OptionReader::new(TABLE, context.arguments);
        loop {
            let given = match reader.next_option() {
                Ok(Some(given)) => given,
                Ok(None) => break,
                Err(error) => return usage(context, &error.0).map(Err),
            };
            match given.name {
                "help" => {
                    context.out(b"Usage: patch [OPTION]... [ORIGFILE [PATCHFILE]]\n")?;
                    return Ok(Err(0));
                }
                "v" | "version" => {
                    context.out(b"GNU patch 2.7.6\n")?;
                    return Ok(Err(0));
                }
                _ => {}
            }
            let taken = match given.name {
                "d" => settings.enter(context, given.text()),
                _ => settings.take(given),
            };
            if let Err(message) = taken {
                context.error(&[b"patch: **** ", &message[..], b"\n"].concat())?;
                return Ok(Err(TROUBLE));
            }
        }
        for (at, operand) in reader.operands().into_iter().enumerate() {
            match at {
                0 => settings.file = Some(operand),
                1 => settings.input = Some(operand),
                _ => return usage(context, &[operand, b": extra operand"].concat()).map(Err),
            }
        }
        settings.input = settings.input.filter(|input| !matches!(*input, b"-" | b""));
        settings.file = settings.file.filter(|file| !file.is_empty());
        Ok(Ok(settings))
    }

    /// Changes the directory at once: a later bad option is not looked at when there is none.
    fn enter(&mut self, context: &Context<'_, '_>, name: &[u8]) -> Result<(), Vec<u8>> {
        let why = match context.machine.workspace.stat(&self.directory, name) {
            Ok((path, node)) if node.kind() == Kind::Directory => {
                self.directory = path;
                return Ok(());
            }
            Ok(_) => FileError::NotADirectory,
            Err(error) => error,
        };
        let shown = quote::shell_escape(name);
        Err([b"Can't change to directory ", &shown[..], b" : ", why.message().as_bytes()].concat())
    }

    fn take(&mut self, given: Given<'c>) -> Result<(), Vec<u8>> {
        let value = given.text();
        let number = |what: &str| {
            let text = std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
            text.and_then(|text| text.parse::<u32>().ok())
                .map(|number| number as usize)
                .ok_or_else(|| [what.as_bytes(), b" ", &quote::shell_escape(value)[..], b" is not a number"].concat())
        };
        match given.name {
            "b" => self.backs_up = true,
            "backup-if-mismatch" => self.backs_up_mismatch = true,
            "no-backup-if-mismatch" => self.backs_up_mismatch = false,
            "binary" => self.keeps_returns = true,
            "c" => self.format = Some(Format::Context),
            "n" => self.format = Some(Format::Normal),
            "u" => self.format = Some(Format::Unified),
            "dry-run" => self.is_dry = true,
            "E" => self.removes_empty = true,
            "f" => self.is_forced = true,
            "F" => self.fuzz = number("fuzz factor")?,
            "follow-symlinks" => self.follows_links = true,
            "i" => self.input = given.value,
            "l" => self.ignores_blanks = true,
            "N" => self.is_forward = true,
            "p" => self.strip = Some(number("strip count")?),
            "r" => self.reject = given.value,
            "R" => self.is_reversed = true,
            "s" => (self.is_silent, self.is_verbose) = (true, false),
            "t" => self.is_batch = true,
            "verbose" => (self.is_silent, self.is_verbose) = (false, true),
            "x" => drop(number("debugging option")?),
            "g" => drop(number("get option")?),
            "z" => {
                if value.is_empty() {
                    return Err(b"backup suffix is empty".to_vec());
                }
                self.suffix = value;
            }
            "e" | "D" | "merge" | "o" | "B" | "Y" | "V" | "posix" => {
                return Err(format!("option '{}' is not simulated", given.name).into_bytes());
            }
            _ => {}
        }
        Ok(())
    }
}

fn usage(context: &mut Context<'_, '_>, message: &[u8]) -> Stoppable<u8> {
    context.error(&[b"patch: ", message, b"\npatch: Try 'patch --help' for more information.\n"].concat())?;
    Ok(TROUBLE)
}
