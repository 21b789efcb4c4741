//! Backslash escapes in strings, in `-F`, and in assignments on the command line.

/// The text with its escapes resolved; what is no escape keeps its backslash.
pub(super) fn resolved(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some(&escaped) = text.get(at) else {
            out.push(b'\\');
            break;
        };
        at += 1;
        match escaped {
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'f' => out.push(0x0c),
            b'b' => out.push(0x08),
            b'r' => out.push(b'\r'),
            b'a' => out.push(0x07),
            b'v' => out.push(0x0b),
            b'\\' | b'"' => out.push(escaped),
            b'0'..=b'7' => {
                let mut value = u32::from(escaped - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = text.get(at) else { break };
                    value = value * 8 + u32::from(digit - b'0');
                    at += 1;
                }
                out.push(value as u8);
            }
            b'x' if text.get(at).is_some_and(u8::is_ascii_hexdigit) => {
                let mut value = 0;
                for _ in 0..2 {
                    let Some(digit) = text.get(at).and_then(|byte| char::from(*byte).to_digit(16)) else { break };
                    value = value * 16 + digit;
                    at += 1;
                }
                out.push(value as u8);
            }
            other => out.extend_from_slice(&[b'\\', other]),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_escapes_are_resolved() {
        assert_eq!(resolved(b"a\\tb\\\\\\\"\\101\\x41\\q\\"), b"a\tb\\\"AA\\q\\");
    }
}
