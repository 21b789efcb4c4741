//! `submit`: the patch of everything that changed.

use super::{Dialect, launch_captured};
use crate::budget::Stoppable;
use crate::commands::Context;

/// What 1.x looks for in an observation.
pub(crate) const MARKER: &str = "<<SWE_AGENT_SUBMISSION>>";
/// What 0.6 prints before the patch.
pub(crate) const OPENING: &str = "<<SUBMISSION||";
/// What 0.6 prints after the patch.
pub(crate) const CLOSING: &str = "||SUBMISSION>>";

pub(super) fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let patch = collect_patch(context)?;
    match context.dialect() {
        Dialect::Middle => {
            context.say(OPENING.as_bytes())?;
            context.out(&patch)?;
            context.say(CLOSING.as_bytes())?;
        }
        Dialect::First => context.say(MARKER.as_bytes())?,
    }
    context.machine.window.submission = Some(patch);
    Ok(0)
}

/// What the first call of a reviewed `submit` says before the changes (`SUBMIT_REVIEW_MESSAGES` of
/// `config/default.yaml`).
const REVIEW: &str = "\
Thank you for your work on this issue. Please carefully follow the steps below to help review your changes.

1. If you made any changes to your code after running the reproduction script, please run the reproduction script again.
  If the reproduction script is failing, please revisit your changes and make sure they are correct.
  If you have already removed your reproduction script, please ignore this step.
2. Remove your reproduction script (if you haven't done so already).
3. If you have modified any TEST files, please revert them to the state they had before you started fixing the issue.
  You can do this with `git checkout -- /path/to/test/file.py`. Use below <diff> to find the files you need to revert.
4. Run the submit command again to confirm.

Here is a list of all of your changes:

<diff>
";

/// `submit [-f]`: the first call shows the changes, the second hands them in; `-f` skips the first.
pub(super) fn run_reviewed(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut is_forced = false;
    for argument in context.arguments.iter().skip(1) {
        match argument.as_slice() {
            b"-f" | b"--force" => is_forced = true,
            other => {
                let word = String::from_utf8_lossy(other);
                let text = format!("usage: submit [-h] [-f]\nsubmit: error: unrecognized arguments: {word}\n");
                context.error(text.as_bytes())?;
                return Ok(2);
            }
        }
    }
    let patch = collect_patch(context)?;
    if !is_forced && context.machine.window.reviews == 0 {
        context.machine.window.reviews = 1;
        context.out(REVIEW.as_bytes())?;
        context.out(&patch)?;
        context.out(b"\n</diff>\n\n")?;
        return Ok(0);
    }
    context.say(MARKER.as_bytes())?;
    context.out(&patch)?;
    context.out(b"\n")?;
    context.say(MARKER.as_bytes())?;
    context.machine.window.submission = Some(patch);
    Ok(0)
}

/// `git add -A && git diff --cached` in the repository's root.
fn collect_patch(context: &mut Context<'_, '_>) -> Stoppable<Vec<u8>> {
    let root = context.machine.workspace.mount().display();
    launch_captured(context, &[b"git", b"-C", &root, b"add", b"-A"])?;
    launch_captured(context, &[b"git", b"-C", &root, b"diff", b"--cached"]).map(|(patch, _)| patch)
}
