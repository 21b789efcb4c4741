//! One JSON value a line.

use std::io::{BufRead, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Why lines were not read or written.
#[derive(Debug, thiserror::Error)]
pub enum JsonlError {
    /// The reader or writer failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A line that is not what was expected.
    #[error("line {line}: {error}")]
    Line {
        /// The line's number, counted from 1.
        line: usize,
        /// What is wrong with it.
        error: serde_json::Error,
    },
    /// A value that has no JSON form, for instance a number that is not finite.
    #[error("item {item}: {error}")]
    Item {
        /// The value's number, counted from 1.
        item: usize,
        /// What is wrong with it.
        error: serde_json::Error,
    },
}

/// Reads all lines; blank ones are passed over.
pub fn read<T: DeserializeOwned>(reader: impl BufRead) -> Result<Vec<T>, JsonlError> {
    let mut values = Vec::new();
    for (at, line) in reader.lines().enumerate() {
        let line = line?;
        if !line.trim().is_empty() {
            values.push(serde_json::from_str(&line).map_err(|error| JsonlError::Line { line: at + 1, error })?);
        }
    }
    Ok(values)
}

/// Writes each value on a line of its own, keys in the order of their declaration.
pub fn write<'a, T: Serialize + 'a>(
    mut writer: impl Write,
    values: impl IntoIterator<Item = &'a T>,
) -> Result<(), JsonlError> {
    for (at, value) in values.into_iter().enumerate() {
        let mut line = serde_json::to_vec(value).map_err(|error| JsonlError::Item { item: at + 1, error })?;
        line.push(b'\n');
        writer.write_all(&line)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_round_trip_and_errors_name_the_line() {
        let mut text = Vec::new();
        write(&mut text, &[1, 2]).unwrap();
        assert_eq!(text, b"1\n2\n");
        assert_eq!(read::<u8>(&b"1\n\n  \n2"[..]).unwrap(), [1, 2]);
        let error = read::<u8>(&b"1\n\nx\n"[..]).unwrap_err().to_string();
        assert!(error.starts_with("line 3: "), "{error}");
    }
}
