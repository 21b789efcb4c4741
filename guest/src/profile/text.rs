//! Texts that several profiles share.

/// The first `count` characters (not bytes) of a text.
pub(crate) fn head(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).map_or(text, |(at, _)| &text[..at])
}

/// The last `count` characters of a text.
pub(super) fn tail(text: &str, count: usize) -> &str {
    match count.checked_sub(1) {
        Some(before_last) => text.char_indices().rev().nth(before_last).map_or(text, |(at, _)| &text[at..]),
        None => "",
    }
}

/// How many characters a text has; bytes for ASCII, where they can be had without looking.
pub(super) fn length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_count_characters() {
        assert_eq!((head("äöü", 2), tail("äöü", 2), length("äöü")), ("äö", "öü", 3));
        assert_eq!((head("ab", 5), tail("ab", 5), tail("ab", 0)), ("ab", "ab", ""));
    }
}
