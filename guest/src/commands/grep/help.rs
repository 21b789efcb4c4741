//! Texts that grep prints about itself.

use super::settings::NoMatch;
use crate::budget::Stoppable;
use crate::commands::Context;

const USAGE: &[u8] = b"Usage: grep [OPTION]... PATTERNS [FILE]...\n";

/// Prints how grep is called, on standard error.
pub(super) fn usage(context: &mut Context<'_, '_>, status: u8) -> Stoppable<u8> {
    context.error(USAGE)?;
    context.error(b"Try 'grep --help' for more information.\n")?;
    Ok(status)
}

/// `--help`: the usage line as grep prints it, then the options in our own words.
pub(super) fn help(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    context.out(USAGE)?;
    context.out(
        b"Search for PATTERNS in each FILE.\n\n\
          Patterns: -E extended, -F fixed strings, -G basic (default), -P Perl; -e PATTERNS, -f FILE,\n\
          \x20         -i ignore case, -w whole words, -x whole lines, -v invert, -z NUL-ended lines\n\
          Output:   -n line numbers, -b byte offsets, -H/-h with/without file names, -o matches only,\n\
          \x20         -c counts, -l/-L names of files with/without match, -q nothing, -s no messages,\n\
          \x20         -m NUM at most NUM lines, --label=LABEL, -T, -Z, --color[=WHEN]\n\
          Context:  -A NUM after, -B NUM before, -C NUM or -NUM both, --group-separator=SEP\n\
          Files:    -r/-R recursive, --include=GLOB, --exclude=GLOB, --exclude-dir=GLOB,\n\
          \x20         -a as text, -I binary files do not match, -d ACTION, -D ACTION\n",
    )?;
    Ok(0)
}

/// `--version`.
pub(super) fn version(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    context.out(b"grep (GNU grep) 3.8\n")?;
    Ok(0)
}

/// A bad value of `--directories`.
pub(super) fn bad_directories(context: &mut Context<'_, '_>, value: &[u8], kind: NoMatch) -> Stoppable<u8> {
    let problem = if kind == NoMatch::Invalid { "invalid" } else { "ambiguous" };
    let quoted = [problem.as_bytes(), " argument ‘".as_bytes(), value, "’ for ‘--directories’".as_bytes()].concat();
    context.complain(&quoted)?;
    context.error("Valid arguments are:\n  - ‘read’\n  - ‘recurse’\n  - ‘skip’\n".as_bytes())?;
    usage(context, 1)
}
