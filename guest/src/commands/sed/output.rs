//! Where sed writes: standard output or the file that is edited in place, and the files of `w`.

use super::execute::Manner;
use super::input::Fatal;
use crate::budget::Stoppable;
use crate::commands::Context;
use crate::machine::StreamId;

/// A place to write to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Standard output, or with `-i` the new text of the current file.
    Main,
    /// Standard output as a file of `w`, which does not know what [`Place::Main`] owes.
    Standard,
    /// Standard error.
    Error,
    /// A file.
    File(StreamId),
}

/// All places, and which of them still owe the newline of a last line that had none.
#[derive(Debug)]
pub(super) struct Outputs {
    /// The new text of the file that is edited in place.
    edited: Option<Vec<u8>>,
    /// What the indexes of [`super::script::Script::outputs`] mean.
    named: Vec<Place>,
    owing: Vec<Place>,
    delimiter: u8,
    unbuffered: bool,
}

impl Outputs {
    /// Opens the files of `w`, which empties them.
    pub(super) fn open(
        context: &mut Context<'_, '_>,
        names: &[Vec<u8>],
        manner: &Manner,
    ) -> Stoppable<Result<Self, Fatal>> {
        let mut named = Vec::new();
        for name in names {
            let place = match name.as_slice() {
                b"/dev/stdout" => Place::Standard,
                b"/dev/stderr" => Place::Error,
                _ => match context.machine.open_output(context.directory, name, false)? {
                    Ok(stream) => Place::File(stream),
                    Err(error) => {
                        let text = error.message().as_bytes();
                        let message = [b"couldn't open file ", name.as_slice(), b": ", text].concat();
                        return Ok(Err(Fatal { message, status: 4 }));
                    }
                },
            };
            named.push(place);
        }
        Ok(Ok(Self {
            edited: None,
            named,
            owing: Vec::new(),
            delimiter: manner.delimiter,
            unbuffered: manner.unbuffered,
        }))
    }

    pub(super) fn named(&self, index: usize) -> Place {
        self.named.get(index).copied().unwrap_or(Place::Main)
    }

    /// From now on the main output is the new text of a file.
    pub(super) fn start_edit(&mut self) {
        self.edited = Some(Vec::new());
    }

    /// The new text of the file that was edited.
    pub(super) fn take_edited(&mut self) -> Option<Vec<u8>> {
        self.owing.retain(|place| *place != Place::Main);
        self.edited.take()
    }

    /// Writes a line; without its delimiter when the input's last line had none either.
    pub(super) fn line(
        &mut self,
        context: &mut Context<'_, '_>,
        place: Place,
        text: &[u8],
        with_delimiter: bool,
    ) -> Stoppable<()> {
        self.raw(context, place, text)?;
        if with_delimiter {
            return self.write(context, place, &[self.delimiter]);
        }
        self.owing.push(place);
        Ok(())
    }

    /// Writes bytes, after the delimiter that is owed.
    pub(super) fn raw(&mut self, context: &mut Context<'_, '_>, place: Place, text: &[u8]) -> Stoppable<()> {
        if let Some(at) = self.owing.iter().position(|other| *other == place) {
            self.owing.remove(at);
            self.write(context, place, &[self.delimiter])?;
        }
        self.write(context, place, text)
    }

    fn write(&mut self, context: &mut Context<'_, '_>, place: Place, text: &[u8]) -> Stoppable<()> {
        match (place, &mut self.edited) {
            (Place::Main, Some(edited)) => {
                context.machine.budget.write(text.len() as u64)?;
                edited.extend_from_slice(text);
                Ok(())
            }
            (Place::Main | Place::Standard, _) => {
                context.out(text)?;
                if self.unbuffered { context.flush() } else { Ok(()) }
            }
            (Place::Error, _) => context.error(text),
            (Place::File(stream), _) => context.machine.streams.write(stream, text, context.machine.budget),
        }
    }
}
