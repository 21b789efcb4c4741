//! `rg` as ripgrep 13.0.0 has it: the options that agents use, with grep's search below.
//!
//! ```text
//! arguments -> options -> Settings (grep's) + pattern -> walk (ignore files, types, globs) -> search
//! ```
//!
//! Files come in byte-wise order, as with `--sort path`. What differs: matches are not coloured on a
//! terminal, classes such as `\w` follow grep's idea of characters, `-o` prints no context, and
//! `-r`, `-U`, `-f`, `--json`, `--stats` and `--vimgrep` are not there.

mod ignore;
mod options;
mod types;
mod walk;

use super::search::Searcher;
use super::settings::{Binary, Directories, ListFiles, Settings};
use crate::budget::Stoppable;
use crate::commands::{Buffering, Command, Context, Sink};
use crate::matching::{Options, Pattern, Syntax};
use options::{Asked, Parsed};
use walk::{Found, Walker};

/// `rg`.
pub(in crate::commands) const RG: Command = Command {
    name: "rg",
    summary: "search directories for patterns, ignore files respected (ripgrep 13.0.0)",
    buffering: Buffering::Blocks,
    run,
};

/// What is said when nothing was named and nothing was found to search.
const NOTHING_SEARCHED: &str =
    "No files were searched, which means ripgrep probably applied a filter you didn't expect.
Running with --debug will show why files are being skipped.
";

/// Something went wrong: the exit status.
const TROUBLE: u8 = 2;

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let asked = match options::parse(context.arguments) {
        Parsed::Run(asked) => asked,
        Parsed::Text(text) => {
            context.out(&text)?;
            return Ok(0);
        }
        Parsed::Mistake(message) => {
            context.error(&message)?;
            return Ok(TROUBLE);
        }
    };
    let pattern = match compile(&asked) {
        Ok(pattern) => pattern,
        Err(message) => {
            context.error(&message)?;
            return Ok(TROUBLE);
        }
    };
    if let Some(name) = &asked.unknown_type {
        context.error(&[b"unrecognized file type: ", &name[..], b"\n"].concat())?;
        return Ok(TROUBLE);
    }
    let reads_input = !asked.lists_files
        && match asked.paths.as_slice() {
            [] => context.descriptors.get(0).is_some_and(|stream| !context.machine.streams.is_null(stream)),
            paths => paths.iter().any(|path| path == b"-"),
        };
    let mut input = if reads_input { context.input()? } else { Vec::new() };
    let is_implicit = asked.paths.is_empty() && !reads_input;
    let mut operands = asked.paths.clone();
    if operands.is_empty() {
        operands.push(if reads_input { b"-".to_vec() } else { b"./".to_vec() });
    }
    let is_directory = |operand: &[u8]| {
        let found = context.machine.workspace.stat(context.directory, operand);
        found.is_ok_and(|(_, node)| node.kind() == sparring_tree::Kind::Directory)
    };
    let with_names =
        asked.with_names.unwrap_or(operands.len() > 1 || operands.iter().any(|operand| is_directory(operand)));
    let on_terminal = context.columns().is_some();
    let heading = asked.heading.unwrap_or(on_terminal);
    let settings = settings(&asked, asked.line_numbers.unwrap_or(on_terminal && !reads_input));
    let mut sink = Sink::default();
    let mut errors = Vec::new();
    let mut run = Run {
        asked: &asked,
        settings: &settings,
        pattern: &pattern,
        with_names,
        heading,
        found: false,
        has_searched: false,
        has_printed: false,
    };
    let workspace = &context.machine.workspace;
    let budget = workspace.budget();
    let mut searcher = Searcher::new(&settings, &pattern, budget, &mut sink);
    for operand in &operands {
        if run.found && asked.quiet {
            break;
        }
        if operand == b"-" {
            run.file(&mut searcher, b"<stdin>", &std::mem::take(&mut input), true)?;
            continue;
        }
        let walker = Walker { workspace, directory: context.directory, asked: &asked };
        let outcome = walker.walk(operand, is_implicit, &mut |found: Found<'_>| {
            if asked.lists_files {
                run.found = true;
                if !asked.quiet {
                    searcher.sink.out.extend_from_slice(found.shown);
                    searcher.sink.out.push(if asked.null { 0 } else { b'\n' });
                }
            } else {
                let bytes = workspace.read(found.path)?.unwrap_or_default();
                run.file(&mut searcher, found.shown, bytes, found.is_operand)?;
            }
            Ok(!(run.found && asked.quiet))
        })?;
        if let Err(error) = outcome {
            let operation: &[u8] = if asked.is_sequential { b"IO error for operation on " } else { b"" };
            let again: &[u8] = if asked.is_sequential { &[operand, &b": "[..]].concat() } else { b"" };
            let text = [&operand[..], b": ", operation, again, error.message().as_bytes()].concat();
            errors.push([&text[..], b" (os error ", walk::number(error), b")\n"].concat());
        }
    }
    if is_implicit && !asked.lists_files && !run.has_searched {
        errors.push(NOTHING_SEARCHED.as_bytes().to_vec());
    }
    let found = run.found;
    let failed = errors.iter().any(|error| error != NOTHING_SEARCHED.as_bytes());
    for error in errors {
        context.error(&error)?;
    }
    let out = std::mem::take(&mut sink.out);
    context.out(&out)?;
    Ok(match (found, failed) {
        (true, true) if !asked.quiet => TROUBLE,
        (true, _) => 0,
        (false, true) => TROUBLE,
        (false, false) => 1,
    })
}

/// What grep's search is told.
fn settings(asked: &Asked, line_numbers: bool) -> Settings {
    Settings {
        syntax: Syntax::Perl,
        patterns: Vec::new(),
        ignore_case: asked.ignore_case,
        words: asked.words,
        lines: asked.lines,
        invert: asked.invert,
        before: asked.before,
        after: asked.after,
        group_separator: Some(b"--".to_vec()),
        count: asked.count,
        list: asked.list,
        quiet: asked.quiet,
        no_messages: true,
        max_count: asked.max_count,
        only_matching: asked.only_matching,
        line_numbers,
        byte_offsets: false,
        file_names: None,
        null_after_name: asked.null,
        initial_tab: false,
        end_of_line: b'\n',
        color: false,
        directories: Directories::Recurse,
        follow: false,
        binary: Binary::Text,
        label: Vec::new(),
        names: Vec::new(),
        excluded_directories: Vec::new(),
        operands: Vec::new(),
        implicit_directory: false,
        marks_late_matches: true,
    }
}

/// Compiles the patterns; the message when one is none.
fn compile(asked: &Asked) -> Result<Pattern, Vec<u8>> {
    let fixed = asked.fixed;
    let ignore_case = asked.ignore_case
        || asked.smart_case && !asked.patterns.iter().any(|pattern| pattern.iter().any(u8::is_ascii_uppercase));
    let options = Options {
        ignore_case,
        word: asked.words && !asked.lines,
        line: asked.lines,
        multiline: false,
        terminator: Some(b'\n'),
    };
    if fixed {
        let text = asked.patterns.join(&b'\n');
        return Pattern::compile(&text, Syntax::Fixed, options).map_err(|error| format!("{error}\n").into_bytes());
    }
    let joined = asked.patterns.join(&b'|');
    let text = String::from_utf8_lossy(&joined);
    let text = if asked.lines { format!("^(?:{text})$") } else { text.into_owned() };
    if let Err(error) = regex_syntax::ast::parse::Parser::new().parse(&text) {
        use regex_syntax::ast::ErrorKind::{UnsupportedBackreference, UnsupportedLookAround};
        let mut message = format!("{error}\n");
        if matches!(error.kind(), UnsupportedBackreference | UnsupportedLookAround) {
            message.push_str(
                "\nConsider enabling PCRE2 with the --pcre2 flag, which can handle backreferences\nand look-around.\n",
            );
        }
        return Err(message.into_bytes());
    }
    Pattern::compile(&joined, Syntax::Perl, options)
        .map_err(|error| format!("regex parse error: {error}\n").into_bytes())
}

/// A search over all files.
struct Run<'r> {
    asked: &'r Asked,
    settings: &'r Settings,
    pattern: &'r Pattern,
    with_names: bool,
    heading: bool,
    found: bool,
    has_searched: bool,
    has_printed: bool,
}

impl Run<'_> {
    /// Searches one file. One that is no text is passed over, unless it was named.
    fn file(&mut self, searcher: &mut Searcher<'_>, name: &[u8], bytes: &[u8], is_operand: bool) -> Stoppable<()> {
        let asked = self.asked;
        self.has_searched = true;
        let nul = if asked.text { None } else { memchr::memchr(0, bytes) };
        if nul.is_some() && !asked.searches_binary && !is_operand {
            return Ok(());
        }
        let shown = if self.with_names && !self.heading { name } else { b"" };
        let with_name = self.with_names && !self.heading;
        let start = searcher.sink.out.len();
        if let (Some(offset), false) = (nul, self.settings.prints_no_lines()) {
            if self.pattern.is_match(bytes, searcher.budget())? != asked.invert {
                self.found = true;
                if with_name {
                    searcher.sink.out.extend_from_slice(&[shown, b": "].concat());
                }
                let text = format!("binary file matches (found \"\\0\" byte around offset {offset})\n");
                searcher.sink.out.extend_from_slice(text.as_bytes());
            }
            return Ok(());
        }
        let selected = searcher.search(shown, bytes, with_name, bytes.len() as u64)?;
        self.found |= match asked.list {
            ListFiles::NotMatching => selected == 0,
            _ => selected > 0,
        };
        if asked.count_matches && selected > 0 {
            let count = self.matches(searcher, bytes)?;
            let end: &[u8] = if asked.null { b"\0" } else { b":" };
            let head: Vec<u8> = if self.with_names { [name, end].concat() } else { Vec::new() };
            searcher.sink.out.extend_from_slice(&[&head[..], format!("{count}\n").as_bytes()].concat());
            return Ok(());
        }
        if selected > 0 || asked.list == ListFiles::NotMatching {
            searcher.finish_file(name, selected, self.with_names);
        }
        if self.heading && !self.settings.prints_no_lines() && searcher.sink.out.len() > start {
            let body = searcher.sink.out.split_off(start);
            // The search separates groups across files; here a blank line does.
            let body = body.strip_prefix(b"--\n").unwrap_or(&body);
            if std::mem::replace(&mut self.has_printed, true) {
                searcher.sink.out.push(b'\n');
            }
            if self.with_names {
                searcher.sink.out.extend_from_slice(name);
                searcher.sink.out.push(if asked.null { 0 } else { b'\n' });
            }
            searcher.sink.out.extend_from_slice(body);
        }
        Ok(())
    }

    /// How many matches there are in the lines of a file.
    fn matches(&self, searcher: &Searcher<'_>, bytes: &[u8]) -> Stoppable<u64> {
        let mut count = 0;
        for line in bytes.split(|byte| *byte == b'\n') {
            let subject = self.pattern.on(line);
            let mut at = 0;
            while let Some(found) = subject.find_at(at, searcher.budget())? {
                count += 1;
                at = if found.end == found.start { found.end + 1 } else { found.end };
            }
        }
        Ok(count)
    }
}
