//! `l`: a line with everything visible.

/// The text with escapes for what is not printable ASCII, broken into lines of `width` columns, 0
/// meaning no breaks; each line ends with `delimiter`.
pub(super) fn list(text: &[u8], width: u64, delimiter: u8) -> Vec<u8> {
    let room = if width == 0 { usize::MAX } else { usize::try_from(width - 1).unwrap_or(usize::MAX) };
    let mut out = Vec::with_capacity(text.len() + 2);
    let mut column = 0;
    for &byte in text {
        let shown = match byte {
            b'\\' => b"\\\\".to_vec(),
            7 => b"\\a".to_vec(),
            8 => b"\\b".to_vec(),
            12 => b"\\f".to_vec(),
            b'\n' => b"\\n".to_vec(),
            b'\r' => b"\\r".to_vec(),
            b'\t' => b"\\t".to_vec(),
            11 => b"\\v".to_vec(),
            0x20..=0x7e => vec![byte],
            _ => format!("\\{byte:03o}").into_bytes(),
        };
        if column + shown.len() > room {
            out.extend_from_slice(&[b'\\', delimiter]);
            column = 0;
        }
        column += shown.len();
        out.extend_from_slice(&shown);
    }
    out.extend_from_slice(&[b'$', delimiter]);
    out
}
