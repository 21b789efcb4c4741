//! Searches through the whole repository: what the index gains, and what a scan costs for each
//! class of patterns.

use std::sync::Arc;

use serde_json::json;

use super::{BenchError, Operation, Start, Subject};
use crate::batch::Call;
use crate::image::{Image, tree_of};
use crate::session::{Base, Session};

/// Files that are edited before a search.
const EDITED_FILES: usize = 20;

/// Names of the rows that use the index, each with that of the scan for the same.
pub const INDEXED: [(&str, &str); 4] = [
    ("grep -rn, a rare literal", SCANNED[0]),
    ("grep -rnE, a required literal", SCANNED[1]),
    ("grep -rn, a rare literal, 20 edited files", SCANNED[0]),
    ("grep -rnE, a required literal, 20 edited files", SCANNED[1]),
];

/// Names of the rows without the index.
pub const SCANNED: [&str; 2] = ["  the rare literal without the index", "  the required literal without the index"];

/// Names of the rows that scan everything, one for each class of patterns.
pub const CLASSES: [&str; 5] =
    ["scan: a literal", "scan: an alternation", "scan: ignoring case", "scan: classes", "scan: a back-reference"];

/// The searches of one repository, and its image without an index beside the one with it.
#[derive(Debug)]
pub struct Searches {
    indexed: Arc<Base>,
    scanned: Arc<Base>,
    word: String,
    texts: Vec<String>,
}

impl Searches {
    /// The searches that fit a subject.
    ///
    /// # Errors
    /// When there is no memory for the second image.
    pub fn new(subject: &Subject) -> Result<Self, BenchError> {
        let indexed = subject.base().clone();
        let image = Image::build_without_index(&tree_of(indexed.image().view())?)?;
        let scanned = Base::new(Arc::new(image), indexed.settings().clone())?;
        let texts = subject.texts().iter().take(EDITED_FILES).cloned().collect();
        Ok(Self { indexed, scanned, word: subject.rare_word().to_owned(), texts })
    }

    /// Searches that the index serves.
    pub fn indexed(&self) -> Vec<Operation> {
        let [(rare, _), (required, _), (rare_edited, _), (required_edited, _)] = INDEXED;
        let edits = Start::Calls(vec![self.edits()]);
        vec![
            self.rare(rare),
            self.required(required),
            self.rare("").starting(rare_edited, edits.clone()),
            self.required("").starting(required_edited, edits),
        ]
    }

    /// Searches that read every file: the first two without the index, and a search of each class.
    pub fn scanned(&self) -> Vec<Operation> {
        let word = &self.word;
        let class = |name: &str, arguments: &str| {
            Operation::shell(name, &format!("grep -rn {arguments} . | wc -l")).with_peer()
        };
        let [literal, alternation, ignoring_case, classes, back_reference] = CLASSES;
        vec![
            self.rare(SCANNED[0]),
            self.required(SCANNED[1]),
            class(literal, word),
            class(alternation, &format!("-E '{word}|sparring_one|sparring_two|sparring_three'")),
            class(ignoring_case, &format!("-i {}", word.to_ascii_uppercase())),
            class(classes, "-E '[A-Z][a-z]+[0-9]{3}[A-Z]'"),
            class(back_reference, r"-E '([a-z])[0-9]\1[0-9]\1'"),
        ]
    }

    /// A session on the image with the index.
    pub fn indexed_session(&self) -> Session {
        Session::new(self.indexed.clone())
    }

    /// A session on the image without the index.
    pub fn scanned_session(&self) -> Session {
        Session::new(self.scanned.clone())
    }

    fn rare(&self, name: &str) -> Operation {
        Operation::shell(name, &format!("grep -rn {} .", self.word)).with_peer()
    }

    fn required(&self, name: &str) -> Operation {
        Operation::shell(name, &format!("grep -rnE '(^|[^a-z]){}([^A-Z]|$)' .", self.word)).with_peer()
    }

    /// Appends a line to each of the files that are edited.
    fn edits(&self) -> Call {
        let files: Vec<String> = self.texts.iter().map(|path| format!("'{path}'")).collect();
        let command = format!("for file in {}; do echo '# edited' >> \"$file\"; done", files.join(" "));
        Call::new("execute_bash", json!({ "command": command }).to_string())
    }
}
