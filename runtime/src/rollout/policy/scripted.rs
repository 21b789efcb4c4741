//! A policy that plays by rules: search, look, decide, write, check.
//!
//! It knows the prompt and what the tools answer, and nothing else: its fields say so.

use super::{Action, Policy, bash, editor, finish};

/// Candidates that are looked at before it gives up.
const MOST_LOOKS: usize = 6;
/// Lines of a candidate that are looked at.
const LOOK_LINES: usize = 40;

/// The rules' memory.
#[derive(Clone, Debug)]
pub struct Scripted {
    name: String,
    description: String,
    root: String,
    candidates: Vec<(String, usize)>,
    stage: Stage,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    Search,
    Choose,
    Look(usize),
    Check { path: String, line: usize },
    Finish,
    Over,
}

impl Scripted {
    /// A policy for the prompt of a function-localization task.
    pub fn new(prompt: &str) -> Self {
        let field = |label: &str| {
            prompt.lines().find_map(|line| line.strip_prefix(label)).unwrap_or_default().trim().to_owned()
        };
        let root = prompt.split_whitespace().find(|word| word.starts_with('/')).unwrap_or("/testbed");
        Self {
            name: field("Name:"),
            description: field("Description:"),
            root: root.to_owned(),
            candidates: Vec::new(),
            stage: Stage::Search,
        }
    }

    fn is_named(&self) -> bool {
        !self.name.is_empty() && self.name.chars().all(|c| c.is_alphanumeric() || c == '_')
    }

    /// The word of the description by which to search when the name is hidden.
    fn search_word(&self) -> String {
        let words = self.description.split(|c: char| !c.is_ascii_alphanumeric());
        words.max_by_key(|word| word.len()).unwrap_or_default().to_lowercase()
    }

    fn look(&self, at: usize) -> Action {
        match self.candidates.get(at) {
            Some((path, line)) => editor(serde_json::json!({
                "command": "view", "path": path, "view_range": [line, line + LOOK_LINES],
            })),
            None => finish("nothing found"),
        }
    }

    /// Reads `path:line:text` rows of grep.
    fn read_candidates(&mut self, observation: &str) {
        for row in observation.lines() {
            let mut parts = row.splitn(3, ':');
            let (Some(path), Some(line), Some(_)) = (parts.next(), parts.next(), parts.next()) else { continue };
            let Ok(line) = line.parse() else { continue };
            let path = path.trim_start_matches("./");
            self.candidates.push((format!("{}/{path}", self.root), line));
        }
        self.candidates.truncate(MOST_LOOKS);
    }

    /// Where the docstring would go, if the definition that was looked at has none: the line after
    /// which to insert, and the indentation.
    fn gap(&self, view: &str) -> Option<(usize, String)> {
        let rows: Vec<(usize, &str)> = view
            .lines()
            .filter_map(|row| row.split_once('\t'))
            .filter_map(|(number, text)| Some((number.trim().parse().ok()?, text)))
            .collect();
        let mut depth = 0_i32;
        for (at, (number, text)) in rows.iter().enumerate() {
            let code = text.split('#').next().unwrap_or_default().trim_end();
            depth += code.matches(['(', '[', '{']).count() as i32 - code.matches([')', ']', '}']).count() as i32;
            if depth > 0 || !code.ends_with(':') {
                continue;
            }
            let (_, body) = rows.get(at + 1..)?.iter().find(|(_, text)| !text.trim().is_empty())?;
            let start = body.trim_start();
            let is_docstring = ["\"", "'", "r\"", "r'", "R\""].iter().any(|quote| start.starts_with(quote));
            if is_docstring {
                return None;
            }
            return Some((*number, body[..body.len() - start.len()].to_owned()));
        }
        None
    }
}

impl Policy for Scripted {
    fn next(&mut self, observation: Option<&str>) -> Action {
        let seen = observation.unwrap_or_default();
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Search => {
                self.stage = Stage::Choose;
                let root = &self.root;
                let pattern = match self.is_named() {
                    true => format!(r"^\s*\(async def\|def\|class\) {}\b", self.name),
                    false => format!(r"^\s*\(def\|class\) .*{}", self.search_word()),
                };
                bash(&format!("cd {root} && grep -rn --include=*.py '{pattern}' . | head -n 20"))
            }
            Stage::Choose => {
                self.read_candidates(seen);
                self.stage = if self.candidates.is_empty() { Stage::Over } else { Stage::Look(0) };
                self.look(0)
            }
            Stage::Look(at) => match self.gap(seen) {
                Some((line, indent)) => {
                    let path = self.candidates[at].0.clone();
                    let text = self.description.replace('\\', " ").replace("\"\"\"", "'''");
                    let text = text.trim_end_matches('"');
                    self.stage = Stage::Check { path: path.clone(), line };
                    editor(serde_json::json!({
                        "command": "insert", "path": path, "insert_line": line,
                        "new_str": format!("{indent}\"\"\"{text}\"\"\""),
                    }))
                }
                None => {
                    let next = at + 1;
                    self.stage = if next < self.candidates.len() { Stage::Look(next) } else { Stage::Over };
                    self.look(next)
                }
            },
            Stage::Check { path, line } => {
                self.stage = Stage::Finish;
                bash(&format!("sed -n '{},{}p' {path}", line.max(2) - 1, line + 3))
            }
            Stage::Finish => finish("wrote the docstring"),
            Stage::Over => Action::Stop,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gap_is_after_the_signature_and_only_without_a_docstring() {
        let policy = Scripted::new("The repository in /testbed is ...\n\nName: f\nDescription: Does it.\n");
        let view = "Here's the result of running `cat -n` on /x:\n     3\tdef f(a,\n     4\t      b={}):  # why:\n     5\t    return 1\n";
        assert_eq!(policy.gap(view), Some((4, "    ".into())));
        assert_eq!(policy.gap("     1\tclass A:\n     2\t    r\"\"\"Text.\"\"\"\n"), None);
        assert_eq!((policy.name.as_str(), policy.root.as_str()), ("f", "/testbed"));
    }
}
