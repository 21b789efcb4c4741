//! The patch format of `apply_patch`: from text to what is to be done to each file.

const BEGIN: &str = "*** Begin Patch";
const END: &str = "*** End Patch";
const ADD: &str = "*** Add File: ";
const DELETE: &str = "*** Delete File: ";
const UPDATE: &str = "*** Update File: ";
const MOVE: &str = "*** Move to: ";
const END_OF_FILE: &str = "*** End of File";

/// What is wrong with a patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ParseError {
    /// With its frame.
    Patch(String),
    /// With a part of it; the line is counted from 1.
    Hunk { message: String, line: usize },
}

/// What a patch does to one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hunk<'t> {
    Add { path: &'t str, text: String },
    Delete { path: &'t str },
    Update { path: &'t str, new_path: Option<&'t str>, chunks: Vec<Chunk<'t>> },
}

/// A run of lines that become others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Chunk<'t> {
    /// Lines above it, each to be found below the one before.
    pub(super) context: Vec<&'t str>,
    pub(super) old: Vec<&'t str>,
    pub(super) new: Vec<&'t str>,
    /// The old lines are the file's last.
    pub(super) is_at_end: bool,
}

/// Reads a patch. Blanks around it and a here-document's frame are not part of it.
pub(super) fn parse(text: &str) -> Result<Vec<Hunk<'_>>, ParseError> {
    let lines: Vec<&str> = text.trim().lines().collect();
    let lines = match check_frame(&lines) {
        Ok(inner) => inner,
        Err(error) => match lines.as_slice() {
            ["<<EOF" | "<<'EOF'" | "<<\"EOF\"", inner @ .., last] if last.ends_with("EOF") && inner.len() >= 2 => {
                check_frame(inner)?
            }
            _ => return Err(error),
        },
    };
    let mut hunks = Vec::new();
    let mut at = 0;
    while let Some(rest) = lines.get(at..).filter(|rest| !rest.is_empty()) {
        let (hunk, taken) = parse_hunk(rest, at + 2)?;
        hunks.push(hunk);
        at += taken;
    }
    Ok(hunks)
}

/// The lines between the first and the last.
fn check_frame<'l, 't>(lines: &'l [&'t str]) -> Result<&'l [&'t str], ParseError> {
    match lines {
        [first, inner @ .., last] if first.trim() == BEGIN && last.trim() == END => Ok(inner),
        [first, ..] if first.trim() != BEGIN => {
            Err(ParseError::Patch("The first line of the patch must be '*** Begin Patch'".into()))
        }
        _ => Err(ParseError::Patch("The last line of the patch must be '*** End Patch'".into())),
    }
}

/// One file's part and how many lines it takes.
fn parse_hunk<'t>(lines: &[&'t str], line: usize) -> Result<(Hunk<'t>, usize), ParseError> {
    let first = lines.first().map_or("", |first| first.trim());
    if let Some(path) = first.strip_prefix(ADD) {
        let added = lines.iter().skip(1).map_while(|line| line.strip_prefix('+'));
        let (mut text, mut taken) = (String::new(), 1);
        for added in added {
            text.push_str(added);
            text.push('\n');
            taken += 1;
        }
        return Ok((Hunk::Add { path, text }, taken));
    }
    if let Some(path) = first.strip_prefix(DELETE) {
        return Ok((Hunk::Delete { path }, 1));
    }
    let Some(path) = first.strip_prefix(UPDATE) else {
        let message = format!(
            "'{first}' is not a valid hunk header. Valid hunk headers: '*** Add File: {{path}}', '*** Delete File: \
             {{path}}', '*** Update File: {{path}}'"
        );
        return Err(ParseError::Hunk { message, line });
    };
    let new_path = lines.get(1).and_then(|second| second.strip_prefix(MOVE));
    let mut taken = 1 + usize::from(new_path.is_some());
    let mut chunks = Vec::new();
    while let Some(rest) = lines.get(taken..).filter(|rest| !rest.is_empty()) {
        let next = rest.first().copied().unwrap_or_default();
        // Blank lines may stand between chunks.
        if next.trim().is_empty() {
            taken += 1;
            continue;
        }
        if next.starts_with("***") {
            break;
        }
        let (chunk, more) = parse_chunk(rest, line + taken, chunks.is_empty())?;
        chunks.push(chunk);
        taken += more;
    }
    if chunks.is_empty() {
        let message = format!("Update file hunk for path '{path}' is empty");
        return Err(ParseError::Hunk { message, line });
    }
    Ok((Hunk::Update { path, new_path, chunks }, taken))
}

fn parse_chunk<'t>(lines: &[&'t str], line: usize, is_first: bool) -> Result<(Chunk<'t>, usize), ParseError> {
    let mut chunk = Chunk::default();
    let mut start = 0;
    for marker in lines {
        match marker.strip_prefix("@@ ") {
            Some(context) => chunk.context.push(context),
            None if *marker == "@@" => {}
            None => break,
        }
        start += 1;
    }
    let empty = |line| Err(ParseError::Hunk { message: "Update hunk does not contain any lines".into(), line });
    if start == 0 && !is_first {
        let message = format!(
            "Expected update hunk to start with a @@ context marker, got: '{}'",
            lines.first().copied().unwrap_or_default()
        );
        return Err(ParseError::Hunk { message, line });
    }
    if start >= lines.len() {
        return empty(line + start);
    }
    let mut taken = 0;
    for text in lines.iter().skip(start) {
        if *text == END_OF_FILE {
            if taken == 0 {
                return empty(line + start);
            }
            chunk.is_at_end = true;
            taken += 1;
            break;
        }
        match (text.chars().next(), text.get(1..)) {
            (None, _) => {
                chunk.old.push("");
                chunk.new.push("");
            }
            (Some(' '), Some(both)) => {
                chunk.old.push(both);
                chunk.new.push(both);
            }
            (Some('+'), Some(added)) => chunk.new.push(added),
            (Some('-'), Some(removed)) => chunk.old.push(removed),
            _ if taken == 0 => {
                let message = format!(
                    "Unexpected line found in update hunk: '{text}'. Every line should start with ' ' (context line), \
                     '+' (added line), or '-' (removed line)"
                );
                return Err(ParseError::Hunk { message, line: line + start });
            }
            // The next chunk begins.
            _ => break,
        }
        taken += 1;
    }
    Ok((chunk, start + taken))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(inner: &str) -> String {
        format!("*** Begin Patch\n{inner}\n*** End Patch\n")
    }

    #[test]
    fn patches_are_read() {
        let text = wrapped(
            "*** Add File: a.py\n+one\n+\n*** Delete File: b.py\n*** Update File: c.py\n*** Move to: d.py\n@@ class \
             A:\n@@ def f\n x\n-y\n+z\n\n@@\n+end\n*** End of File",
        );
        let hunks = parse(&text).unwrap();
        assert_eq!(hunks[0], Hunk::Add { path: "a.py", text: "one\n\n".into() });
        assert_eq!(hunks[1], Hunk::Delete { path: "b.py" });
        let Hunk::Update { new_path, chunks, .. } = &hunks[2] else { panic!("{hunks:?}") };
        assert_eq!(*new_path, Some("d.py"));
        assert_eq!((&chunks[0].context[..], &chunks[0].old[..]), (&["class A:", "def f"][..], &["x", "y", ""][..]));
        assert!(chunks[1].is_at_end && chunks[1].old.is_empty());
        assert!(parse(&format!("<<'EOF'\n{}EOF", wrapped("*** Delete File: b"))).is_ok());
    }

    #[test]
    fn faults_are_named_with_their_line() {
        let patch = |message: &str| Err(ParseError::Patch(message.into()));
        assert_eq!(parse("bad"), patch("The first line of the patch must be '*** Begin Patch'"));
        assert_eq!(parse("*** Begin Patch\nbad"), patch("The last line of the patch must be '*** End Patch'"));
        let fault = |inner: &str| match parse(&wrapped(inner)).unwrap_err() {
            ParseError::Hunk { message, line } => (line, message),
            error => panic!("{error:?}"),
        };
        assert_eq!(fault("*** Update File: x"), (2, "Update file hunk for path 'x' is empty".into()));
        assert_eq!(fault("x").0, 2);
        assert!(fault("*** Update File: x\n@@\nwrong").1.starts_with("Unexpected line found"));
        assert!(fault("*** Update File: x\n@@\n*** End of File").1.starts_with("Update hunk does not"));
        let late = fault("*** Update File: x\n+a\n*** Delete File: b\nrest");
        assert_eq!(late.0, 5);
    }
}
