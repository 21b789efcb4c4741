//! Lists of commands: JSON lines, or plain text with one command a line.

use std::collections::BTreeSet;

use serde::Deserialize;

/// One command of a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct ListedCommand {
    /// What bash runs.
    pub command: String,
    /// The source distribution whose tree it is for, such as `Django==4.2`; for any tree when it
    /// is left out.
    #[serde(default)]
    pub source: Option<String>,
    /// The repository's name, to count by.
    #[serde(default)]
    pub repo: Option<String>,
    /// Where the tree is to be seen.
    #[serde(default)]
    pub root: Option<String>,
}

/// A list of commands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandList {
    /// In the order of the file.
    pub commands: Vec<ListedCommand>,
}

impl CommandList {
    /// Reads a list. A text whose first character is `{` has one JSON object a line, with
    /// `command` and perhaps `source`, `repo` and `root`; in any other text every line that is
    /// not blank is a command. The error names the line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let is_json = text.trim_start().starts_with('{');
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let commands = lines.map(|(index, line)| match is_json {
            true => serde_json::from_str(line).map_err(|error| format!("line {}: {error}", index + 1)),
            false => Ok(ListedCommand { command: line.to_owned(), source: None, repo: None, root: None }),
        });
        Ok(Self { commands: commands.collect::<Result<_, _>>()? })
    }

    /// The commands by source and text: what a list of exceptions is asked for.
    pub fn keys(&self) -> BTreeSet<(Option<&str>, &str)> {
        self.commands.iter().map(|listed| (listed.source.as_deref(), listed.command.as_str())).collect()
    }
}

/// Whether a folder's name is that of a source distribution: `Django-4.2` of `Django==4.2`, upper
/// and lower case and the separators `-`, `_` and `.` being the same.
pub fn is_source(folder: &str, source: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().replace("==", "-").replace(['_', '.'], "-");
    plain(folder) == plain(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let list =
            CommandList::parse("{\"command\": \"ls\", \"source\": \"a==1\"}\n\n{\"command\": \"pwd\"}\n").unwrap();
        assert_eq!(list.commands.len(), 2);
        assert!(list.keys().contains(&(Some("a==1"), "ls")));
        let list = CommandList::parse("ls\n\nls {a,b}\n").unwrap();
        assert_eq!(list.commands[1].command, "ls {a,b}");
        assert!(CommandList::parse("{\"command\": 1}").unwrap_err().starts_with("line 1: "));
    }

    #[test]
    fn folders_name_their_source() {
        assert!(is_source("sphinx-7.1.0", "Sphinx==7.1.0"));
        assert!(!is_source("sphinx-7.1.1", "Sphinx==7.1.0"));
    }
}
