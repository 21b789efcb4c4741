//! Names in messages and listings, quoted as `quotearg` of GNU coreutils does in a UTF-8 locale.

/// Quotes only what a shell would misread, as `ls` on a terminal: `a`, `'a b'`, `"it's"`,
/// `'t'$'\t''x'`.
pub fn shell_escape(name: &[u8]) -> Vec<u8> {
    escape(name, b"", false)
}

/// As [`shell_escape`], and with a `:` too: how `cat`, `head` and `wc` name a file in a message.
pub fn file_in_message(name: &[u8]) -> Vec<u8> {
    escape(name, b":", false)
}

/// Always in quotes: how `ls`, `rm` and `cp` name a file in a message: `'a'`.
pub fn always(name: &[u8]) -> Vec<u8> {
    escape(name, b"", true)
}

/// In typographic quotes, with C escapes: `‘a’`.
pub fn curly(text: &[u8]) -> Vec<u8> {
    let mut quoted = Vec::with_capacity(text.len() + 6);
    quoted.extend_from_slice("‘".as_bytes());
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => quoted.extend_from_slice(b"\\\\"),
                '’' => quoted.extend_from_slice("\\’".as_bytes()),
                _ if is_printable(character) => push(&mut quoted, character),
                _ => push_escapes(&mut quoted, character.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        push_escapes(&mut quoted, chunk.invalid());
    }
    quoted.extend_from_slice("’".as_bytes());
    quoted
}

/// As `ls -b` and `find -ls` write a name: C escapes, no quotes; `also` is escaped by a backslash.
pub fn c_escape(text: &[u8], also: &[u8]) -> Vec<u8> {
    let mut quoted = Vec::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character == '\\' || (character.is_ascii() && also.contains(&(character as u8))) {
                quoted.push(b'\\');
                push(&mut quoted, character);
            } else if is_printable(character) {
                push(&mut quoted, character);
            } else {
                push_escapes(&mut quoted, character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        push_escapes(&mut quoted, chunk.invalid());
    }
    quoted
}

/// With a `?` for every character that a terminal cannot show, as `ls -q`.
pub fn question_marks(text: &[u8]) -> Vec<u8> {
    let mut shown = Vec::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            push(&mut shown, if is_printable(character) { character } else { '?' });
        }
        shown.extend(chunk.invalid().iter().map(|_| b'?'));
    }
    shown
}

/// Whether `iswprint` accepts a character.
pub fn is_printable(character: char) -> bool {
    !character.is_control() && !matches!(character, '\u{2028}' | '\u{2029}')
}

/// What quoting must know of a name before it starts.
struct Look {
    needs_quotes: bool,
    has_single_quote: bool,
    suits_double_quotes: bool,
}

fn look(name: &[u8], also: &[u8]) -> Look {
    let mut look = Look { needs_quotes: name.is_empty(), has_single_quote: false, suits_double_quotes: true };
    let is_alone = name.len() == 1;
    for (at, byte) in name.iter().enumerate() {
        let (is_special, is_compatible) = match byte {
            b'{' | b'}' if is_alone => (true, true),
            b'#' | b'~' if at == 0 => (true, true),
            b'{' | b'}' | b'#' | b'~' => (false, false),
            b' ' => (true, true),
            b'\'' => {
                look.has_single_quote = true;
                (true, true)
            }
            b'!' | b'"' | b'$' | b'&' | b'(' | b')' | b'*' | b';' | b'<' | b'=' | b'>' | b'[' | b'^' | b'`' | b'|'
            | b'?' | b'\\' => (true, false),
            byte if byte.is_ascii_control() => (true, false),
            _ => (also.contains(byte), true),
        };
        look.needs_quotes |= is_special;
        look.suits_double_quotes &= is_compatible;
    }
    match std::str::from_utf8(name) {
        Ok(text) if text.chars().all(is_printable) => {}
        _ => (look.needs_quotes, look.suits_double_quotes) = (true, false),
    }
    look
}

/// [`shell_escape`], [`file_in_message`] and [`always`] in one: `also` forces quotes too.
pub(crate) fn escape(name: &[u8], also: &[u8], is_always: bool) -> Vec<u8> {
    let look = look(name, also);
    if !look.needs_quotes && !is_always {
        return name.to_vec();
    }
    if look.has_single_quote && look.suits_double_quotes {
        return [b"\"", name, b"\""].concat();
    }
    let mut quoted = vec![b'\''];
    // Whether the last thing written stands inside `$'..'`. gnulib goes over a name with a single
    // quote twice and forgets to begin anew: the second time starts as the first one ended.
    let mut is_escaping = look.has_single_quote && ends_escaped(name);
    for chunk in name.utf8_chunks() {
        for character in chunk.valid().chars() {
            if !is_printable(character) {
                open_escape(&mut quoted, &mut is_escaping);
                push_escapes(&mut quoted, character.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
            if character == '\'' {
                // Closes whatever is open, adds a quote, opens again.
                quoted.extend_from_slice(b"'\\''");
                is_escaping = false;
                continue;
            }
            if std::mem::take(&mut is_escaping) {
                quoted.extend_from_slice(b"''");
            }
            push(&mut quoted, character);
        }
        if !chunk.invalid().is_empty() {
            open_escape(&mut quoted, &mut is_escaping);
            push_escapes(&mut quoted, chunk.invalid());
        }
    }
    quoted.push(b'\'');
    quoted
}

/// Whether the last character of a name is one that is escaped.
fn ends_escaped(name: &[u8]) -> bool {
    let Some(last) = name.utf8_chunks().last() else { return false };
    !last.invalid().is_empty() || last.valid().chars().next_back().is_some_and(|character| !is_printable(character))
}

fn open_escape(quoted: &mut Vec<u8>, is_escaping: &mut bool) {
    if !std::mem::replace(is_escaping, true) {
        quoted.extend_from_slice(b"'$'");
    }
}

fn push(out: &mut Vec<u8>, character: char) {
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

fn push_escapes(out: &mut Vec<u8>, bytes: &[u8]) {
    for byte in bytes {
        let letter = match byte {
            7 => b'a',
            8 => b'b',
            b'\t' => b't',
            b'\n' => b'n',
            11 => b'v',
            12 => b'f',
            b'\r' => b'r',
            _ => {
                out.extend_from_slice(format!("\\{byte:03o}").as_bytes());
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', letter]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_as_by_ls() {
        for (name, expected) in [
            ("a", "a"),
            ("a b", "'a b'"),
            ("it's", "\"it's\""),
            ("it's $x", "'it'\\''s $x'"),
            ("t\tx", "'t'$'\\t''x'"),
            ("x\n", "'x'$'\\n'"),
            ("", "''"),
            ("é", "é"),
            ("a#", "a#"),
            ("#a", "'#a'"),
            ("\t'\n", r"'\t'\'''$'\n'"),
            ("a=b", "'a=b'"),
        ] {
            assert_eq!(String::from_utf8(shell_escape(name.as_bytes())).unwrap(), expected);
        }
        assert_eq!(always(b"a"), b"'a'");
        assert_eq!(file_in_message(b"a:b"), b"'a:b'");
        assert_eq!(curly("a\n’".as_bytes()), "‘a\\n\\’’".as_bytes());
        assert_eq!(shell_escape(b"\xff"), b"''$'\\377'");
    }
}
