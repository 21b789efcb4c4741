//! The profile `kimi-dev`: the simulated file tools with which Kimi-Dev's authors made agent-like
//! data for mid-training (arXiv 2509.23045, appendix A, listing 5).
//!
//! - Tools, arguments and arithmetic are the paper's: a window of at most 100 lines centred on a
//!   line, scrolling by 100, hits with the class or function around them, `insert_line` from 0 to
//!   the file's length. No code of it was published, so the words of the observations are ours.
//! - Calls: one a reply, in Python's syntax between `<execute>` tags, the texts of edits below it.
//!   There is no shell: any other Python is refused.
//! - State: the open file and the window's first line. Paths start at the repository's root.
//! - Truncation: 100 lines of a window, 100 hits of a search; an opened file is shown whole on
//!   request, up to 100,000 characters.
//! - Two stages: `stop` ends the exploration; a task that goes on opens a session for the edits.

mod search;

use super::memory::{self, display, place, read_text};
use super::toolset::{Problem, Signature, Toolset};
use super::{Memory, OpenFile};
use crate::budget::Stoppable;
use crate::machine::Machine;
use crate::python::symbols;
use crate::step::{Arguments, CallSyntax, Observation, Status, Value};
use crate::workspace::VirtualPath;

/// The profile's name.
pub const NAME: &str = "kimi-dev";

/// Lines of the window, and what scrolling moves it by.
const WINDOW: i64 = 100;
/// Characters of a file that is shown whole.
const SHOWN: usize = 100_000;
/// Lines shown around an edit.
const CONTEXT: i64 = 4;

/// See the module.
pub struct KimiDev;

impl Toolset for KimiDev {
    const NAME: &'static str = NAME;
    const TOOLS: &'static str = include_str!("../kimi_dev_tools.json");
    const SIGNATURES: &'static [Signature] = &[
        Signature { name: "open_file", required: &["path"] },
        Signature { name: "goto_line", required: &["n"] },
        Signature { name: "goto_class_or_func", required: &["name"] },
        Signature { name: "scroll_down", required: &[] },
        Signature { name: "scroll_up", required: &[] },
        Signature { name: "search_dir", required: &["term"] },
        Signature { name: "search_file", required: &["term"] },
        Signature { name: "find_file", required: &["name"] },
        Signature { name: "str_replace", required: &["path", "old_str"] },
        Signature { name: "insert", required: &["path", "insert_line", "new_str"] },
        Signature { name: "stop", required: &[] },
    ];
    const SHOWN: Option<usize> = None;
    const SYNTAX: Option<CallSyntax> = Some(CallSyntax::PythonCall);

    fn refuse(problem: &Problem<'_>) -> String {
        match problem {
            Problem::UnknownTool(tool) => format!("Error: there is no tool {}.", super::head(tool, 200)),
            Problem::Unreadable { tool, error } => format!("Error: the arguments of {tool} cannot be read: {error}"),
            Problem::Missing { tool, argument } => format!("Error: {tool} needs the argument {argument}."),
        }
    }

    fn answer(
        tool: &str,
        arguments: &Arguments,
        memory: &mut Memory,
        machine: &mut Machine<'_>,
    ) -> Stoppable<Observation> {
        let call = Call { arguments, mount: machine.workspace.mount().clone() };
        let answer = match tool {
            "open_file" => call.open(memory, machine)?,
            "goto_line" => call.goto(memory, machine)?,
            "goto_class_or_func" => call.goto_symbol(memory, machine)?,
            "scroll_down" => call.scroll(WINDOW, memory, machine)?,
            "scroll_up" => call.scroll(-WINDOW, memory, machine)?,
            "search_dir" => search::directory(&call, machine)?,
            "search_file" => search::file(&call, memory, machine)?,
            "find_file" => search::names(&call, machine),
            "str_replace" => call.replace(machine)?,
            "insert" => call.insert(machine)?,
            _ => return Ok(Observation::new("Stopped.", Status::Finished)),
        };
        Ok(match answer {
            Ok(text) => Observation::new(text, Status::Ok),
            Err(text) => Observation::new(format!("Error: {text}"), Status::ToolError),
        })
    }
}

/// What a tool says, or what is wrong.
type Answer = Result<String, String>;

/// A call that is being answered.
struct Call<'c> {
    arguments: &'c Arguments,
    mount: VirtualPath,
}

/// A file and its text.
struct Opened {
    /// From the repository's root where it is below, absolute elsewhere.
    shown: String,
    place: VirtualPath,
    text: String,
}

impl Opened {
    fn lines(&self) -> Vec<&str> {
        let text = self.text.strip_suffix('\n').unwrap_or(&self.text);
        if self.text.is_empty() { Vec::new() } else { text.split('\n').collect() }
    }

    /// `count` lines from `first` on, as far as there are any, and where they begin.
    fn window(&self, first: i64, count: i64) -> (String, i64) {
        let lines = self.lines();
        let total = lines.len() as i64;
        let first = first.min(total - count + 1).max(1);
        let last = (first + count - 1).min(total);
        let mut text = format!("[File: {} ({total} lines total)]\n", self.shown);
        if first > 1 {
            text.push_str(&format!("({} more lines above)\n", first - 1));
        }
        for (number, line) in (1..).zip(&lines).skip(first as usize - 1).take((last - first + 1).max(0) as usize) {
            text.push_str(&format!("{number}: {line}\n"));
        }
        if last < total {
            text.push_str(&format!("({} more lines below)\n", total - last));
        }
        text.truncate(text.trim_end_matches('\n').len());
        (text, first)
    }
}

impl Call<'_> {
    fn text(&self, name: &str) -> Option<String> {
        self.arguments.get(name).map(Value::python)
    }

    fn integer(&self, name: &str) -> Result<Option<i64>, String> {
        match self.arguments.get(name) {
            None => Ok(None),
            Some(value) => match value.as_integer() {
                Some(number) => Ok(Some(number.clamp(-1_000_000_000, 1_000_000_000))),
                None => Err(format!("{name} must be an integer.")),
            },
        }
    }

    fn load(&self, path: &str, machine: &Machine<'_>) -> Stoppable<Result<Opened, String>> {
        let missing = || Ok(Err(format!("the file {} does not exist.", super::head(path, 500))));
        let Ok(found) = place(&machine.workspace, &self.mount, path) else { return missing() };
        if machine.workspace.node(&found).is_none() {
            return missing();
        }
        let shown = self.shown(&found);
        Ok(match read_text(&machine.workspace, &found)? {
            Ok(text) => Ok(Opened { shown, place: found, text }),
            Err(error) => Err(format!("{shown} cannot be read: {error}")),
        })
    }

    /// A path as the tools name it.
    fn shown(&self, path: &VirtualPath) -> String {
        let root = self.mount.as_bytes();
        let below = path.as_bytes().strip_prefix(root).and_then(|rest| rest.strip_prefix(b"/"));
        below.map_or_else(|| display(path), |rest| String::from_utf8_lossy(rest).into_owned())
    }

    /// The open file and the window's first line.
    fn current(&self, memory: &Memory, machine: &Machine<'_>) -> Stoppable<Result<(Opened, i64), String>> {
        let Some(OpenFile { path, first }) = &memory.open else { return Ok(Err("no file is open.".into())) };
        let path = String::from_utf8_lossy(path);
        Ok(self.load(&path, machine)?.map(|opened| (opened, *first)))
    }

    fn show(opened: &Opened, first: i64, count: i64, memory: &mut Memory) -> String {
        let (text, first) = opened.window(first, count);
        memory.open = Some(OpenFile { path: opened.place.display(), first });
        text
    }

    fn open(&self, memory: &mut Memory, machine: &Machine<'_>) -> Stoppable<Answer> {
        let opened = match self.load(&self.text("path").unwrap_or_default(), machine)? {
            Ok(opened) => opened,
            Err(error) => return Ok(Err(error)),
        };
        let (line, count) = match (self.integer("line_number"), self.integer("context_lines")) {
            (Ok(line), Ok(count)) => (line.unwrap_or(1), count.unwrap_or(WINDOW)),
            (Err(error), _) | (_, Err(error)) => return Ok(Err(error)),
        };
        if self.text("is_all").is_some_and(|text| text.eq_ignore_ascii_case("true")) {
            let total = opened.lines().len() as i64;
            let text = Self::show(&opened, 1, total.max(1), memory);
            return Ok(Ok(super::head(&text, SHOWN).to_owned()));
        }
        let count = count.clamp(1, WINDOW);
        Ok(Ok(Self::show(&opened, line - count / 2, count, memory)))
    }

    fn goto(&self, memory: &mut Memory, machine: &Machine<'_>) -> Stoppable<Answer> {
        let line = match self.integer("n") {
            Ok(line) => line.unwrap_or(1),
            Err(error) => return Ok(Err(error)),
        };
        let opened = match self.current(memory, machine)? {
            Ok((opened, _)) => opened,
            Err(error) => return Ok(Err(error)),
        };
        let total = opened.lines().len() as i64;
        if !(1..=total).contains(&line) {
            return Ok(Err(format!("line {line} is not in the file; it has {total} lines.")));
        }
        Ok(Ok(Self::show(&opened, line - WINDOW / 2, WINDOW, memory)))
    }

    fn goto_symbol(&self, memory: &mut Memory, machine: &Machine<'_>) -> Stoppable<Answer> {
        let name = self.text("name").unwrap_or_default();
        let opened = match self.current(memory, machine)? {
            Ok((opened, _)) => opened,
            Err(error) => return Ok(Err(error)),
        };
        machine.budget.scan(opened.text.len() as u64)?;
        let symbols = symbols(&opened.text).unwrap_or_default();
        let tail = format!(".{name}");
        let found = symbols
            .iter()
            .find(|symbol| symbol.name == name)
            .or_else(|| symbols.iter().find(|symbol| symbol.name.ends_with(&tail)));
        Ok(match found {
            Some(symbol) => Ok(Self::show(&opened, symbol.first as i64 - WINDOW / 2, WINDOW, memory)),
            None => Err(format!("{} has no class or function {name}.", opened.shown)),
        })
    }

    fn scroll(&self, by: i64, memory: &mut Memory, machine: &Machine<'_>) -> Stoppable<Answer> {
        Ok(self.current(memory, machine)?.map(|(opened, first)| Self::show(&opened, first + by, WINDOW, memory)))
    }

    fn replace(&self, machine: &mut Machine<'_>) -> Stoppable<Answer> {
        let opened = match self.load(&self.text("path").unwrap_or_default(), machine)? {
            Ok(opened) => opened,
            Err(error) => return Ok(Err(error)),
        };
        let (old, new) = (self.text("old_str").unwrap_or_default(), self.text("new_str").unwrap_or_default());
        if old.is_empty() {
            return Ok(Err("old_str is empty.".into()));
        }
        let mut hits = opened.text.match_indices(&old);
        let at = match (hits.next(), hits.next()) {
            (Some((at, _)), None) => at,
            (None, _) => return Ok(Err(format!("old_str was not found in {}.", opened.shown))),
            (Some(_), Some(_)) => {
                let count = opened.text.matches(&old).count();
                return Ok(Err(format!("old_str was found {count} times in {}; it must be unique.", opened.shown)));
            }
        };
        let line = opened.text[..at].matches('\n').count() as i64 + 1;
        let edited = format!("{}{new}{}", &opened.text[..at], &opened.text[at + old.len()..]);
        let last = line + new.matches('\n').count() as i64;
        Self::write(opened, edited, line, last, machine)
    }

    fn insert(&self, machine: &mut Machine<'_>) -> Stoppable<Answer> {
        let opened = match self.load(&self.text("path").unwrap_or_default(), machine)? {
            Ok(opened) => opened,
            Err(error) => return Ok(Err(error)),
        };
        let after = match self.integer("insert_line") {
            Ok(after) => after.unwrap_or_default(),
            Err(error) => return Ok(Err(error)),
        };
        let new = self.text("new_str").unwrap_or_default();
        let lines = opened.lines();
        let total = lines.len();
        let Some(at) = usize::try_from(after).ok().filter(|at| *at <= total) else {
            return Ok(Err(format!("insert_line must be between 0 and {total}.")));
        };
        let (before, rest) = lines.split_at(at);
        let mut edited = [before, &[new.as_str()], rest].concat().join("\n");
        edited.push('\n');
        let last = after + 1 + new.matches('\n').count() as i64;
        Self::write(opened, edited, after + 1, last, machine)
    }

    /// Writes a file and shows the lines around those that are new.
    fn write(opened: Opened, edited: String, first: i64, last: i64, machine: &mut Machine<'_>) -> Stoppable<Answer> {
        if let Err(error) = machine.workspace.write(&opened.place, edited.as_bytes().to_vec())? {
            return Ok(Err(format!("{} cannot be written: [Errno {}] {error}", opened.shown, memory::errno(error))));
        }
        let opened = Opened { text: edited, ..opened };
        let start = (first - CONTEXT).max(1);
        let (shown, _) = opened.window(start, last + CONTEXT - start + 1);
        Ok(Ok(format!("The file {} has been edited.\n{shown}", opened.shown)))
    }
}
