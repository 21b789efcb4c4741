//! Brace expansion: `a{b,c}d`, `{1..9..2}`.

use crate::budget::{Budget, Stoppable};
use crate::commands::floats::MOST_DIGITS;
use crate::shell::syntax::{ParseOptions, Parser, end_of_matched, end_of_parameter};

/// The words that a word's braces give, in order.
pub(super) fn expand(text: &[u8], options: &ParseOptions, budget: &Budget) -> Stoppable<Vec<Vec<u8>>> {
    budget.enter()?;
    let result = expand_level(text, options, budget);
    budget.leave();
    result
}

fn expand_level(text: &[u8], options: &ParseOptions, budget: &Budget) -> Stoppable<Vec<Vec<u8>>> {
    let mut at = 0;
    while let Some(open) = next_brace(text, at, options) {
        let Some((close, commas)) = closing(text, open, options) else {
            at = open + 1;
            continue;
        };
        let inner = &text[open + 1..close];
        let items = if commas.is_empty() {
            match sequence(inner, budget)? {
                Some(items) => items,
                None => {
                    at = open + 1;
                    continue;
                }
            }
        } else {
            let mut items = Vec::new();
            let mut start = open + 1;
            for comma in commas.iter().copied().chain([close]) {
                items.extend(expand(&text[start..comma], options, budget)?);
                start = comma + 1;
            }
            items
        };
        let tails = expand(&text[close + 1..], options, budget)?;
        let mut words = Vec::with_capacity(items.len() * tails.len());
        for item in &items {
            for tail in &tails {
                budget.write((open + item.len() + tail.len() + 64) as u64)?;
                words.push([&text[..open], item, tail].concat());
            }
        }
        return Ok(words);
    }
    Ok(vec![text.to_vec()])
}

/// Skips what is quoted at `at`; `None` when nothing is.
fn skip_quoted(text: &[u8], at: usize, options: &ParseOptions) -> Option<usize> {
    let next = text.get(at + 1);
    match (text.get(at)?, next) {
        (b'\\', _) => Some(at + 2),
        (quote @ (b'\'' | b'"' | b'`'), _) => end_of_matched(text, at + 1, *quote, *quote, options.clone()),
        (b'$', Some(b'{')) => end_of_parameter(text, at + 2, false, options.clone()),
        (b'$' | b'<' | b'>', Some(b'(')) => Parser::end_of_substitution(text, at + 2, options.clone())
            .or_else(|| end_of_matched(text, at + 2, b'(', b')', options.clone())),
        _ => None,
    }
}

fn next_brace(text: &[u8], from: usize, options: &ParseOptions) -> Option<usize> {
    let mut at = from;
    while at < text.len() {
        if let Some(end) = skip_quoted(text, at, options) {
            at = end;
            continue;
        }
        if text[at] == b'{' {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// The `}` of the `{` at `open`, and the commas of its own level.
fn closing(text: &[u8], open: usize, options: &ParseOptions) -> Option<(usize, Vec<usize>)> {
    let mut depth = 0u32;
    let mut commas = Vec::new();
    let mut at = open + 1;
    while at < text.len() {
        if let Some(end) = skip_quoted(text, at, options) {
            at = end;
            continue;
        }
        match text[at] {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some((at, commas)),
            b'}' => depth -= 1,
            b',' if depth == 0 => commas.push(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// `1..5`, `a..e..2`.
fn sequence(inner: &[u8], budget: &Budget) -> Stoppable<Option<Vec<Vec<u8>>>> {
    let Ok(text) = std::str::from_utf8(inner) else { return Ok(None) };
    let parts: Vec<&str> = text.split("..").collect();
    let (first, last, step) = match parts.as_slice() {
        [first, last] => (*first, *last, "1"),
        [first, last, step] => (*first, *last, *step),
        _ => return Ok(None),
    };
    let Ok(step) = step.parse::<i64>() else { return Ok(None) };
    let step = if step == 0 { 1 } else { step.unsigned_abs() };
    if let (Ok(from), Ok(to)) = (first.parse::<i64>(), last.parse::<i64>()) {
        let padded = |text: &str| {
            let digits = text.strip_prefix('-').unwrap_or(text);
            digits.len() > 1 && digits.starts_with('0')
        };
        let width = if padded(first) || padded(last) { first.len().max(last.len()) } else { 0 };
        let mut items = Vec::new();
        for number in steps(from, to, step) {
            // What an item costs in memory, not only its digits.
            budget.write(64)?;
            let sign = if number < 0 { "-" } else { "" };
            let digits = number.unsigned_abs();
            let fill = width.saturating_sub(sign.len()).min(MOST_DIGITS);
            items.push(format!("{sign}{digits:0fill$}").into_bytes());
        }
        return Ok(Some(items));
    }
    if let ([from], [to]) = (first.as_bytes(), last.as_bytes())
        && from.is_ascii_alphabetic()
        && to.is_ascii_alphabetic()
    {
        let items = steps(i64::from(*from), i64::from(*to), step);
        return Ok(Some(items.map(|byte| vec![byte as u8]).collect()));
    }
    Ok(None)
}

fn steps(from: i64, to: i64, step: u64) -> impl Iterator<Item = i64> {
    let count = from.abs_diff(to) / step;
    let step = step as i64;
    (0..=count).map(move |index| {
        let offset = (index as i64).wrapping_mul(step);
        if from <= to { from.wrapping_add(offset) } else { from.wrapping_sub(offset) }
    })
}
