//! SWE-RL's reward: how alike the predicted and the right change are, as text.
//!
//! The value equals the released code's to the last bit for up to two changed files. Above two, the
//! original adds the similarities in the order of a Python set, which differs from run to run; here
//! they are added in the order of the paths.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::difflib::{ratio, unified_diff};
use crate::patch::{FilePatch, parse};

/// File contents, or one file's patch, by path.
pub type Files = BTreeMap<String, String>;

/// The reward of an answer that is not in the asked form.
pub const FORMAT_PENALTY: f64 = -1.0;

/// How a search-and-replace answer breaks its form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// One of the four tags does not stand exactly once.
    #[error("count of {0} is not 1")]
    Tag(&'static str),
    /// Nothing between the thinking tags.
    #[error("the thought is empty")]
    NoThought,
    /// No edit block.
    #[error("no search and replace block")]
    NoBlocks,
    /// A block that changes nothing.
    #[error("search and replace are identical")]
    Identical,
    /// A text that the file does not have from the start of a line.
    #[error("the text to search for is not in `{path}`: {search}")]
    NotFound {
        /// The file.
        path: String,
        /// What was searched for.
        search: String,
    },
}

/// One edit of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The file.
    pub path: String,
    /// Whole lines to find.
    pub search: String,
    /// What comes in their place, everywhere.
    pub replace: String,
}

/// Splits an answer into thought and solution.
pub fn thought_and_solution(output: &str) -> Result<(&str, &str), FormatError> {
    for tag in ["<think>", "</think>", "<solution>", "</solution>"] {
        if output.matches(tag).count() != 1 {
            return Err(FormatError::Tag(tag));
        }
    }
    // A closing tag in front of its opening tag closes nothing, as in the original.
    let between = |open: &str, close: &str| {
        let rest = output.split(open).nth(1).unwrap_or("");
        rest.split(close).next().unwrap_or("").trim()
    };
    let thought = between("<think>", "</think>");
    if thought.is_empty() {
        return Err(FormatError::NoThought);
    }
    Ok((thought, between("<solution>", "</solution>")))
}

/// All edit blocks of a text; what has not the whole form is passed over.
///
/// ````text
/// ```python
/// ### path
/// <<<<<<< SEARCH
/// old lines
/// =======
/// new lines
/// >>>>>>> REPLACE
/// ```
/// ````
pub fn blocks(text: &str) -> Vec<Block> {
    static BLOCK: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let pattern =
            concat!("```.*?\n### (.*)\n<<<<<<< SEARCH\n((?s:.)*?)\n=======\n", "((?s:.)*?)\n>>>>>>> REPLACE\n```");
        Regex::new(pattern).ok()
    });
    let found = BLOCK.iter().flat_map(|pattern| pattern.captures_iter(text));
    found
        .map(|block| Block { path: block[1].to_owned(), search: block[2].to_owned(), replace: block[3].to_owned() })
        .collect()
}

/// The files that blocks make of a context; only changed files are in the result. A file that the
/// context lacks counts as empty.
pub fn apply(context: &Files, blocks: &[Block]) -> Result<Files, FormatError> {
    let mut changed: Files = Files::new();
    for Block { path, search, replace } in blocks {
        if search == replace {
            return Err(FormatError::Identical);
        }
        // A newline in front keeps matches at line starts.
        let content = changed
            .entry(path.clone())
            .or_insert_with(|| format!("\n{}", context.get(path).map_or("", String::as_str)));
        let line_search = format!("\n{search}");
        if !content.contains(&line_search) {
            return Err(FormatError::NotFound { path: path.clone(), search: search.clone() });
        }
        *content = content.replace(&line_search, &format!("\n{replace}"));
    }
    for content in changed.values_mut() {
        content.remove(0);
    }
    Ok(changed)
}

/// The reward of new file contents: the mean similarity over all files that either side changes;
/// 0 for a file that only one side changes, 1 when nothing changes on both.
pub fn content_reward(context: &Files, right: &Files, predicted: &Files) -> f64 {
    patch_reward(&normalized(context, right), &normalized(context, predicted))
}

/// The reward of an answer in the search-and-replace form.
pub fn answer_reward(context: &Files, right: &Files, output: &str) -> Result<f64, FormatError> {
    let (_, solution) = thought_and_solution(output)?;
    let blocks = blocks(solution);
    if blocks.is_empty() {
        return Err(FormatError::NoBlocks);
    }
    Ok(content_reward(context, right, &apply(context, &blocks)?))
}

/// The reward of unified diffs. A text that is no patch counts as one without files.
pub fn diff_reward(right: &[&str], predicted: &[&str]) -> f64 {
    let files = |patches: &[&str]| -> Files {
        let parsed = patches.iter().flat_map(|text| parse(text.as_bytes()).unwrap_or_default());
        parsed.filter(|file| !file.binary).map(|file| spelled(&file)).collect()
    };
    patch_reward(&files(right), &files(predicted))
}

/// A file's hunks as the original compares them.
fn spelled(file: &FilePatch) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let header = match &file.renamed_from {
        Some(from) => format!("rename from {} to {}", text(from), text(&file.path)),
        None => String::new(),
    };
    let hunks: Vec<String> = file.hunks.iter().map(|hunk| text(&hunk.render()).trim().to_owned()).collect();
    let path = file.renamed_from.as_ref().unwrap_or(&file.path);
    (text(path), format!("{header}\n{}", hunks.join("\n")).trim().to_owned())
}

fn normalized(context: &Files, new: &Files) -> Files {
    let patch = |(path, content): (&String, &String)| {
        let old = context.get(path).map_or("", String::as_str);
        let lines = unified_diff(&split_lines(old), &split_lines(content), 3);
        (!lines.is_empty()).then(|| (path.clone(), lines.join("\n")))
    };
    new.iter().filter_map(patch).collect()
}

fn patch_reward(right: &Files, predicted: &Files) -> f64 {
    let only_predicted = predicted.keys().filter(|path| !right.contains_key(*path)).count();
    let count = right.len() + only_predicted;
    if count == 0 {
        return 1.0;
    }
    let similarity = |(path, change): (&String, &String)| match predicted.get(path) {
        Some(other) if !other.is_empty() && !change.is_empty() => ratio(other, change),
        _ => 0.0,
    };
    right.iter().map(similarity).sum::<f64>() / count as f64
}

/// Lines as Python's `str.splitlines` has them, which knows ten line ends.
fn split_lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    let is_end = |letter: char| {
        matches!(letter, '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}')
    };
    while let Some(at) = rest.find(is_end) {
        lines.push(&rest[..at]);
        let end = &rest[at..];
        let letter = end.chars().next().map_or(0, char::len_utf8);
        rest = end.strip_prefix("\r\n").unwrap_or(&end[letter..]);
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(entries: &[(&str, &str)]) -> Files {
        entries.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    fn answer(path: &str, search: &str, replace: &str) -> String {
        format!(
            "<think>So.</think>\n<solution>\n```python\n### {path}\n<<<<<<< SEARCH\n{search}\n=======\n{replace}\n>>>>>>> REPLACE\n```\n</solution>"
        )
    }

    #[test]
    fn the_right_answer_scores_one_and_a_wrong_file_lowers_the_mean() {
        let context = files(&[("a.py", "x = 1\ny = 2\n"), ("b.py", "z = 3\n")]);
        let right = files(&[("a.py", "x = 1\ny = 3\n")]);
        let reward = |text: &str| answer_reward(&context, &right, text);
        assert_eq!(reward(&answer("a.py", "y = 2", "y = 3")), Ok(1.0));
        let half = reward(&answer("b.py", "z = 3", "z = 4")).unwrap();
        assert_eq!(half, 0.0);
        let near = reward(&answer("a.py", "y = 2", "y = 4")).unwrap();
        // "@@ -1,2 +1,2 @@\n x = 1\n-y = 2\n+y = 4": one of 36 characters differs.
        assert_eq!(near, 2.0 * 35.0 / 72.0);
        assert_eq!(content_reward(&context, &right, &right), 1.0);
        assert_eq!(content_reward(&context, &context, &Files::new()), 1.0);
        let both = files(&[("a.py", "x = 1\ny = 3\n"), ("b.py", "")]);
        assert_eq!(content_reward(&context, &right, &both), 0.5);
    }

    #[test]
    fn each_broken_form_is_named() {
        let context = files(&[("a.py", "  x = 1\nx = 1\n")]);
        let reward = |text: &str| answer_reward(&context, &Files::new(), text).unwrap_err();
        assert_eq!(reward("no tags"), FormatError::Tag("<think>"));
        assert_eq!(reward("<think> </think><solution></solution>"), FormatError::NoThought);
        assert_eq!(reward("<think>a</think><solution>b</solution>"), FormatError::NoBlocks);
        assert_eq!(reward(&answer("a.py", "x", "x")), FormatError::Identical);
        assert!(matches!(reward(&answer("a.py", "= 1", "= 2")), FormatError::NotFound { .. }));
        assert!(matches!(reward(&answer("b.py", "x = 1", "x = 2")), FormatError::NotFound { .. }));
    }

    #[test]
    fn blocks_replace_line_starts_everywhere() {
        let context = files(&[("a", "x\nx y\n x\n")]);
        let block = |search: &str, replace: &str| Block {
            path: "a".to_owned(),
            search: search.to_owned(),
            replace: replace.to_owned(),
        };
        assert_eq!(apply(&context, &[block("x", "z"), block("z", "w")]).unwrap()["a"], "w\nw y\n x\n");
        let found = blocks(&format!("{}{}", answer("a", "1\n2", "3"), answer("b", "4", "")));
        assert_eq!(found.iter().map(|block| block.path.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((found[0].search.as_str(), found[0].replace.as_str()), ("1\n2", "3"));
    }

    #[test]
    fn diffs_are_compared_by_file() {
        let diff = |path: &str, line: &str| {
            format!("diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-a\n+{line}\n")
        };
        let right = diff("x", "b");
        assert_eq!(diff_reward(&[&right], &[&right]), 1.0);
        assert_eq!(diff_reward(&[&right], &[&diff("y", "b")]), 0.0);
        // "@@ -1,1 +1,1 @@\n-a\n+b" against "+c": 20 of 21 characters.
        assert_eq!(diff_reward(&[&right], &[&diff("x", "c")]), 40.0 / 42.0);
        assert_eq!(diff_reward(&[&right], &["nonsense"]), 0.0);
        assert_eq!(diff_reward(&[], &[]), 1.0);
    }

    #[test]
    fn lines_end_as_in_python() {
        assert_eq!(split_lines("a\r\nb\rc\u{2028}d\x0be\n\nf"), ["a", "b", "c", "d", "e", "", "f"]);
        assert!(split_lines("").is_empty());
        assert_eq!(split_lines("\n"), [""]);
    }
}
