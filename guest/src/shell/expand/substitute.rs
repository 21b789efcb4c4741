//! Command and process substitution.

use crate::shell::Shell;
use crate::shell::eval::Run;
use crate::shell::syntax::{CommandKind, List, Parser, Redirect, Target};

impl Shell<'_, '_> {
    /// The output of commands without its final newlines. Sets the status that a command without
    /// a name gets.
    pub(crate) fn command_substitution(&mut self, body: &[u8], backquoted: bool) -> Run<Vec<u8>> {
        let output = self.machine.streams.buffer();
        let saved = self.enter_subshell()?;
        self.substitutions += 1;
        self.process.descriptors.set(1, output);
        if !self.process.options.is("inherit_errexit") && !self.process.options.is("posix") {
            self.process.options.set_named("errexit", false);
        }
        let result = match self.file_to_read(body) {
            Some(redirect) => self.read_whole(&redirect, output),
            None => {
                let name: &[u8] = if backquoted { b"command substitution" } else { b"-c" };
                self.run_text(body, name)
            }
        };
        self.substitutions -= 1;
        let status = self.leave_subshell(saved, result)?;
        self.process.substitution_status = Some(status);
        let mut bytes = self.machine.streams.take(output);
        if bytes.contains(&0) {
            bytes.retain(|byte| *byte != 0);
            self.complain(b"warning: command substitution: ignored null byte in input")?;
        }
        let end = bytes.iter().rposition(|byte| *byte != b'\n').map_or(0, |last| last + 1);
        bytes.truncate(end);
        Ok(bytes)
    }

    /// `$(< file)` is the file's text.
    fn file_to_read(&self, body: &[u8]) -> Option<Redirect> {
        if !body.trim_ascii_start().starts_with(b"<") {
            return None;
        }
        let mut parser = Parser::new(body, self.parse_options());
        let List { mut items } = parser.next_command().ok()??;
        let only = items.pop().filter(|item| items.is_empty() && !item.background && item.chain.rest.is_empty())?;
        let mut stages = only.chain.first.stages;
        let command = stages.pop().filter(|_| stages.is_empty())?;
        let CommandKind::Simple(simple) = command.kind else { return None };
        let mut redirects = command.redirects;
        let redirect = redirects.pop().filter(|_| redirects.is_empty())?;
        let bare = simple.words.is_empty() && simple.assignments.is_empty();
        (bare && matches!(redirect.target, Target::Read(_))).then_some(redirect)
    }

    fn read_whole(&mut self, redirect: &Redirect, output: crate::machine::StreamId) -> Run<()> {
        self.process.status = 0;
        if !self.redirect(redirect)? {
            self.process.status = 1;
            return Ok(());
        }
        if let Some(input) = self.process.descriptors.get(0) {
            let bytes = self.machine.streams.read_all(input, self.machine.budget)?;
            self.machine.streams.write(output, &bytes, self.machine.budget)?;
        }
        Ok(())
    }

    /// `<( )` and `>( )`: the name of a file that holds the output. Commands of a pipeline run one
    /// after the other here, so `>( )`, which would run beside its writer, is refused.
    pub(crate) fn process_substitution(&mut self, reads: bool, body: &[u8]) -> Run<Vec<u8>> {
        if !reads {
            self.complain(b"cannot make pipe for process substitution: Function not implemented")?;
            return Ok(b"/dev/null".to_vec());
        }
        let output = self.command_substitution_raw(body)?;
        let number = 63u32.saturating_sub(self.substituted_files);
        self.substituted_files += 1;
        let path = crate::workspace::VirtualPath::lexical(format!("/dev/fd/{number}").as_bytes());
        let directory = path.parent();
        // The directory stands for the kernel's own; whatever stands there is replaced.
        let _exists = self.machine.workspace.make_directory(&directory)?;
        let _misfit = self.machine.workspace.write(&path, output)?;
        Ok(path.display())
    }

    fn command_substitution_raw(&mut self, body: &[u8]) -> Run<Vec<u8>> {
        let output = self.machine.streams.buffer();
        let saved = self.enter_subshell()?;
        self.process.descriptors.set(1, output);
        let result = self.run_text(body, b"-c");
        self.leave_subshell(saved, result)?;
        Ok(self.machine.streams.take(output))
    }
}
