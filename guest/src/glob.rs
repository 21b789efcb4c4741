//! Patterns of file names, as `fnmatch` of the GNU C library and the shell's `case` take them:
//! `*`, `?`, `[a-z]`, `[!x]`, `[[:alpha:]]`, backslash; the shell's `@(a|b)` when asked.
//!
//! One matcher serves `find -name`, the shell's expansion, `ls --ignore`, `grep --include` and
//! `du --exclude`. Text is taken as UTF-8 where pattern and name both are, else byte by byte.

mod bracket;

use bracket::Bracket;

/// How a pattern is read and matched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GlobOptions {
    /// Upper and lower case are equal.
    pub fold_case: bool,
    /// A dot at the start of the name is matched only by a dot in the pattern.
    pub explicit_dot: bool,
    /// `?(..)`, `*(..)`, `+(..)`, `@(..)`, `!(..)` are read as the shell's extended patterns.
    pub extended: bool,
}

/// A pattern, read once and matched often.
#[derive(Clone, Debug)]
pub struct Glob {
    options: GlobOptions,
    is_text: bool,
    tokens: Vec<Token>,
}

#[derive(Clone, Debug)]
enum Token {
    Literal(char),
    Any,
    Star,
    Bracket(Bracket),
    Group(Repeat, Vec<Vec<Token>>),
    /// A lone backslash at the end: matches nothing.
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Repeat {
    Optional,
    Any,
    Some,
    One,
    Not,
}

/// Whether a word has any character that makes it a pattern.
pub fn has_pattern(word: &[u8]) -> bool {
    word.iter().any(|byte| matches!(byte, b'*' | b'?' | b'['))
}

impl Glob {
    /// Reads a pattern. Every byte string is one.
    pub fn new(pattern: &[u8], options: GlobOptions) -> Self {
        let is_text = std::str::from_utf8(pattern).is_ok();
        let characters: Vec<char> = Characters::new(pattern, is_text).collect();
        let mut at = 0;
        let tokens = read_tokens(&characters, &mut at, options, false);
        Self { options, is_text, tokens }
    }

    /// Whether the whole of `name` matches.
    pub fn matches(&self, name: &[u8]) -> bool {
        if self.options.explicit_dot
            && name.first() == Some(&b'.')
            && !matches!(self.tokens.first(), Some(Token::Literal('.')))
            && !matches!(self.tokens.first(), Some(Token::Group(..)))
        {
            return false;
        }
        if let Some(answer) = self.matches_simply(name) {
            return answer;
        }
        let is_text = self.is_text && std::str::from_utf8(name).is_ok();
        let characters: Vec<char> = Characters::new(name, is_text).collect();
        // Groups nest and repeat: an unlucky pattern would cost exponential time without a bound.
        let mut steps = 200_000;
        run(&self.tokens, &characters, self.options, &mut steps)
    }

    /// What every name that matches ends with, as far as that is plain ASCII in one case.
    pub fn literal_end(&self) -> Vec<u8> {
        let is_literal = |token: &&Token| matches!(token, Token::Literal(character) if character.is_ascii());
        let count = self.tokens.iter().rev().take_while(is_literal).count();
        if self.options.fold_case {
            return Vec::new();
        }
        let letters = self.tokens.iter().skip(self.tokens.len() - count);
        letters
            .filter_map(|token| if let Token::Literal(letter) = token { Some(*letter as u8) } else { None })
            .collect()
    }

    /// The common shapes `name`, `*.py`, `test_*`, `*x*` of ASCII text, without any allocation.
    fn matches_simply(&self, name: &[u8]) -> Option<bool> {
        if self.options.fold_case {
            return None;
        }
        let literal = |tokens: &[Token], part: &[u8]| -> Option<bool> {
            let mut is_equal = tokens.len() == part.len();
            for (place, token) in tokens.iter().enumerate() {
                match token {
                    Token::Literal(character) if character.is_ascii() => {
                        is_equal &= part.get(place) == Some(&(*character as u8));
                    }
                    _ => return None,
                }
            }
            Some(is_equal)
        };
        match self.tokens.as_slice() {
            [Token::Star] => Some(true),
            [Token::Star, rest @ ..] if literal(rest, b"").is_some() => match name.len().checked_sub(rest.len()) {
                Some(start) => literal(rest, name.get(start..)?),
                None => Some(false),
            },
            [rest @ .., Token::Star] if literal(rest, b"").is_some() => match name.get(..rest.len()) {
                Some(start) => literal(rest, start),
                None => Some(false),
            },
            tokens => literal(tokens, name),
        }
    }
}

/// The characters of a text, or its bytes as characters of the same number.
struct Characters<'t> {
    text: std::str::Chars<'t>,
    bytes: std::slice::Iter<'t, u8>,
}

impl<'t> Characters<'t> {
    fn new(bytes: &'t [u8], is_text: bool) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) if is_text => Self { text: text.chars(), bytes: [].iter() },
            _ => Self { text: "".chars(), bytes: bytes.iter() },
        }
    }
}

impl Iterator for Characters<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        self.text.next().or_else(|| self.bytes.next().map(|byte| char::from(*byte)))
    }
}

/// Reads tokens up to the end, or inside a group up to `|` or `)`.
fn read_tokens(pattern: &[char], at: &mut usize, options: GlobOptions, in_group: bool) -> Vec<Token> {
    let mut tokens = Vec::new();
    while let Some(&character) = pattern.get(*at) {
        if in_group && matches!(character, '|' | ')') {
            break;
        }
        *at += 1;
        if options.extended
            && pattern.get(*at) == Some(&'(')
            && let Some(repeat) = repeat_of(character)
            && let Some(group) = read_group(pattern, at, options, repeat)
        {
            tokens.push(group);
            continue;
        }
        tokens.push(match character {
            '*' => {
                if matches!(tokens.last(), Some(Token::Star)) {
                    continue;
                }
                Token::Star
            }
            '?' => Token::Any,
            '\\' => match pattern.get(*at) {
                Some(&next) => {
                    *at += 1;
                    Token::Literal(next)
                }
                None => Token::Never,
            },
            '[' => match Bracket::read(pattern, *at) {
                Some((bracket, end)) => {
                    *at = end;
                    Token::Bracket(bracket)
                }
                None => Token::Literal('['),
            },
            other => Token::Literal(other),
        });
    }
    tokens
}

fn repeat_of(character: char) -> Option<Repeat> {
    Some(match character {
        '?' => Repeat::Optional,
        '*' => Repeat::Any,
        '+' => Repeat::Some,
        '@' => Repeat::One,
        '!' => Repeat::Not,
        _ => return None,
    })
}

/// Reads `(a|b)`; `None` and nothing consumed when it never closes.
fn read_group(pattern: &[char], at: &mut usize, options: GlobOptions, repeat: Repeat) -> Option<Token> {
    let mut next = *at + 1;
    let mut alternatives = Vec::new();
    loop {
        alternatives.push(read_tokens(pattern, &mut next, options, true));
        match pattern.get(next)? {
            '|' => next += 1,
            _ => {
                *at = next + 1;
                return Some(Token::Group(repeat, alternatives));
            }
        }
    }
}

fn equal(a: char, b: char, options: GlobOptions) -> bool {
    a == b || (options.fold_case && a.to_lowercase().eq(b.to_lowercase()))
}

/// Whether all of `text` matches. Going back to the last star alone is enough, except past groups.
fn run(tokens: &[Token], text: &[char], options: GlobOptions, steps: &mut u32) -> bool {
    let (mut token, mut at) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        if *steps == 0 {
            return false;
        }
        *steps -= 1;
        let is_step = match tokens.get(token) {
            None => at == text.len(),
            Some(Token::Star) => {
                star = Some((token + 1, at));
                token += 1;
                continue;
            }
            Some(Token::Group(repeat, alternatives)) => {
                let rest = tokens.get(token + 1..).unwrap_or_default();
                if run_group(*repeat, alternatives, rest, text.get(at..).unwrap_or_default(), options, steps) {
                    return true;
                }
                false
            }
            Some(Token::Never) => false,
            Some(single) => text.get(at).is_some_and(|&character| match single {
                Token::Literal(literal) => equal(*literal, character, options),
                Token::Bracket(bracket) => bracket.matches(character, options.fold_case),
                _ => true,
            }),
        };
        if is_step {
            if token == tokens.len() {
                return true;
            }
            token += 1;
            at += 1;
            continue;
        }
        match &mut star {
            Some((after, from)) if *from < text.len() => {
                *from += 1;
                (token, at) = (*after, *from);
            }
            _ => return false,
        }
    }
}

fn run_group(
    repeat: Repeat,
    alternatives: &[Vec<Token>],
    rest: &[Token],
    text: &[char],
    options: GlobOptions,
    steps: &mut u32,
) -> bool {
    if matches!(repeat, Repeat::Optional | Repeat::Any) && run(rest, text, options, steps) {
        return true;
    }
    for end in 0..=text.len() {
        let (head, tail) = text.split_at(end);
        let is_hit = alternatives.iter().any(|alternative| run(alternative, head, options, steps));
        let is_match = match repeat {
            Repeat::Not => !is_hit && run(rest, tail, options, steps),
            Repeat::Optional | Repeat::One => is_hit && run(rest, tail, options, steps),
            // Another round only after some progress.
            Repeat::Any | Repeat::Some => {
                is_hit
                    && (run(rest, tail, options, steps)
                        || (end > 0 && run_group(Repeat::Some, alternatives, rest, tail, options, steps)))
            }
        };
        if is_match {
            return true;
        }
        if *steps == 0 {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, options: GlobOptions, yes: &[&str], no: &[&str]) {
        let glob = Glob::new(pattern.as_bytes(), options);
        for name in yes {
            assert!(glob.matches(name.as_bytes()), "{pattern} should match {name}");
        }
        for name in no {
            assert!(!glob.matches(name.as_bytes()), "{pattern} should not match {name}");
        }
    }

    #[test]
    fn names_match_as_fnmatch_says() {
        let plain = GlobOptions::default();
        check("*.py", plain, &["a.py", ".py", "a/b.py"], &["a.pyc", "py"]);
        check("test_*", plain, &["test_", "test_x"], &["test", "atest_x"]);
        check("*a*b?", plain, &["abc", "xxabbz"], &["ab", "ba"]);
        check("[!a-c]?", plain, &["dx", "é1"], &["ax", "d"]);
        check("[]x]", plain, &["]", "x"], &["a"]);
        check("[a", plain, &["[a"], &["a"]);
        check(r"\*", plain, &["*"], &["a", r"\*"]);
        check("[[:digit:]_]*", plain, &["1", "_x"], &["x"]);
        check("?", plain, &["é"], &["ab", ""]);
        check("README*", GlobOptions { fold_case: true, ..plain }, &["readme.md"], &["read"]);
        check("*", GlobOptions { explicit_dot: true, ..plain }, &["a"], &[".a"]);
        check(".*", GlobOptions { explicit_dot: true, ..plain }, &[".a"], &["a"]);
    }

    #[test]
    fn extended_patterns_match_as_in_bash() {
        let extended = GlobOptions { extended: true, ..GlobOptions::default() };
        check("@(a|b).c", extended, &["a.c", "b.c"], &["c.c", "ab.c"]);
        check("+(ab)", extended, &["ab", "abab"], &["", "aba"]);
        check("*(a|b)x", extended, &["x", "abax"], &["cx"]);
        check("!(*.py)", extended, &["a.c", ""], &["a.py"]);
        check("?(a)b", extended, &["ab", "b"], &["aab"]);
        check("+(a", extended, &["+(a"], &["a"]);
    }

    #[test]
    fn hostile_patterns_end() {
        let extended = GlobOptions { extended: true, ..GlobOptions::default() };
        let text = "a".repeat(200);
        check("*(*(a)*(a)*(a))b", extended, &[], &[&text]);
        check(&"*a".repeat(60), GlobOptions::default(), &[&text], &[&"b".repeat(200)]);
    }
}
