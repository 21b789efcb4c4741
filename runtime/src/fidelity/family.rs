//! Which programs a command line runs, to count by.

use std::collections::BTreeSet;

use sparring_guest::commands::base_name;
use sparring_guest::shell::syntax::{Command, CommandKind, List, ParseOptions, Parser, Pipeline};

/// The name of a text that bash cannot parse.
const SYNTAX_ERROR: &str = "(syntax error)";
/// The name of a command whose first word is expanded.
const COMPUTED: &str = "(computed)";
/// The name of a line that has only assignments and redirections.
const NOTHING: &str = "(no command)";

/// The first word of every stage of every pipeline, each once; paths without their directories.
pub fn families(command: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut parser = Parser::new(command.as_bytes(), ParseOptions::default());
    loop {
        match parser.next_command() {
            Ok(Some(list)) => of_list(&list, &mut names),
            Ok(None) => break,
            Err(_) => {
                names.insert(SYNTAX_ERROR.to_owned());
                break;
            }
        }
    }
    if names.is_empty() {
        names.insert(NOTHING.to_owned());
    }
    names
}

fn of_list(list: &List, names: &mut BTreeSet<String>) {
    for item in &list.items {
        of_pipeline(&item.chain.first, names);
        item.chain.rest.iter().for_each(|(_, pipeline)| of_pipeline(pipeline, names));
    }
}

fn of_pipeline(pipeline: &Pipeline, names: &mut BTreeSet<String>) {
    pipeline.stages.iter().for_each(|stage| of_command(stage, names));
}

fn of_command(command: &Command, names: &mut BTreeSet<String>) {
    match &command.kind {
        CommandKind::Simple(simple) => {
            let Some(word) = simple.words.first() else { return };
            let name = match word.is_plain() || word.text == b"[" {
                true => String::from_utf8_lossy(base_name(&word.text)).into_owned(),
                false => COMPUTED.to_owned(),
            };
            names.insert(name);
        }
        CommandKind::Group(list) | CommandKind::Subshell(list) => of_list(list, names),
        CommandKind::If { branches, otherwise } => {
            for (condition, body) in branches {
                of_list(condition, names);
                of_list(body, names);
            }
            otherwise.iter().for_each(|list| of_list(list, names));
        }
        CommandKind::While { condition, body, .. } => {
            of_list(condition, names);
            of_list(body, names);
        }
        CommandKind::For { body, .. } | CommandKind::ArithmeticFor { body, .. } => of_list(body, names),
        CommandKind::Case { clauses, .. } => clauses.iter().for_each(|clause| of_list(&clause.body, names)),
        CommandKind::Function(function) => of_command(&function.body, names),
        CommandKind::Arithmetic(_) => _ = names.insert("((".to_owned()),
        CommandKind::Condition(_) => _ = names.insert("[[".to_owned()),
        CommandKind::Coprocess => _ = names.insert("coproc".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_counts_once() {
        let names = |text: &str| families(text).into_iter().collect::<Vec<_>>();
        assert_eq!(names("cd a && /bin/grep -n x b | head; grep y c"), ["cd", "grep", "head"]);
        assert_eq!(names("for f in *; do wc $f; done"), ["wc"]);
        assert_eq!(names("$EDITOR file"), [COMPUTED]);
        assert_eq!(names("echo 'unfinished"), [SYNTAX_ERROR]);
        assert_eq!(names("A=1"), [NOTHING]);
    }
}
