//! Finding a run of lines in a file, at first exactly, then less and less so.

/// Where `pattern` begins at or after `start`; `is_at_end` looks at the file's last lines only.
pub(super) fn seek(lines: &[&str], pattern: &[&str], start: usize, is_at_end: bool) -> Option<usize> {
    if pattern.is_empty() {
        return Some(start);
    }
    let last = lines.len().checked_sub(pattern.len())?;
    let start = if is_at_end { last } else { start };
    let levels: [fn(&str, &str) -> bool; 4] = [
        |line, wanted| line == wanted,
        |line, wanted| line.trim_end() == wanted.trim_end(),
        |line, wanted| line.trim() == wanted.trim(),
        |line, wanted| plain(line) == plain(wanted),
    ];
    levels.into_iter().find_map(|is_same| {
        (start..=last).find(|at| {
            let candidate = lines.get(*at..at + pattern.len()).unwrap_or_default();
            candidate.iter().zip(pattern).all(|(line, wanted)| is_same(line, wanted))
        })
    })
}

/// A line without blanks around, its typographic characters as ASCII.
fn plain(line: &str) -> String {
    let ascii = |character| match character {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2018}'..='\u{201b}' => '\'',
        '\u{201c}'..='\u{201f}' => '"',
        '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        other => other,
    };
    line.trim().chars().map(ascii).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exact_place_comes_first() {
        let lines = ["a ", "a", " a", "b\u{2013}c"];
        assert_eq!(seek(&lines, &["a"], 0, false), Some(1));
        assert_eq!(seek(&lines, &["a"], 2, false), Some(2));
        assert_eq!(seek(&lines, &["a  "], 0, false), Some(0));
        assert_eq!(seek(&lines, &["b-c"], 0, true), Some(3));
        assert_eq!(seek(&lines, &["a"], 0, true), None);
        assert_eq!(seek(&lines, &["a"; 5], 0, false), None);
        assert_eq!(seek(&lines, &[], 2, false), Some(2));
    }
}
