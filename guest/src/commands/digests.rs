//! `md5sum`, `sha1sum`, `sha256sum` as in GNU coreutils 9.1.

use super::common::{Fault, HELP, VERSION, lines, or_standard_input, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, hashes, quote};
use crate::budget::Stoppable;

/// `md5sum`.
pub(super) const MD5SUM: Command =
    Command { name: "md5sum", summary: "Print or check MD5 digests.", buffering: Buffering::Blocks, run: md5sum };
/// `sha1sum`.
pub(super) const SHA1SUM: Command =
    Command { name: "sha1sum", summary: "Print or check SHA-1 digests.", buffering: Buffering::Blocks, run: sha1sum };
/// `sha256sum`.
pub(super) const SHA256SUM: Command = Command {
    name: "sha256sum",
    summary: "Print or check SHA-256 digests.",
    buffering: Buffering::Blocks,
    run: sha256sum,
};

const TABLE: OptionTable = OptionTable {
    short: "bctwz",
    long: &[
        Long::flag("binary", "b"),
        Long::flag("check", "c"),
        Long::flag("ignore-missing", "ignore-missing"),
        Long::flag("quiet", "quiet"),
        Long::flag("status", "status"),
        Long::flag("strict", "strict"),
        Long::flag("tag", "tag"),
        Long::flag("text", "t"),
        Long::flag("warn", "w"),
        Long::flag("zero", "z"),
        HELP,
        VERSION,
    ],
};

/// How a digest is made.
pub(super) type Digest = fn(&[u8]) -> Vec<u8>;

fn md5sum(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    run(context, "MD5", hashes::md5)
}

fn sha1sum(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    run(context, "SHA1", hashes::sha1)
}

fn sha256sum(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    run(context, "SHA256", hashes::sha256)
}

fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Prints or checks digests of one kind.
pub(super) fn run(context: &mut Context<'_, '_>, label: &str, digest: Digest) -> Stoppable<u8> {
    let (mut checks, mut has_tag, mut binary, mut is_text, mut end) = (false, false, false, false, b'\n');
    let (mut is_quiet, mut is_silent, mut ignores_missing) = (false, false, false);
    let operands = or_status!(context.options(TABLE, 1, |given| {
        match given.name {
            "b" => (binary, is_text) = (true, false),
            "c" => checks = true,
            "tag" => (has_tag, is_text) = (true, false),
            "t" => (binary, is_text) = (false, true),
            "z" => end = 0,
            "quiet" => (is_quiet, is_silent) = (true, false),
            "status" => (is_quiet, is_silent) = (false, true),
            "ignore-missing" => ignores_missing = true,
            _ => {}
        }
        Ok(())
    })?);
    if has_tag && is_text {
        return context.fail(Fault::Usage(b"--tag does not support --text mode".to_vec()), 1);
    }
    let mut status = 0;
    for name in or_standard_input(operands) {
        let Some(text) = context.open_or_complain(name)? else {
            status = 1;
            continue;
        };
        if checks {
            if !check(context, name, &text, label, digest, (is_quiet, is_silent, ignores_missing))? {
                status = 1;
            }
            continue;
        }
        let sum = hexadecimal(&digest(&text));
        // Names with newlines or backslashes are escaped, which a backslash in front tells.
        let is_escaped = end == b'\n' && name.iter().any(|byte| matches!(byte, b'\n' | b'\\' | b'\r'));
        let mut shown = Vec::new();
        for byte in name {
            match byte {
                b'\n' if is_escaped => shown.extend_from_slice(b"\\n"),
                b'\r' if is_escaped => shown.extend_from_slice(b"\\r"),
                b'\\' if is_escaped => shown.extend_from_slice(b"\\\\"),
                _ => shown.push(*byte),
            }
        }
        let mut line = if is_escaped { b"\\".to_vec() } else { Vec::new() };
        if has_tag {
            line.extend_from_slice(&[label.as_bytes(), b" (", &shown, b") = ", sum.as_bytes()].concat());
        } else {
            let mark: &[u8] = if binary { b" *" } else { b"  " };
            line.extend_from_slice(&[sum.as_bytes(), mark, &shown].concat());
        }
        line.push(end);
        context.out(&line)?;
    }
    Ok(status)
}

/// Checks a list of digests; false when anything does not match.
fn check(
    context: &mut Context<'_, '_>,
    list: &[u8],
    text: &[u8],
    label: &str,
    digest: Digest,
    (is_quiet, is_silent, ignores_missing): (bool, bool, bool),
) -> Stoppable<bool> {
    let (mut bad_lines, mut unread, mut wrong, mut good, mut formatted) = (0, 0, 0, 0, 0);
    let length = digest(b"").len() * 2;
    for line in lines(text, b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let Some((expected, name)) = entry(line, label, length) else {
            bad_lines += 1;
            continue;
        };
        formatted += 1;
        match context.open(&name)? {
            Err(crate::workspace::FileError::NotFound) if ignores_missing => {}
            Err(error) => {
                context.complain_about(b"", &quote::file_in_message(&name), error)?;
                unread += 1;
                if !is_silent {
                    context.out(&[&name[..], b": FAILED open or read\n"].concat())?;
                }
            }
            Ok(bytes) if hexadecimal(&digest(&bytes)).as_bytes() == expected.to_ascii_lowercase() => {
                good += 1;
                if !is_silent && !is_quiet {
                    context.out(&[&name[..], b": OK\n"].concat())?;
                }
            }
            Ok(_) => {
                wrong += 1;
                if !is_silent {
                    context.out(&[&name[..], b": FAILED\n"].concat())?;
                }
            }
        }
    }
    let shown = quote::file_in_message(list);
    if formatted == 0 {
        context.complain(&[&shown[..], b": no properly formatted checksum lines found"].concat())?;
        return Ok(false);
    }
    if !is_silent {
        for (count, one, many) in [
            (bad_lines, "line is improperly formatted", "lines are improperly formatted"),
            (unread, "listed file could not be read", "listed files could not be read"),
            (wrong, "computed checksum did NOT match", "computed checksums did NOT match"),
        ] {
            if count > 0 {
                let text = if count == 1 { one } else { many };
                context.complain(format!("WARNING: {count} {text}").as_bytes())?;
            }
        }
    }
    if ignores_missing && good == 0 {
        if !is_silent {
            context.complain(&[&shown[..], b": no file was verified"].concat())?;
        }
        return Ok(false);
    }
    Ok(wrong == 0 && unread == 0)
}

/// The digest and the name of a line of either form.
fn entry(line: &[u8], label: &str, length: usize) -> Option<(Vec<u8>, Vec<u8>)> {
    let is_digest = |text: &[u8]| text.len() == length && text.iter().all(u8::is_ascii_hexdigit);
    let tag = [label.as_bytes(), b" ("].concat();
    if let Some(rest) = line.strip_prefix(tag.as_slice()) {
        let at = memchr::memmem::rfind(rest, b") = ")?;
        let sum = rest.get(at + 4..)?;
        return is_digest(sum).then(|| (sum.to_vec(), rest.get(..at).unwrap_or_default().to_vec()));
    }
    let (is_escaped, line) = line.strip_prefix(b"\\").map_or((false, line), |rest| (true, rest));
    let (sum, rest) = line.split_at_checked(length)?;
    let name = rest.strip_prefix(b"  ").or_else(|| rest.strip_prefix(b" *"))?;
    if !is_digest(sum) || name.is_empty() {
        return None;
    }
    let mut plain = Vec::new();
    let mut bytes = name.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if is_escaped => match bytes.next() {
                Some(b'n') => plain.push(b'\n'),
                Some(b'r') => plain.push(b'\r'),
                other => plain.extend(other.copied()),
            },
            _ => plain.push(*byte),
        }
    }
    Some((sum.to_vec(), plain))
}
