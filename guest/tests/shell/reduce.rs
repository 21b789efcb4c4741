//! Cuts a script down to the part that still shows something.

/// The shortest part of a script found for which `shows` holds; the script itself must show it.
/// Words are left out, first many at a time, then one by one.
pub(crate) fn reduced(script: &str, mut shows: impl FnMut(&str) -> bool) -> String {
    let mut words: Vec<&str> = script.split_inclusive([' ', '\n', ';']).collect();
    let mut size = words.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < words.len() {
            let mut fewer = words.clone();
            fewer.drain(at..(at + size).min(words.len()));
            if shows(&fewer.concat()) {
                words = fewer;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    words.concat()
}
