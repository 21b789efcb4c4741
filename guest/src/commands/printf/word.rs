//! Words as `printf` reads and writes them: `'a`, `%q` of bash.

use super::super::quote;

/// `'a` is the number of the character `a`.
pub(super) fn quoted_character(text: &[u8]) -> Option<i64> {
    let rest = text.strip_prefix(b"'").or_else(|| text.strip_prefix(b"\""))?;
    let character = rest.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
    match character {
        Some(character) => Some(i64::from(character as u32)),
        None => rest.first().map(|byte| i64::from(*byte)),
    }
}

/// As bash's `printf %q` quotes a word: backslashes, or `$'..'` where control characters are.
pub fn bash_quoted(word: &[u8]) -> Vec<u8> {
    if word.is_empty() {
        return b"''".to_vec();
    }
    let is_shown = std::str::from_utf8(word).is_ok_and(|text| text.chars().all(quote::is_printable));
    if !is_shown {
        let mut out = b"$'".to_vec();
        for chunk in word.utf8_chunks() {
            for character in chunk.valid().chars() {
                match character {
                    '\u{1b}' => out.extend_from_slice(b"\\E"),
                    '\'' | '\\' => out.extend_from_slice(&[b'\\', character as u8]),
                    _ if quote::is_printable(character) => {
                        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                    }
                    _ => out.extend(quote::c_escape(character.encode_utf8(&mut [0; 4]).as_bytes(), b"")),
                }
            }
            out.extend(quote::c_escape(chunk.invalid(), b""));
        }
        out.push(b'\'');
        return out;
    }
    let mut out = Vec::with_capacity(word.len() * 2);
    for (at, byte) in word.iter().enumerate() {
        let is_special =
            b" \t\n'\"\\|&;()<>!{}*[]?^$`,".contains(byte) || (*byte == b'~' && at == 0) || (*byte == b'#' && at == 0);
        if is_special {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out
}
