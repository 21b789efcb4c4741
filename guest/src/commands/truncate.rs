//! `truncate` and `mktemp` as in GNU coreutils 9.1.

use sparring_tree::{Kind, Mode};

use super::common::{Fault, HELP, VERSION, number, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, quote};
use crate::budget::{Stop, Stoppable};
use crate::limits::LimitKind;
use crate::workspace::FileError;

/// `truncate`.
pub(super) const TRUNCATE: Command =
    Command { name: "truncate", summary: "Shrink or extend files.", buffering: Buffering::Blocks, run: truncate };
/// `mktemp`.
pub(super) const MKTEMP: Command = Command {
    name: "mktemp",
    summary: "Make a new file; its name follows from the template and the files there.",
    buffering: Buffering::Blocks,
    run: mktemp,
};

const TRUNCATE_TABLE: OptionTable = OptionTable {
    short: "cor:s:",
    long: &[
        Long::flag("no-create", "c"),
        Long::flag("io-blocks", "o"),
        Long::value("reference", "r"),
        Long::value("size", "s"),
        HELP,
        VERSION,
    ],
};

fn truncate(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let (mut only_existing, mut in_blocks, mut reference, mut size) = (false, false, None::<&[u8]>, None);
    let (mut mode, mut is_less) = (b'=', false);
    let operands = or_status!(context.options(TRUNCATE_TABLE, 1, |given| {
        match given.name {
            "c" => only_existing = true,
            "o" => in_blocks = true,
            "r" => reference = given.value,
            _ => {
                // How a size is meant stays when a later option gives another one.
                let mut rest = given.text().trim_ascii_start();
                if let Some((sign @ (b'<' | b'>' | b'/' | b'%'), after)) = rest.split_first() {
                    (mode, rest) = (*sign, after.trim_ascii_start());
                }
                let mut amount = rest;
                is_less = false;
                if let Some((sign @ (b'+' | b'-'), after)) = rest.split_first() {
                    if mode != b'=' {
                        return Err(Fault::Usage(b"multiple relative modifiers specified".to_vec()));
                    }
                    (mode, amount, is_less) = (b'+', after, *sign == b'-');
                }
                match number(amount, "EgGkKmMPtTYZ0") {
                    Ok(0) if matches!(mode, b'/' | b'%') => {
                        return Err(Fault::Message(b"division by zero".to_vec()));
                    }
                    Ok(number) => size = Some(number),
                    Err(_) => return Err(Fault::about("Invalid number:", rest)),
                }
            }
        }
        Ok(())
    })?);
    let is_sized = size.is_some();
    let Some(amount) = size.or(reference.map(|_| 0)) else {
        return context.fail(Fault::Usage("you must specify either ‘--size’ or ‘--reference’".into()), 1);
    };
    if reference.is_some() && is_sized && mode == b'=' {
        return context.fail(Fault::Usage("you must specify a relative ‘--size’ with ‘--reference’".into()), 1);
    }
    if in_blocks && !is_sized {
        return context.fail(Fault::Usage("‘--io-blocks’ was specified but ‘--size’ was not".into()), 1);
    }
    if operands.is_empty() {
        return context.fail(Fault::Usage(b"missing file operand".to_vec()), 1);
    }
    let base = match reference.map(|name| (name, context.machine.workspace.stat(context.directory, name))) {
        None => None,
        Some((_, Ok((_, node)))) => Some(node.size()),
        Some((name, Err(error))) => {
            context.complain_about(b"cannot stat ", &quote::always(name), error)?;
            return Ok(1);
        }
    };
    let sign = match mode {
        b'=' if reference.is_some() => b'+',
        b'+' if is_less => b'-',
        mode => mode,
    };
    let unit = if in_blocks { crate::world::BLOCK } else { 1 };
    let mut status = 0;
    for name in operands {
        if let Err(error) = resize(context, name, (sign, amount.saturating_mul(unit)), base, only_existing)? {
            let shown = [&quote::always(name)[..], b" for writing"].concat();
            context.complain_about(b"cannot open ", &shown, error)?;
            status = 1;
        }
    }
    Ok(status)
}

fn resize(
    context: &mut Context<'_, '_>,
    name: &[u8],
    (sign, amount): (u8, u64),
    base: Option<u64>,
    only_existing: bool,
) -> Stoppable<Result<(), FileError>> {
    let path = match context.machine.workspace.resolve(context.directory, name) {
        Ok(path) => path,
        Err(FileError::NotFound) if only_existing => return Ok(Ok(())),
        Err(error) => return Ok(Err(error)),
    };
    let mut text = match context.machine.workspace.read(&path)? {
        Ok(text) => text.to_vec(),
        Err(FileError::NotFound) if only_existing => return Ok(Ok(())),
        Err(FileError::NotFound) if name.ends_with(b"/") => return Ok(Err(FileError::IsADirectory)),
        Err(FileError::NotFound) => Vec::new(),
        Err(error) => return Ok(Err(error)),
    };
    let now = base.unwrap_or(text.len() as u64);
    let size = match sign {
        b'+' => now.saturating_add(amount),
        b'-' => now.saturating_sub(amount),
        b'<' => now.min(amount),
        b'>' => now.max(amount),
        b'/' => now / amount.max(1) * amount,
        b'%' => now.div_ceil(amount.max(1)).saturating_mul(amount),
        _ => amount,
    };
    if size > context.machine.budget.limits().overlay_bytes {
        return Err(Stop::Limit(LimitKind::OverlayBytes));
    }
    context.machine.budget.write(size)?;
    text.resize(usize::try_from(size).unwrap_or(usize::MAX), 0);
    context.machine.workspace.write(&path, text)
}

const MKTEMP_TABLE: OptionTable = OptionTable {
    short: "dp:qtuV",
    long: &[
        Long::flag("directory", "d"),
        Long::flag("quiet", "q"),
        Long::flag("dry-run", "u"),
        Long::value("suffix", "suffix"),
        Long::perhaps("tmpdir", "p"),
        HELP,
        VERSION,
    ],
};

fn mktemp(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let (mut is_directory, mut is_quiet, mut is_dry, mut in_temporary) = (false, false, false, false);
    let (mut parent, mut suffix) = (None::<Option<&[u8]>>, None::<&[u8]>);
    let operands = or_status!(context.options(MKTEMP_TABLE, 1, |given| {
        match given.name {
            "d" => is_directory = true,
            "q" => is_quiet = true,
            "u" => is_dry = true,
            "t" => in_temporary = true,
            "p" => parent = Some(given.value.filter(|value| !value.is_empty())),
            _ => suffix = given.value,
        }
        Ok(())
    })?);
    let template = match operands.as_slice() {
        [] => {
            parent.get_or_insert(None);
            &b"tmp.XXXXXXXXXX"[..]
        }
        [template] => template,
        _ => return context.fail(Fault::Usage(b"too many templates".to_vec()), 1),
    };
    let (stem, suffix) = match suffix {
        Some(_) if !template.ends_with(b"X") => {
            let shown = quote::curly(template);
            let _ = suffix;
            return context
                .fail(Fault::Message([b"with --suffix, template ", &shown[..], b" must end in X"].concat()), 1);
        }
        Some(suffix) => (template, suffix),
        None => template.split_at(template.iter().rposition(|byte| *byte == b'X').map_or(template.len(), |at| at + 1)),
    };
    if suffix.contains(&b'/') {
        let message = [b"invalid suffix ", &quote::curly(suffix)[..], b", contains directory separator"].concat();
        return context.fail(Fault::Message(message), 1);
    }
    let marks = stem.iter().rev().take_while(|byte| **byte == b'X').count();
    if marks < 3 {
        return context.fail(Fault::about("too few X's in template", &[stem, suffix].concat()), 1);
    }
    let environment = context.environment.get(b"TMPDIR").filter(|value| !value.is_empty()).unwrap_or(b"/tmp");
    let directory = match parent {
        _ if in_temporary => Some(parent.flatten().map_or(environment, |parent| parent)),
        Some(parent) => Some(parent.unwrap_or(environment)),
        None => None,
    };
    if directory.is_some() && (stem.starts_with(b"/") || (in_temporary && stem.contains(&b'/'))) {
        let message = if in_temporary {
            [b"invalid template, ", &quote::curly(template)[..], b", contains directory separator"].concat()
        } else {
            let rest: &[u8] = "; with --tmpdir, it may not be absolute".as_bytes();
            [b"invalid template, ", &quote::curly(template)[..], rest].concat()
        };
        return context.fail(Fault::Message(message), 1);
    }
    let stem = match directory {
        Some(directory) if directory.ends_with(b"/") => [directory, stem].concat(),
        Some(directory) => [directory, b"/", stem].concat(),
        None => stem.to_vec(),
    };
    let fixed = stem.get(..stem.len() - marks).unwrap_or_default();
    for attempt in 0_u64.. {
        context.machine.budget.shell_step()?;
        let name = [fixed, &letters(fixed, attempt, marks), suffix].concat();
        match make(context, &name, is_directory, is_dry)? {
            Ok(()) => {
                context.out(&[&name[..], b"\n"].concat())?;
                return Ok(0);
            }
            Err(FileError::Exists) => {}
            Err(error) => {
                let what: &[u8] = if is_directory { b"directory" } else { b"file" };
                let shown = quote::curly(&[&stem[..], suffix].concat());
                if !is_quiet {
                    let text = [b"failed to create ", what, b" via template "].concat();
                    context.complain_about(&text, &shown, error)?;
                }
                return Ok(1);
            }
        }
    }
    Ok(1)
}

/// Makes what was asked for, unless it is there or its directory is not.
fn make(
    context: &mut Context<'_, '_>,
    name: &[u8],
    is_directory: bool,
    is_dry: bool,
) -> Stoppable<Result<(), FileError>> {
    let workspace = &mut context.machine.workspace;
    let path = match workspace.resolve_link(context.directory, name) {
        Ok(path) if workspace.node(&path).is_some() => return Ok(Err(FileError::Exists)),
        Ok(path) => path,
        Err(_) if is_dry => return Ok(Ok(())),
        Err(error) => return Ok(Err(error)),
    };
    if is_dry {
        return Ok(Ok(()));
    }
    if workspace.node(&path.parent()).is_none_or(|node| node.kind() != Kind::Directory) {
        return Ok(Err(FileError::NotFound));
    }
    let made = if is_directory { workspace.make_directory(&path)? } else { workspace.write(&path, Vec::new())? };
    if made.is_err() {
        return Ok(made);
    }
    workspace.set_mode(&path, Mode(if is_directory { 0o700 } else { 0o600 }))
}

/// The letters that stand for the X's: a hash of the name before them and of the attempt, so that
/// equal sessions make equal names.
fn letters(fixed: &[u8], attempt: u64, count: usize) -> Vec<u8> {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let start =
        fixed.iter().fold(0xcbf2_9ce4_8422_2325_u64 ^ attempt.wrapping_mul(0x9e37_79b9_7f4a_7c15), |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
    let mut state = start;
    let next = |_| {
        // xorshift64*, whose upper bits are well mixed.
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        ALPHABET[(state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40) as usize % ALPHABET.len()]
    };
    (0..count).map(next).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_from_template_and_attempt() {
        assert_eq!(letters(b"/tmp/tmp.", 0, 10), letters(b"/tmp/tmp.", 0, 10));
        assert_ne!(letters(b"/tmp/tmp.", 0, 10), letters(b"/tmp/tmp.", 1, 10));
        assert!(letters(b"x", 7, 30).iter().all(u8::is_ascii_alphanumeric));
    }
}
