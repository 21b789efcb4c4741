//! Shell patterns: `*`, `?`, `[...]` and the extended forms, on characters of UTF-8.

use crate::budget::{Budget, Stoppable};

/// How a pattern is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct PatternOptions {
    /// `@(a|b)` and its like.
    pub extended: bool,
    /// Letters match either case.
    pub ignore_case: bool,
}

/// Whether `pattern` matches all of `text`. A backslash quotes the byte after it.
pub fn matches(pattern: &[u8], text: &[u8], options: PatternOptions, budget: &Budget) -> Stoppable<bool> {
    if !has_extended(pattern, options) {
        return match_simple(pattern, text, options, budget);
    }
    budget.enter()?;
    let result = match_extended(pattern, text, options, budget);
    budget.leave();
    result
}

/// Whether `text` holds an unquoted byte that makes it a pattern.
pub fn is_pattern(text: &[u8], extended: bool) -> bool {
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => _ = bytes.next(),
            b'*' | b'?' => return true,
            b'[' => {
                let rest: Vec<u8> = bytes.clone().collect();
                if rest.contains(&b']') {
                    return true;
                }
            }
            b'@' | b'+' | b'!' if extended && bytes.peek() == Some(&b'(') => return true,
            _ => {}
        }
    }
    false
}

/// `pattern` without its backslashes.
pub fn unescape(pattern: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(pattern.len());
    let mut bytes = pattern.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => text.push(*bytes.next().unwrap_or(&b'\\')),
            _ => text.push(*byte),
        }
    }
    text
}

/// The length of the character at the start of `text`; a byte that is no UTF-8 counts as one.
pub(crate) fn character(text: &[u8]) -> usize {
    let length = match text.first() {
        None => return 0,
        Some(0..0xc2 | 0xf5..) => return 1,
        Some(0xc2..0xe0) => 2,
        Some(0xe0..0xf0) => 3,
        Some(0xf0..0xf5) => 4,
    };
    match text.get(..length) {
        Some(bytes) if std::str::from_utf8(bytes).is_ok() => length,
        _ => 1,
    }
}

fn code_point(text: &[u8]) -> u32 {
    match std::str::from_utf8(text).ok().and_then(|text| text.chars().next()) {
        Some(character) => character as u32,
        None => text.first().map_or(0, |byte| u32::from(*byte)),
    }
}

fn has_extended(pattern: &[u8], options: PatternOptions) -> bool {
    options.extended && pattern.windows(2).any(|pair| matches!(pair, [b'?' | b'*' | b'+' | b'@' | b'!', b'(']))
}

fn match_simple(pattern: &[u8], text: &[u8], options: PatternOptions, budget: &Budget) -> Stoppable<bool> {
    let (mut at, mut in_text) = (0, 0);
    // Where to go back to: behind the last star, and the text it has not swallowed yet.
    let mut star: Option<(usize, usize)> = None;
    let mut steps = 0;
    loop {
        steps += 1;
        if steps % 1024 == 0 {
            budget.match_steps(1024)?;
        }
        let rest = &pattern[at.min(pattern.len())..];
        let left = &text[in_text.min(text.len())..];
        if rest.first() == Some(&b'*') {
            star = Some((at + 1, in_text));
            at += 1;
            continue;
        }
        if rest.is_empty() && left.is_empty() {
            return Ok(true);
        }
        if !rest.is_empty()
            && !left.is_empty()
            && let Some((used, length)) = match_one(rest, left, options)
        {
            at += used;
            in_text += length;
            continue;
        }
        match star {
            Some((behind, swallowed)) if swallowed < text.len() => {
                let next = swallowed + character(&text[swallowed..]);
                star = Some((behind, next));
                at = behind;
                in_text = next;
            }
            _ => return Ok(false),
        }
    }
}

/// Matches one character; returns how much of the pattern and of the text it took.
fn match_one(pattern: &[u8], text: &[u8], options: PatternOptions) -> Option<(usize, usize)> {
    let length = character(text);
    let one = text.get(..length)?;
    match pattern.first()? {
        b'?' => Some((1, length)),
        b'[' => match bracket(pattern, one, options) {
            Some((used, true)) => Some((used, length)),
            Some((_, false)) => None,
            None => (one == b"[").then_some((1, 1)),
        },
        b'\\' if pattern.len() > 1 => {
            let quoted = character(pattern.get(1..)?);
            same(pattern.get(1..1 + quoted)?, one, options).then_some((1 + quoted, length))
        }
        _ => {
            let literal = character(pattern);
            same(pattern.get(..literal)?, one, options).then_some((literal, length))
        }
    }
}

fn same(left: &[u8], right: &[u8], options: PatternOptions) -> bool {
    left == right
        || options.ignore_case && fold(code_point(left)) == fold(code_point(right)) && left.len() == right.len()
}

fn fold(point: u32) -> u32 {
    char::from_u32(point).and_then(|character| character.to_lowercase().next()).map_or(point, |folded| folded as u32)
}

/// `[...]` at the start of `pattern`: its length and whether it has the character; `None` when it
/// never closes and so is literal.
fn bracket(pattern: &[u8], one: &[u8], options: PatternOptions) -> Option<(usize, bool)> {
    let point = code_point(one);
    let mut at = 1;
    let negated = matches!(pattern.get(at), Some(b'!' | b'^'));
    at += usize::from(negated);
    let start = at;
    let mut found = false;
    loop {
        let byte = *pattern.get(at)?;
        if byte == b']' && at > start {
            return Some((at + 1, found != negated));
        }
        if byte == b'[' && matches!(pattern.get(at + 1), Some(b':' | b'.' | b'=')) {
            let kind = pattern[at + 1];
            if let Some(end) = pattern.get(at + 2..)?.windows(2).position(|pair| pair == [kind, b']']) {
                let name = &pattern[at + 2..at + 2 + end];
                found |= if kind == b':' { in_class(name, one) } else { name == one };
                at += end + 4;
                continue;
            }
        }
        let (low, next) = bracket_character(pattern, at)?;
        at = next;
        if pattern.get(at) == Some(&b'-') && !matches!(pattern.get(at + 1), None | Some(b']')) {
            let (high, next) = bracket_character(pattern, at + 1)?;
            at = next;
            let folded = |value: u32| low <= value && value <= high;
            found |= folded(point) || options.ignore_case && (folded(fold(point)) || folded(upper(point)));
        } else {
            found |= low == point || options.ignore_case && fold(low) == fold(point);
        }
    }
}

fn upper(point: u32) -> u32 {
    char::from_u32(point).and_then(|character| character.to_uppercase().next()).map_or(point, |upper| upper as u32)
}

fn bracket_character(pattern: &[u8], mut at: usize) -> Option<(u32, usize)> {
    if pattern.get(at) == Some(&b'\\') && pattern.len() > at + 1 {
        at += 1;
    }
    let rest = pattern.get(at..)?;
    let length = character(rest);
    (length > 0).then(|| (code_point(&rest[..length]), at + length))
}

/// Whether a character is in a POSIX class such as `alpha`.
pub(crate) fn in_class(name: &[u8], one: &[u8]) -> bool {
    let Some(character) = char::from_u32(code_point(one)) else { return false };
    let ascii = one.len() == 1;
    match name {
        b"alpha" => character.is_alphabetic(),
        b"digit" => ascii && character.is_ascii_digit(),
        b"alnum" => character.is_alphanumeric(),
        b"upper" => character.is_uppercase(),
        b"lower" => character.is_lowercase(),
        b"space" => character.is_whitespace() && character != '\u{a0}',
        b"blank" => character == ' ' || character == '\t',
        b"punct" => {
            if ascii {
                character.is_ascii_punctuation()
            } else {
                !character.is_alphanumeric() && !character.is_control() && !character.is_whitespace()
            }
        }
        b"cntrl" => character.is_control(),
        b"print" => !character.is_control(),
        b"graph" => !character.is_control() && !character.is_whitespace(),
        b"xdigit" => ascii && character.is_ascii_hexdigit(),
        b"word" => character.is_alphanumeric() || character == '_',
        b"ascii" => ascii,
        _ => false,
    }
}

/// The backtracking matcher for patterns with `@(...)` and its like.
fn match_extended(pattern: &[u8], text: &[u8], options: PatternOptions, budget: &Budget) -> Stoppable<bool> {
    budget.match_steps(1)?;
    let Some(first) = pattern.first() else { return Ok(text.is_empty()) };
    if matches!(first, b'?' | b'*' | b'+' | b'@' | b'!')
        && pattern.get(1) == Some(&b'(')
        && let Some((alternatives, rest)) = group(pattern)
    {
        return match_group(*first, &alternatives, rest, text, options, budget);
    }
    if *first == b'*' {
        let mut at = 0;
        loop {
            if matches(&pattern[1..], &text[at..], options, budget)? {
                return Ok(true);
            }
            if at >= text.len() {
                return Ok(false);
            }
            at += character(&text[at..]);
        }
    }
    if text.is_empty() {
        return Ok(false);
    }
    match match_one(pattern, text, options) {
        Some((used, length)) => match_extended_tail(&pattern[used..], &text[length..], options, budget),
        None => Ok(false),
    }
}

/// Continues without counting a level of nesting: literal characters are common.
fn match_extended_tail(
    mut pattern: &[u8],
    mut text: &[u8],
    options: PatternOptions,
    budget: &Budget,
) -> Stoppable<bool> {
    loop {
        let special = match pattern {
            [] | [b'*', ..] => true,
            [b'?' | b'+' | b'@' | b'!', b'(', ..] => true,
            _ => text.is_empty(),
        };
        if special {
            return matches(pattern, text, options, budget);
        }
        match match_one(pattern, text, options) {
            Some((used, length)) => {
                pattern = &pattern[used..];
                text = &text[length..];
            }
            None => return Ok(false),
        }
    }
}

/// The alternatives of `x(a|b)` at the start of `pattern`, and what follows the group.
fn group(pattern: &[u8]) -> Option<(Vec<&[u8]>, &[u8])> {
    let mut alternatives = Vec::new();
    let (mut depth, mut at, mut start) = (1, 2, 2);
    loop {
        match pattern.get(at)? {
            b'\\' => at += 1,
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    alternatives.push(pattern.get(start..at)?);
                    return Some((alternatives, pattern.get(at + 1..)?));
                }
            }
            b'|' if depth == 1 => {
                alternatives.push(pattern.get(start..at)?);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
}

fn match_group(
    kind: u8,
    alternatives: &[&[u8]],
    rest: &[u8],
    text: &[u8],
    options: PatternOptions,
    budget: &Budget,
) -> Stoppable<bool> {
    // Where the group may end. A repeated group is not a recursion: every end is a new start.
    let mut ends = vec![false; text.len() + 1];
    let repeats = matches!(kind, b'*' | b'+');
    for start in 0..=text.len() {
        if start > 0 && !(repeats && ends[start]) {
            continue;
        }
        for end in start..=text.len() {
            budget.match_steps(1)?;
            if !ends[end] && any_matches(alternatives, &text[start..end], options, budget)? {
                ends[end] = true;
            }
        }
    }
    if kind == b'!' {
        ends.iter_mut().for_each(|end| *end = !*end);
    } else if matches!(kind, b'?' | b'*') {
        ends[0] = true;
    }
    for (end, reached) in ends.iter().enumerate() {
        if *reached && matches(rest, &text[end..], options, budget)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn any_matches(alternatives: &[&[u8]], text: &[u8], options: PatternOptions, budget: &Budget) -> Stoppable<bool> {
    for alternative in alternatives {
        if matches(alternative, text, options, budget)? {
            return Ok(true);
        }
    }
    Ok(false)
}
