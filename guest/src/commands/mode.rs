//! Permission modes as `chmod`, `mkdir -m` and `find -perm` take them: `755`, `u+x,go-w`, `a=r`.

use sparring_tree::Mode;

/// A change of permission bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ModeChange(Vec<Clause>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Clause {
    /// All bits at once. Fewer than five digits leave a directory's set-id bits alone.
    Octal(u16, bool),
    Symbolic {
        /// Bits of `u`, `g`, `o` that it touches.
        who: u16,
        /// Without `ugoa` the umask holds bits back.
        is_masked: bool,
        action: u8,
        bits: Bits,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Bits {
    Letters {
        permissions: u16,
        conditional_execute: bool,
    },
    /// `g=u`: the bits of another class.
    Copy(u8),
}

impl ModeChange {
    /// Reads a mode; `None` when it is none.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        if text.first().is_some_and(u8::is_ascii_digit) {
            let text_digits = std::str::from_utf8(text).ok()?;
            let value = u16::from_str_radix(text_digits, 8).ok().filter(|value| *value <= 0o7777)?;
            return Some(Self(vec![Clause::Octal(value, text.len() >= 5)]));
        }
        let mut clauses = Vec::new();
        for part in text.split(|&byte| byte == b',') {
            let mut at = 0;
            let (mut who, mut is_masked) = (0, true);
            while let Some(letter) = part.get(at).filter(|byte| b"ugoa".contains(byte)) {
                is_masked = false;
                who |= match letter {
                    b'u' => 0o4700,
                    b'g' => 0o2070,
                    b'o' => 0o1007,
                    _ => 0o7777,
                };
                at += 1;
            }
            if is_masked {
                who = 0o7777;
            }
            part.get(at).filter(|byte| b"+-=".contains(byte))?;
            while let Some(&action) = part.get(at) {
                if !b"+-=".contains(&action) {
                    return None;
                }
                at += 1;
                let digits =
                    part.get(at..).unwrap_or_default().iter().take_while(|b| (b'0'..=b'7').contains(*b)).count();
                let bits = if digits > 0 {
                    let number = std::str::from_utf8(part.get(at..at + digits)?).ok()?;
                    at += digits;
                    if at != part.len() || !is_masked {
                        return None;
                    }
                    is_masked = false;
                    let permissions = u16::from_str_radix(number, 8).ok().filter(|value| *value <= 0o7777)?;
                    Bits::Letters { permissions, conditional_execute: false }
                } else if let Some(letter) = part.get(at).filter(|byte| b"ugo".contains(byte)) {
                    at += 1;
                    Bits::Copy(*letter)
                } else {
                    let (mut permissions, mut conditional_execute) = (0, false);
                    while let Some(letter) = part.get(at).filter(|byte| !b"+-=".contains(byte)) {
                        match letter {
                            b'r' => permissions |= 0o444,
                            b'w' => permissions |= 0o222,
                            b'x' => permissions |= 0o111,
                            b'X' => conditional_execute = true,
                            b's' => permissions |= 0o6000,
                            b't' => permissions |= 0o1000,
                            _ => return None,
                        }
                        at += 1;
                    }
                    Bits::Letters { permissions, conditional_execute }
                };
                clauses.push(Clause::Symbolic { who, is_masked, action, bits });
            }
        }
        Some(Self(clauses))
    }

    /// The bits after the change.
    /// `umask` counts where the change names nobody: `+x`.
    pub(crate) fn apply(&self, old: Mode, is_directory: bool, umask: u16) -> Mode {
        let mut mode = old.0;
        for clause in &self.0 {
            match clause {
                Clause::Octal(value, is_full) => {
                    let kept = if is_directory && !is_full { mode & 0o6000 } else { 0 };
                    mode = value | kept;
                }
                Clause::Symbolic { who, is_masked, action, bits } => {
                    let wanted = match bits {
                        Bits::Letters { permissions, conditional_execute } => {
                            let executes = *conditional_execute && (is_directory || mode & 0o111 != 0);
                            permissions | if executes { 0o111 } else { 0 }
                        }
                        Bits::Copy(letter) => {
                            let class = match letter {
                                b'u' => mode >> 6,
                                b'g' => mode >> 3,
                                _ => mode,
                            } & 7;
                            class << 6 | class << 3 | class
                        }
                    };
                    let allowed = if *is_masked { who & !umask } else { *who };
                    let wanted = wanted & allowed;
                    // `=` leaves the set-id bits of a directory alone unless they are named.
                    let kept = if is_directory { 0o6000 } else { 0 };
                    mode = match action {
                        b'+' => mode | wanted,
                        b'-' => mode & !wanted,
                        _ => (mode & (!who | kept)) | wanted,
                    };
                }
            }
        }
        Mode(mode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_read_as_by_chmod() {
        for (text, old, expected) in [
            ("755", 0o644, 0o755),
            ("u+x", 0o644, 0o744),
            ("+x", 0o644, 0o755),
            ("go-rwx", 0o755, 0o700),
            ("a=r", 0o755, 0o444),
            ("g=u,o+X", 0o740, 0o771),
            ("+t", 0o755, 0o1755),
        ] {
            assert_eq!(
                ModeChange::parse(text.as_bytes()).unwrap().apply(Mode(old), false, 0o022),
                Mode(expected),
                "{text}"
            );
        }
        for text in ["8", "x", "u", "u+q", "", "77777"] {
            assert_eq!(ModeChange::parse(text.as_bytes()), None, "{text}");
        }
    }
}
