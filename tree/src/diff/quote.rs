//! Paths as git prints them: as they are, or quoted as C strings when they hold unusual bytes
//! (`core.quotePath` at its default).

/// The path, in double quotes with escapes if it holds control characters, quotes, backslashes or
/// bytes above 127. `prefix` (`a/`) goes inside the quotes.
pub fn quote_path(prefix: &[u8], path: &[u8]) -> Vec<u8> {
    quote_path_with(prefix, path, false)
}

/// [`quote_path`], which also quotes for a space when `spaces` says so, as `git status --short`
/// does.
pub fn quote_path_with(prefix: &[u8], path: &[u8], spaces: bool) -> Vec<u8> {
    let unusual = path.iter().any(|&byte| escape(byte).is_some() || spaces && byte == b' ');
    let mut out = Vec::with_capacity(prefix.len() + path.len() + 2);
    if !unusual {
        out.extend_from_slice(prefix);
        out.extend_from_slice(path);
        return out;
    }
    out.push(b'"');
    for &byte in prefix.iter().chain(path) {
        match escape(byte) {
            None => out.push(byte),
            Some(0) => out.extend_from_slice(format!("\\{byte:03o}").as_bytes()),
            Some(letter) => out.extend_from_slice(&[b'\\', letter]),
        }
    }
    out.push(b'"');
    out
}

/// The letter after the backslash, 0 for three octal digits, nothing for a usual byte.
fn escape(byte: u8) -> Option<u8> {
    match byte {
        b'"' | b'\\' => Some(byte),
        7 => Some(b'a'),
        8 => Some(b'b'),
        b'\t' => Some(b't'),
        b'\n' => Some(b'n'),
        11 => Some(b'v'),
        12 => Some(b'f'),
        b'\r' => Some(b'r'),
        0..=31 | 127.. => Some(0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unusual_paths_are_quoted() {
        assert_eq!(quote_path(b"a/", b"x y"), b"a/x y");
        assert_eq!(quote_path_with(b"", b"x y", true), b"\"x y\"");
        assert_eq!(quote_path(b"b/", b"caf\xc3\xa9\t\"\\\x01"), b"\"b/caf\\303\\251\\t\\\"\\\\\\001\"");
    }
}
