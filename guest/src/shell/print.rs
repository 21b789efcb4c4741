//! Commands as text again, laid out as bash prints functions (`declare -f`, `type`).

use super::syntax::{
    AndOr, CaseEnd, Command, CommandKind, Condition, Connector, Descriptor, Function, List, Pipeline, Redirect, Target,
    TimeFormat, Word,
};

/// A function's definition, without a final newline. The parser reads it back.
pub(super) fn function(function: &Function) -> Vec<u8> {
    let mut printer = Printer::default();
    printer.definition(function, false);
    printer.text
}

#[derive(Default)]
struct Printer {
    text: Vec<u8>,
    indent: usize,
    /// Bodies of here-documents to be printed at the end of the line.
    documents: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Printer {
    fn put(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }

    fn word(&mut self, word: &Word) {
        self.text.extend_from_slice(&word.text);
    }

    fn line(&mut self) {
        let mut text = std::mem::take(&mut self.documents);
        if !text.is_empty() {
            self.text.push(b'\n');
            for (body, delimiter) in text.drain(..) {
                self.text.extend(body);
                self.text.extend(delimiter);
                self.text.push(b'\n');
            }
            self.text.pop();
        }
        self.text.push(b'\n');
        self.text.extend(std::iter::repeat_n(b' ', self.indent));
    }

    fn definition(&mut self, function: &Function, inner: bool) {
        if inner {
            self.put("function ");
        }
        self.word(&function.name);
        self.put(" () ");
        self.line();
        match &function.body.kind {
            CommandKind::Group(list) => self.block(list),
            kind => {
                let list = List {
                    items: vec![super::syntax::ListItem {
                        chain: AndOr {
                            first: Pipeline {
                                stages: vec![Command {
                                    kind: kind.clone(),
                                    redirects: Vec::new(),
                                    line: function.body.line,
                                }],
                                ..Pipeline::default()
                            },
                            rest: Vec::new(),
                        },
                        background: false,
                    }],
                };
                self.block(&list);
            }
        }
        self.redirects(&function.body.redirects);
    }

    fn block(&mut self, list: &List) {
        self.put("{ ");
        self.body(list, false);
        self.put("}");
    }

    /// A list on lines of its own, four columns deeper, back at the old depth behind it.
    fn body(&mut self, list: &List, terminated: bool) {
        self.indent += 4;
        self.line();
        self.list(list, ";", true);
        let background = list.items.last().is_some_and(|item| item.background);
        if terminated && !background && self.documents.is_empty() {
            self.put(";");
        }
        self.indent -= 4;
        self.line();
    }

    fn list(&mut self, list: &List, separator: &str, lines: bool) {
        for (index, item) in list.items.iter().enumerate() {
            self.chain(&item.chain);
            let last = index + 1 == list.items.len();
            if item.background {
                self.put(" &");
            } else if !last && self.documents.is_empty() {
                self.put(separator);
            }
            if !last {
                if lines { self.line() } else { self.put(" ") }
            }
        }
    }

    fn chain(&mut self, chain: &AndOr) {
        self.pipeline(&chain.first);
        for (connector, pipeline) in &chain.rest {
            self.put(match connector {
                Connector::And => " && ",
                Connector::Or => " || ",
            });
            self.pipeline(pipeline);
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline) {
        match pipeline.timed {
            Some(TimeFormat::Bash) => self.put("time "),
            Some(TimeFormat::Posix) => self.put("time -p "),
            None => {}
        }
        if pipeline.negated {
            self.put("! ");
        }
        for (index, stage) in pipeline.stages.iter().enumerate() {
            if index > 0 {
                self.put(" | ");
            }
            self.command(stage);
        }
    }

    fn command(&mut self, command: &Command) {
        match &command.kind {
            CommandKind::Simple(simple) => {
                let words: Vec<&[u8]> =
                    simple.assignments.iter().chain(&simple.words).map(|word| word.text.as_slice()).collect();
                self.text.extend(words.join(&b' '));
                if words.is_empty() && self.text.last() == Some(&b' ') {
                    self.text.pop();
                }
            }
            CommandKind::Group(list) => self.block(list),
            CommandKind::Subshell(list) => {
                self.put("( ");
                self.list(list, ";", false);
                self.put(" )");
            }
            CommandKind::If { branches, otherwise } => self.branches(branches, otherwise.as_ref()),
            CommandKind::While { until, condition, body } => {
                self.put(if *until { "until " } else { "while " });
                self.list(condition, ";", false);
                self.put("; do");
                self.body(body, true);
                self.put("done");
            }
            CommandKind::For { select, name, words, body } => {
                self.put(if *select { "select " } else { "for " });
                self.word(name);
                self.put(" in ");
                match words {
                    Some(words) => {
                        let words: Vec<&[u8]> = words.iter().map(|word| word.text.as_slice()).collect();
                        self.text.extend(words.join(&b' '));
                    }
                    None => self.put("\"$@\""),
                }
                self.put(";");
                self.line();
                self.put("do");
                self.body(body, true);
                self.put("done");
            }
            CommandKind::ArithmeticFor { expressions, body } => {
                self.put("for ((");
                let parts: Vec<&[u8]> = expressions.iter().map(|text| text.trim_ascii()).collect();
                self.text.extend(parts.join(&b"; "[..]));
                self.put("))");
                self.line();
                self.put("do");
                self.body(body, true);
                self.put("done");
            }
            CommandKind::Case { subject, clauses } => {
                self.put("case ");
                self.word(subject);
                self.put(" in ");
                self.indent += 4;
                for clause in clauses {
                    self.line();
                    let patterns: Vec<&[u8]> = clause.patterns.iter().map(|word| word.text.as_slice()).collect();
                    self.text.extend(patterns.join(&b" | "[..]));
                    self.put(")");
                    self.indent += 4;
                    self.line();
                    self.list(&clause.body, ";", true);
                    self.indent -= 4;
                    self.line();
                    self.put(match clause.end {
                        CaseEnd::Break => ";;",
                        CaseEnd::FallThrough => ";&",
                        CaseEnd::Continue => ";;&",
                    });
                }
                self.indent -= 4;
                self.line();
                self.put("esac");
            }
            CommandKind::Arithmetic(text) => {
                self.put("((");
                self.text.extend_from_slice(text);
                self.put("))");
            }
            CommandKind::Condition(condition) => {
                self.put("[[ ");
                self.condition(condition);
                self.put(" ]]");
            }
            CommandKind::Function(function) => self.definition(function, true),
            CommandKind::Coprocess => self.put("coproc :"),
        }
        self.redirects(&command.redirects);
    }

    fn branches(&mut self, branches: &[(List, List)], otherwise: Option<&List>) {
        // bash nests an `elif` as an `if` inside `else`.
        let Some(((condition, body), rest)) = branches.split_first() else { return };
        self.put("if ");
        self.list(condition, ";", false);
        self.put("; then");
        self.body(body, true);
        if !rest.is_empty() {
            self.put("else");
            self.indent += 4;
            self.line();
            self.branches(rest, otherwise);
            self.put(";");
            self.indent -= 4;
            self.line();
        } else if let Some(otherwise) = otherwise {
            self.put("else");
            self.body(otherwise, true);
        }
        self.put("fi");
    }

    fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::Word(word) => {
                self.put("-n ");
                self.word(word);
            }
            Condition::Unary(operator, word) => {
                self.text.extend_from_slice(operator);
                self.put(" ");
                self.word(word);
            }
            Condition::Binary(left, operator, right) => {
                self.word(left);
                self.put(" ");
                self.text.extend_from_slice(operator);
                self.put(" ");
                self.word(right);
            }
            Condition::Not(inner) => {
                self.put("! ");
                self.condition(inner);
            }
            Condition::And(left, right) => {
                self.condition(left);
                self.put(" && ");
                self.condition(right);
            }
            Condition::Or(left, right) => {
                self.condition(left);
                self.put(" || ");
                self.condition(right);
            }
            Condition::Group(inner) => {
                self.put("( ");
                self.condition(inner);
                self.put(" )");
            }
        }
    }

    fn redirects(&mut self, redirects: &[Redirect]) {
        for redirect in redirects {
            self.put(" ");
            match &redirect.descriptor {
                Descriptor::Default => {}
                Descriptor::Number(number) => self.put(&number.to_string()),
                Descriptor::Variable(name) => self.text.extend([b"{", &name[..], b"}"].concat()),
            }
            let (operator, word) = match &redirect.target {
                Target::Read(word) => ("< ", word),
                Target::Write { file, clobber: false } => ("> ", file),
                Target::Write { file, clobber: true } => (">| ", file),
                Target::Append(word) => (">> ", word),
                Target::ReadWrite(word) => ("<> ", word),
                Target::Both { file, append: false } => ("&> ", file),
                Target::Both { file, append: true } => ("&>> ", file),
                Target::Duplicate { input: true, source } => ("<&", source),
                Target::Duplicate { input: false, source } => {
                    if redirect.descriptor == Descriptor::Default {
                        self.put("1");
                    }
                    (">&", source)
                }
                Target::HereString(word) => ("<<< ", word),
                Target::HereDocument(document) => {
                    self.put(if document.strip_tabs { "<<-" } else { "<<" });
                    let delimiter = if document.quoted {
                        super::syntax::single_quoted(&document.delimiter)
                    } else {
                        document.delimiter.clone()
                    };
                    self.text.extend(delimiter);
                    self.documents.push((document.text().to_vec(), document.delimiter.clone()));
                    continue;
                }
            };
            self.put(operator);
            self.word(word);
        }
    }
}
