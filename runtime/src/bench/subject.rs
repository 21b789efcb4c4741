//! A repository and the operations that fit it.

use std::sync::Arc;

use memchr::memmem;
use serde_json::json;
use sparring_guest::step::Settings;
use sparring_tree::Kind;
use sparring_tree::image::EntryView;

use super::{BenchError, Operation, Start};
use crate::batch::Call;
use crate::image::Image;
use crate::session::{Base, Session};

/// Lines of a view, and of what `sed -n` prints.
const VIEWED_LINES: u32 = 100;
/// Lines that an edit replaces.
const EDITED_LINES: usize = 10;
/// A file of at least this size is preferred for edits; bytes.
const EDITED_BYTES: u32 = 50_000;
/// A file that a session writes.
const LARGE_FILE: &str = "large.txt";
/// Files that the views go through.
const VIEWED_FILES: usize = 64;

/// An image, and in it what the operations work on.
#[derive(Debug)]
pub struct Subject {
    base: Arc<Base>,
    /// Files of at least [`VIEWED_LINES`] lines, spread over the image.
    viewed: Vec<String>,
    edited: Edited,
    word: String,
    /// An identifier that stands in few places.
    rare: String,
    directory: String,
}

/// A passage that stands in its file once.
#[derive(Debug)]
struct Edited {
    path: String,
    passage: String,
}

impl Subject {
    /// Chooses what to measure on. Fails when the repository has no text file of 100 lines.
    pub fn new(image: Arc<Image>) -> Result<Self, BenchError> {
        let base = Base::new(image, Settings::default())?;
        let view = base.image().view();
        let entries = || (0..view.entry_count()).filter_map(|index| view.entry(index));
        let texts: Vec<_> = entries().filter(|entry| entry.newlines() > VIEWED_LINES && is_plain(entry)).collect();
        let step = texts.len().div_ceil(VIEWED_FILES).max(1);
        let viewed = texts.iter().step_by(step).map(path).collect();
        let largest = texts.iter().max_by_key(|entry| (entry.len(), entry.index()));
        let word = largest.and_then(|entry| longest_word(entry.content())).ok_or(BenchError::Missing("text"))?;
        let rare = largest.and_then(|entry| rarest_word(entry.content(), view.content()));
        let rare = rare.unwrap_or_else(|| word.clone());
        let mut candidates = texts.clone();
        candidates.sort_by_key(|entry| (entry.len() < EDITED_BYTES, entry.len().abs_diff(EDITED_BYTES)));
        let edited = candidates.iter().find_map(passage).ok_or(BenchError::Missing("passage of ten unlike lines"))?;
        let directory = entries()
            .filter(|entry| entry.kind() == Kind::Directory)
            .max_by_key(|entry| (entry.children().count(), entry.index()))
            .map(|entry| path(&entry))
            .filter(|path| !path.is_empty())
            .unwrap_or_else(|| ".".into());
        Ok(Self { viewed, edited, word, rare, directory, base: base.clone() })
    }

    /// What its sessions start from.
    pub fn base(&self) -> &Arc<Base> {
        &self.base
    }

    /// A session that has not stepped.
    pub fn session(&self) -> Session {
        Session::new(self.base.clone())
    }

    /// The step that does nothing: what every step costs at least.
    pub fn empty_step(&self) -> Operation {
        Operation::new("empty step (think)", vec![self.empty_step_call()])
    }

    /// The call of [`Subject::empty_step`].
    pub fn empty_step_call(&self) -> Call {
        Call::new("think", json!({"thought": "."}).to_string())
    }

    /// A search through every file: afterwards each page of the image has been touched. The index
    /// knows nothing about so short literals.
    pub fn full_scan(&self) -> Operation {
        Operation::shell("full scan", "grep -rn 'sp[^.]ar[^.]ri[^.]ng[^.]is[^.]no[^.]wh[^.]re' .").exiting(1)
    }

    /// The word that the searches are about.
    pub(super) fn rare_word(&self) -> &str {
        &self.rare
    }

    /// Files that edits can be spread over.
    pub(super) fn texts(&self) -> &[String] {
        &self.viewed
    }

    /// The view of 100 lines, going through many files.
    pub fn views(&self) -> Operation {
        let calls = self.viewed.iter().map(|path| self.view_call(path, 1)).collect();
        Operation::new("view 100 lines", calls)
    }

    /// Replaces ten lines by ten others, in a file of 50 KB where there is one. `nonce` tells one
    /// session's text from another's.
    pub fn edit_call(&self, nonce: usize) -> Call {
        let lines = self.edited.passage.lines().enumerate();
        let replacement: String = lines.map(|(index, _)| format!("    replaced_{nonce} = {index}\n")).collect();
        let arguments = json!({
            "command": "str_replace", "path": self.absolute(&self.edited.path),
            "old_str": self.edited.passage, "new_str": replacement,
        });
        Call::new("str_replace_editor", arguments.to_string())
    }

    /// A view of the file that [`Subject::edit_call`] edits.
    pub fn view_edited_call(&self) -> Call {
        self.view_call(&self.edited.path, 1)
    }

    /// Everything that gets a row of the table.
    pub fn operations(&self) -> Vec<Operation> {
        let (word, directory, viewed) = (&self.word, &self.directory, &self.viewed[0]);
        let name = viewed.rsplit('/').next().unwrap_or_default();
        let large = Start::Calls(self.large_edit());
        let view_large = Operation::new("", vec![self.view_call(LARGE_FILE, 30_000)]);
        vec![
            self.empty_step(),
            self.views(),
            Operation::new("str_replace of 10 lines", vec![self.edit_call(0)]),
            self.empty_step().starting("empty step after a 1 MiB edit", large.clone()),
            view_large.starting("view in a new file of 1 MiB", large),
            Operation::shell("sed -n 1,100p", &format!("sed -n 1,100p {}", quoted(viewed))).with_peer(),
            Operation::shell("cat | wc -l", &format!("cat {} | wc -l", quoted(viewed))).with_peer(),
            Operation::shell("ls -l | wc -l", &format!("ls -l {} | wc -l", quoted(directory))).with_peer(),
            Operation::shell("find -name", &format!("find . -name {}", quoted(name))).with_peer(),
            Operation::shell("grep -rn, a word", &format!("grep -rn {word} . | wc -l")).with_peer(),
            Operation::shell(
                "grep -rnE, a pattern",
                &format!("grep -rnE '{word}|(if|def) [a-z]+_{word}\\(' . | wc -l"),
            )
            .with_peer(),
        ]
    }

    /// Writes a file of 1 MiB; in two steps, since a call may not be as long as that.
    fn large_edit(&self) -> Vec<Call> {
        let half = "0123456789abcde\n".repeat(1 << 15);
        let create = json!({"command": "create", "path": self.absolute("half.txt"), "file_text": half});
        let double = json!({"command": format!("cat half.txt half.txt > {LARGE_FILE}")});
        vec![Call::new("str_replace_editor", create.to_string()), Call::new("execute_bash", double.to_string())]
    }

    fn absolute(&self, path: &str) -> String {
        format!("{}/{path}", self.base.settings().root)
    }

    fn view_call(&self, path: &str, first: u32) -> Call {
        let last = first + VIEWED_LINES - 1;
        let arguments = json!({"command": "view", "path": self.absolute(path), "view_range": [first, last]});
        Call::new("str_replace_editor", arguments.to_string())
    }
}

/// Whether a file is printable ASCII under a name that needs no quoting: what editor, shell and
/// real programs all show as it is.
fn is_plain(entry: &EntryView<'_>) -> bool {
    let plain = |byte: &u8| matches!(byte, b'\n' | b' '..=b'~');
    entry.kind() == Kind::File
        && entry.content().iter().all(plain)
        && entry.path().iter().all(|byte| byte.is_ascii_alphanumeric() || b"/_-.+".contains(byte))
}

fn path(entry: &EntryView<'_>) -> String {
    String::from_utf8_lossy(entry.path()).into_owned()
}

fn quoted(path: &str) -> String {
    format!("'{path}'")
}

/// The longest identifier of up to 24 bytes, the last one of several.
fn longest_word(content: &[u8]) -> Option<String> {
    let words = content.split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
    let longest = words.filter(|word| (3..=24).contains(&word.len())).max_by_key(|word| word.len())?;
    Some(String::from_utf8_lossy(longest).into_owned())
}

/// Of the last 32 identifiers of 12 to 24 bytes the one that stands in `all` least often.
fn rarest_word(content: &[u8], all: &[u8]) -> Option<String> {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let words = content.rsplit(|byte| !is_letter(byte)).filter(|word| (12..=24).contains(&word.len()));
    let rarest = words.take(32).min_by_key(|word| memmem::find_iter(all, word).count())?;
    Some(String::from_utf8_lossy(rarest).into_owned())
}

/// Ten lines from the middle of the file that stand in it once.
fn passage(entry: &EntryView<'_>) -> Option<Edited> {
    let content = entry.content();
    let middle = entry.newlines() / 2;
    (middle..entry.newlines().saturating_sub(EDITED_LINES as u32)).take(50).find_map(|line| {
        let (start, end) = (entry.line_start(line)?, entry.line_start(line + EDITED_LINES as u32)?);
        let passage = content.get(start as usize..end as usize)?;
        let is_unique = memmem::find_iter(content, passage).take(2).count() == 1;
        is_unique.then(|| Edited { path: path(entry), passage: String::from_utf8_lossy(passage).into_owned() })
    })
}
