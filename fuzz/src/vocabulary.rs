//! What a generator knows about a repository: the words that its calls are made of.

use sparring_tree::{ImageView, Kind};

use crate::Choices;

/// A text file that calls may view, search and edit.
#[derive(Clone, Debug)]
pub struct TextFile {
    /// From the repository's root.
    pub path: String,
    /// Lines that are not blank, with their numbers from 1; at most 200.
    pub lines: Vec<(usize, String)>,
    /// Lines of the file.
    pub line_count: usize,
}

/// Paths, lines and words of a repository.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    root: String,
    files: Vec<TextFile>,
    directories: Vec<String>,
    words: Vec<String>,
}

/// More than these are left out, evenly: a generator needs variety, not completeness.
const FILES: usize = 400;
const LINES: usize = 200;
const WORDS: usize = 400;
/// Longer files take part in listings and searches only.
const FILE_BYTES: u32 = 256 << 10;

impl Vocabulary {
    /// The vocabulary of an image that is mounted at `root`.
    pub fn of(view: ImageView<'_>, root: &str) -> Self {
        let entries = || (1..view.entry_count()).filter_map(|index| view.entry(index));
        let mut directories = vec![".".to_owned()];
        let found = entries().filter(|entry| entry.kind() == Kind::Directory);
        directories.extend(found.filter_map(|entry| String::from_utf8(entry.path().to_vec()).ok()).take(FILES));
        let texts = entries()
            .filter(|entry| entry.kind() == Kind::File && entry.len() > 0 && entry.len() < FILE_BYTES)
            .filter_map(|entry| {
                let path = String::from_utf8(entry.path().to_vec()).ok()?;
                Some((path, std::str::from_utf8(entry.content()).ok()?))
            });
        let texts: Vec<_> = texts.collect();
        let step = texts.len().div_ceil(FILES).max(1);
        let files: Vec<TextFile> = texts.into_iter().step_by(step).map(|(path, text)| text_file(path, text)).collect();
        let mut words: Vec<String> = Vec::new();
        for (_, line) in files.iter().flat_map(|file| file.lines.iter().step_by(7)) {
            let word = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').max_by_key(|word| word.len());
            if let Some(word) = word.filter(|word| (3..40).contains(&word.len()))
                && words.len() < WORDS
            {
                words.push(word.to_owned());
            }
        }
        words.sort_unstable();
        words.dedup();
        words.push("def".into());
        Self { root: root.to_owned(), files, directories, words }
    }

    /// Where the repository is mounted.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// A text file. `None` in a repository without any.
    pub fn file(&self, choices: &mut Choices<'_>) -> Option<&TextFile> {
        self.files.get(choices.below(self.files.len()))
    }

    /// A path of a text file, now and then one that does not exist.
    pub fn path(&self, choices: &mut Choices<'_>) -> String {
        match self.file(choices) {
            Some(file) if !choices.percent(4) => file.path.clone(),
            _ => format!("missing_{}.py", choices.below(10)),
        }
    }

    /// A directory, often the root itself.
    pub fn directory(&self, choices: &mut Choices<'_>) -> String {
        if choices.percent(30) {
            return ".".into();
        }
        self.directories[choices.below(self.directories.len())].clone()
    }

    /// A word of the files.
    pub fn word(&self, choices: &mut Choices<'_>) -> &str {
        &self.words[choices.below(self.words.len())]
    }
}

fn text_file(path: String, text: &str) -> TextFile {
    let whole: Vec<&str> = text.lines().collect();
    let step = whole.len().div_ceil(LINES).max(1);
    let lines = whole.iter().enumerate().filter(|(_, line)| !line.trim().is_empty()).step_by(step);
    TextFile { path, lines: lines.map(|(at, line)| (at + 1, (*line).to_owned())).collect(), line_count: whole.len() }
}
