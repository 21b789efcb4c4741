//! A docstring's text without its indentation.

/// Takes the indentation off a docstring as `inspect.cleandoc` does: tabs become spaces up to the
/// next multiple of 8, the margin common to all lines but the first goes, and so do blank lines at
/// both ends (here also those that hold more white space than the margin).
pub fn clean(value: &str) -> String {
    let lines: Vec<String> = value.split('\n').map(expand_tabs).collect();
    let indent_of = |line: &str| line.chars().take_while(|letter| letter.is_whitespace()).count();
    let margin = lines.iter().skip(1).filter(|line| !line.trim().is_empty()).map(|line| indent_of(line)).min();
    let mut cleaned: Vec<&str> = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        cleaned.push(if at == 0 { line.trim_start() } else { without(line, margin.unwrap_or(0)) });
    }
    let is_text = |line: &&str| !line.trim().is_empty();
    let first = cleaned.iter().position(is_text).unwrap_or(cleaned.len());
    let last = cleaned.iter().rposition(is_text).map_or(first, |last| last + 1);
    cleaned[first..last].join("\n")
}

fn without(line: &str, letters: usize) -> &str {
    line.char_indices().nth(letters).map_or("", |(at, _)| &line[at..])
}

fn expand_tabs(line: &str) -> String {
    let mut expanded = String::with_capacity(line.len());
    let mut column = 0;
    for letter in line.chars() {
        let width = if letter == '\t' { 8 - column % 8 } else { 1 };
        if letter == '\t' {
            expanded.extend(std::iter::repeat_n(' ', width));
        } else {
            expanded.push(letter);
        }
        column = if letter == '\r' { 0 } else { column + width };
    }
    expanded
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn margins_go_and_relative_indentation_stays() {
        assert_eq!(clean("One.\n\n    Two\n      three\n    "), "One.\n\nTwo\n  three");
        assert_eq!(clean("\n    One.\n    Two.\n"), "One.\nTwo.");
        assert_eq!(clean("   One."), "One.");
        assert_eq!(clean("a\n\tb\n        c"), "a\nb\nc");
        assert_eq!(clean(" \n "), "");
        assert_eq!(clean(""), "");
        assert_eq!(clean("é\n  \u{3000}x\n    y"), "é\nx\n y");
    }
}
