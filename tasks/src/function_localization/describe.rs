//! A description made from a docstring by rule, so that the same source gives the same tasks
//! without a language model.

use crate::python::clean;

/// The longest description, in characters; a longer sentence ends in `...` at a word.
const LONGEST: usize = 300;
/// The fewest words that describe anything.
const FEWEST_WORDS: usize = 3;
/// What stands for a hidden name.
pub(super) const HIDDEN: &str = "___";

/// The first sentence of a docstring. A first line that only repeats the signature
/// (`name(a, b) -> c`) is passed over. `None` when nothing is left that says something: fewer than
/// three words, an example, a section heading, a field list.
pub(super) fn describe(docstring: &str, name: &str, masked: bool) -> Option<String> {
    let text = clean(docstring);
    let mut lines =
        text.lines().map(str::trim).skip_while(|line| line.is_empty() || is_signature(line, name)).peekable();
    let is_prose = |line: &&str| {
        let marks = [">>>", ":param", ":type", ":return", ":rtype", ":raises", "..", "@param", "@return", "@"];
        !line.is_empty() && !marks.iter().any(|mark| line.starts_with(mark)) && !is_rule(line)
    };
    lines.peek().filter(|line| is_prose(line) && !is_heading(line))?;
    let mut paragraph: Vec<&str> = Vec::new();
    for line in lines.take_while(is_prose) {
        paragraph.push(line);
    }
    let words: Vec<&str> = paragraph.iter().flat_map(|line| line.split_whitespace()).collect();
    let sentence = shorten(&words[..sentence_end(&words)]);
    let sentence = if masked { hide(&sentence, name) } else { sentence };
    let says = |word: &&str| word.chars().any(char::is_alphabetic) && !word.contains(HIDDEN);
    (sentence.split_whitespace().filter(says).count() >= FEWEST_WORDS).then_some(sentence)
}

fn is_signature(line: &str, name: &str) -> bool {
    let call = line.trim_start_matches(|letter: char| letter != '(');
    let Some(callee) = line.strip_suffix(call) else { return false };
    let callee = callee.rsplit(['.', ' ']).next().unwrap_or(callee);
    !call.is_empty() && callee == name && (call.ends_with(')') || call.contains("->") || call.ends_with("):"))
}

/// A line of punctuation, as below headings.
fn is_rule(line: &str) -> bool {
    line.len() >= 3 && line.chars().all(|letter| "-=~^*_#+".contains(letter))
}

fn is_heading(line: &str) -> bool {
    const HEADINGS: [&str; 12] = [
        "args",
        "arguments",
        "parameters",
        "returns",
        "return",
        "yields",
        "raises",
        "example",
        "examples",
        "note",
        "notes",
        "usage",
    ];
    HEADINGS.contains(&line.trim_end_matches(':').to_ascii_lowercase().as_str())
}

/// How many words the first sentence has: up to a word that ends in a full stop, exclamation or
/// question mark and is no abbreviation, where the next word does not begin in lower case.
fn sentence_end(words: &[&str]) -> usize {
    const ABBREVIATIONS: [&str; 12] =
        ["e.g.", "i.e.", "etc.", "vs.", "cf.", "viz.", "resp.", "approx.", "no.", "fig.", "eq.", "et."];
    for (at, word) in words.iter().enumerate() {
        let bare = word.trim_end_matches(['"', '\'', ')', '`', '*']);
        if !bare.ends_with(['.', '!', '?']) || bare.ends_with("...") {
            continue;
        }
        let lower = bare.trim_start_matches(['(', '"', '\'', '`', '*']).to_ascii_lowercase();
        let initial = lower.len() == 2;
        let goes_on = words.get(at + 1).is_some_and(|next| next.starts_with(char::is_lowercase));
        if !ABBREVIATIONS.contains(&lower.as_str()) && !initial && !goes_on {
            return at + 1;
        }
    }
    words.len()
}

fn shorten(words: &[&str]) -> String {
    let mut sentence = String::new();
    let mut letters = 0;
    for word in words {
        letters += word.chars().count() + 1;
        if letters > LONGEST {
            sentence.push_str(" ...");
            break;
        }
        if !sentence.is_empty() {
            sentence.push(' ');
        }
        sentence.push_str(word);
    }
    sentence
}

/// Hides a name wherever it stands as a word, in any case.
pub(super) fn hide(text: &str, name: &str) -> String {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut hidden = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        hidden.push_str(&rest[..start]);
        rest = &rest[start..];
        let (word, later) = rest.split_at(rest.find(|letter| !is_word(letter)).unwrap_or(rest.len()));
        hidden.push_str(if word.to_lowercase() == name.to_lowercase() { HIDDEN } else { word });
        rest = later;
    }
    hidden.push_str(rest);
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(docstring: &str) -> Option<String> {
        describe(docstring, "load", false)
    }

    #[test]
    fn the_first_sentence_is_taken() {
        for (docstring, expected) in [
            ("Load a file.\n\n    More.", "Load a file."),
            ("\n    Load a file\n    from disk. Then stop.\n", "Load a file from disk."),
            ("Load files, e.g. text. Or more.", "Load files, e.g. text."),
            ("Load (see J. Doe). It works! Yes.", "Load (see J. Doe)."),
            ("Load version 1.2 of it. then go on. End.", "Load version 1.2 of it. then go on."),
            ("load(path) -> bytes\n\nRead the whole file.", "Read the whole file."),
            ("module.load(path)\n    Read the whole file", "Read the whole file"),
            ("Load a file now\n:param x: it", "Load a file now"),
            ("Load a file now\n----------\nMore", "Load a file now"),
        ] {
            assert_eq!(first(docstring).as_deref(), Some(expected), "{docstring:?}");
        }
        let long = first(&"word ".repeat(100)).unwrap();
        assert!(long.ends_with(" ...") && long.len() <= LONGEST + 4, "{long}");
    }

    #[test]
    fn what_says_nothing_is_no_description() {
        for docstring in
            ["", "  \n ", "Load.", "Load it.", ">>> load(a, b, c)", "Args:\n    a b c d", ":param a: b c d", "1 2 3 4"]
        {
            assert_eq!(first(docstring), None, "{docstring:?}");
        }
    }

    #[test]
    fn hidden_names_are_words() {
        assert_eq!(hide("Load, load_all and `load()`: LOAD", "load"), "___, load_all and `___()`: ___");
        assert_eq!(hide("", "load"), "");
        assert_eq!(describe("Load: load the load.", "load", true), None);
        assert_eq!(describe("Load all of the files.", "load", true).as_deref(), Some("___ all of the files."));
    }
}
