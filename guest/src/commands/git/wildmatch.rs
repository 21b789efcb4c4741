//! Shell patterns as git matches them, in linear time.

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    tokens: Vec<Token>,
    ignore_case: bool,
}

#[derive(Clone, Debug)]
enum Token {
    Byte(u8),
    /// `?`; a slash only where slashes are nothing special.
    Any {
        slash: bool,
    },
    /// `*`.
    Many {
        slash: bool,
    },
    /// `**/`: nothing, or some directories. Stands before [`Token::InDirectories`].
    Directories,
    /// Within the directories of `**/`.
    InDirectories,
    /// `[...]`: 256 bits.
    Class([u64; 4]),
}

impl Pattern {
    /// Compiles a pattern. With `paths`, `*`, `?` and classes stop at slashes and `**` crosses
    /// them; without, they match slashes as any byte.
    pub(super) fn new(pattern: &[u8], paths: bool) -> Self {
        let mut tokens = Vec::new();
        let mut at = 0;
        while let Some(&byte) = pattern.get(at) {
            at += 1;
            match byte {
                b'\\' => {
                    if let Some(&escaped) = pattern.get(at) {
                        tokens.push(Token::Byte(escaped));
                        at += 1;
                    }
                }
                b'?' => tokens.push(Token::Any { slash: !paths }),
                b'*' => {
                    let start = at - 1;
                    while pattern.get(at) == Some(&b'*') {
                        at += 1;
                    }
                    let is_double = at - start >= 2;
                    let opens = start == 0 || pattern.get(start - 1) == Some(&b'/');
                    match pattern.get(at) {
                        Some(b'/') if paths && is_double && opens => {
                            at += 1;
                            tokens.extend([Token::Directories, Token::InDirectories]);
                        }
                        None if paths && is_double && opens => tokens.push(Token::Many { slash: true }),
                        _ => tokens.push(Token::Many { slash: !paths }),
                    }
                }
                b'[' => match class(pattern, at, paths) {
                    Some((bits, end)) => {
                        tokens.push(Token::Class(bits));
                        at = end;
                    }
                    // An open bracket matches nothing in git.
                    None => tokens.push(Token::Class([0; 4])),
                },
                _ => tokens.push(Token::Byte(byte)),
            }
        }
        Self { tokens, ignore_case: false }
    }

    /// Whether the whole text matches.
    pub(super) fn matches(&self, text: &[u8]) -> bool {
        let mut now = vec![false; self.tokens.len() + 1];
        let mut next = now.clone();
        self.enter(&mut now, 0);
        for &byte in text {
            next.fill(false);
            let mut alive = false;
            for (at, token) in self.tokens.iter().enumerate() {
                if !now.get(at).copied().unwrap_or(false) {
                    continue;
                }
                let (stay, go) = match token {
                    Token::Byte(other) => {
                        (false, *other == byte || self.ignore_case && other.eq_ignore_ascii_case(&byte))
                    }
                    Token::Any { slash } => (false, *slash || byte != b'/'),
                    Token::Many { slash } => (*slash || byte != b'/', false),
                    Token::Directories => (false, false),
                    Token::InDirectories => (true, byte == b'/'),
                    Token::Class(bits) => (false, has(bits, byte)),
                };
                if stay {
                    self.enter(&mut next, at);
                }
                if go {
                    self.enter(&mut next, at + 1);
                }
                alive |= stay || go;
            }
            if !alive {
                return false;
            }
            std::mem::swap(&mut now, &mut next);
        }
        now.last().copied().unwrap_or(false)
    }

    /// Marks a place and all that can be reached from it without a byte.
    fn enter(&self, places: &mut [bool], at: usize) {
        let mut at = at;
        loop {
            if let Some(place) = places.get_mut(at) {
                *place = true;
            }
            match self.tokens.get(at) {
                Some(Token::Many { .. }) => at += 1,
                Some(Token::Directories) => {
                    if let Some(place) = places.get_mut(at + 1) {
                        *place = true;
                    }
                    at += 2;
                }
                _ => return,
            }
        }
    }
}

/// Whether a pathspec or pattern holds anything but plain bytes.
pub(super) fn is_glob(text: &[u8]) -> bool {
    text.iter().any(|byte| matches!(byte, b'*' | b'?' | b'[' | b'\\'))
}

fn has(bits: &[u64; 4], byte: u8) -> bool {
    bits.get(usize::from(byte >> 6)).is_some_and(|word| word >> (byte & 63) & 1 != 0)
}

fn add(bits: &mut [u64; 4], byte: u8) {
    if let Some(word) = bits.get_mut(usize::from(byte >> 6)) {
        *word |= 1 << (byte & 63);
    }
}

/// A bracket expression that starts after its `[`: its members and where it ends.
fn class(pattern: &[u8], start: usize, paths: bool) -> Option<([u64; 4], usize)> {
    let mut at = start;
    let negated = matches!(pattern.get(at), Some(b'!' | b'^'));
    at += usize::from(negated);
    let mut bits = [0; 4];
    let first = at;
    loop {
        let mut byte = *pattern.get(at)?;
        if byte == b']' && at > first {
            break;
        }
        at += 1;
        if byte == b'[' && pattern.get(at) == Some(&b':') {
            let end = at + 1 + memchr::memmem::find(pattern.get(at + 1..)?, b":]")?;
            let name = pattern.get(at + 1..end)?;
            (0..=u8::MAX).filter(|byte| is_of(name, *byte)).for_each(|byte| add(&mut bits, byte));
            at = end + 2;
            continue;
        }
        if byte == b'\\' {
            byte = *pattern.get(at)?;
            at += 1;
        }
        let range_end = pattern.get(at + 1).copied().filter(|end| pattern.get(at) == Some(&b'-') && *end != b']');
        match range_end {
            Some(mut end) => {
                at += 2;
                if end == b'\\' {
                    end = *pattern.get(at)?;
                    at += 1;
                }
                (byte..=end).for_each(|byte| add(&mut bits, byte));
            }
            None => add(&mut bits, byte),
        }
    }
    if negated {
        bits.iter_mut().for_each(|word| *word = !*word);
    }
    if paths && let Some(word) = bits.first_mut() {
        *word &= !(1 << b'/');
    }
    Some((bits, at + 1))
}

fn is_of(name: &[u8], byte: u8) -> bool {
    match name {
        b"alnum" => byte.is_ascii_alphanumeric(),
        b"alpha" => byte.is_ascii_alphabetic(),
        b"blank" => matches!(byte, b' ' | b'\t'),
        b"cntrl" => byte.is_ascii_control(),
        b"digit" => byte.is_ascii_digit(),
        b"graph" => byte.is_ascii_graphic(),
        b"lower" => byte.is_ascii_lowercase(),
        b"print" => byte.is_ascii_graphic() || byte == b' ',
        b"punct" => byte.is_ascii_punctuation(),
        b"space" => byte.is_ascii_whitespace() || byte == 11,
        b"upper" => byte.is_ascii_uppercase(),
        b"xdigit" => byte.is_ascii_hexdigit(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_count_only_in_paths() {
        for (pattern, text, in_path, plain) in [
            ("*.py", "a/b.py", false, true),
            ("a/*", "a/b", true, true),
            ("a/*", "a/b/c", false, true),
            ("**/b", "b", true, false),
            ("**/b", "x/y/b", true, true),
            ("a/**", "a/b/c", true, true),
            ("a/**", "a", false, false),
            ("a/**/b", "a/b", true, false),
            ("a/**/b", "a/x/y/b", true, true),
            ("a**b", "axyb", true, true),
            ("a**b", "ax/b", false, true),
            ("[a-c]?[!x]", "bzy", true, true),
            ("[]-]", "]", true, true),
            ("[[:digit:]_]*", "_a", true, true),
            ("\\*", "*", true, true),
            ("[ab", "a", false, false),
            ("a?b", "a/b", false, true),
        ] {
            assert_eq!(Pattern::new(pattern.as_bytes(), true).matches(text.as_bytes()), in_path, "{pattern} {text}");
            assert_eq!(Pattern::new(pattern.as_bytes(), false).matches(text.as_bytes()), plain, "{pattern} {text}");
        }
    }
}
