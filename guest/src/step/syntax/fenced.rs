//! Commands in fences.

use super::ParsedCall;

const THOUGHT_ACTION: &str = "\
Your output was not formatted correctly. You must always include one discussion and one command as part of your response. \
Make sure you do not have multiple discussion/command tags.
Please make sure your output precisely matches the following format:
DISCUSSION
Discuss here with yourself about what your planning and what you're going to do in this step.

```
command(s) that you're going to run
```
";

/// The one fence of `bash`. mini-swe-agent 1.x finds it with "```bash", blanks, a newline, as
/// little as possible, a newline, "```", and trims the command.
pub(super) fn one_bash(reply: &str) -> Result<ParsedCall, String> {
    let mut commands = Vec::new();
    let mut rest = reply;
    while let Some((_, after)) = rest.split_once("```bash") {
        let body = after.trim_start_matches([' ', '\t']);
        let Some((command, after)) = body.strip_prefix('\n').and_then(|body| body.split_once("\n```")) else {
            rest = after;
            continue;
        };
        commands.push(command.trim());
        rest = after;
    }
    match commands.as_slice() {
        [command] => Ok(ParsedCall::command(command)),
        _ => Err(format!(
            "Please always provide EXACTLY ONE action in triple backticks, found {} actions.\n\n\
             Please format your action in triple backticks as shown in <response_example>.\n\n\
             <response_example>\nHere are some thoughts about why you want to perform the action.\n\n\
             ```bash\n<action>\n```\n</response_example>\n\n\
             If you have completed your assignment, please consult the first message about how to\n\
             submit your solution (you will not be able to continue working on this task after that).",
            commands.len()
        )),
    }
}

/// The last fence that stands in no other, as SWE-agent's parser `thought_action` finds it.
pub(super) fn thought_action(reply: &str) -> Result<ParsedCall, String> {
    // Where each open fence's text begins.
    let mut open: Vec<usize> = Vec::new();
    let mut last = None;
    let mut at = 0;
    for line in reply.split_inclusive('\n') {
        let (start, end) = (at, at + line.len());
        at = end;
        let Some(word) = line.strip_prefix("```") else { continue };
        let word = word.trim_end();
        if word.contains(char::is_whitespace) {
            continue;
        }
        if word.is_empty() && !open.is_empty() {
            let begin = open.pop().unwrap_or_default();
            if open.is_empty() {
                last = Some((begin, start));
            }
        } else if !word.is_empty() || line.ends_with('\n') {
            // Blank lines below the fence belong to it.
            let below = reply.get(end..).unwrap_or_default();
            let blank = &below[..below.len() - below.trim_start().len()];
            open.push(end + blank.rfind('\n').map_or(0, |newline| newline + 1));
        }
    }
    match last.and_then(|(begin, end)| reply.get(begin..end)) {
        Some(command) => Ok(ParsedCall::command(command)),
        None => Err(THOUGHT_ACTION.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(call: Result<ParsedCall, String>) -> String {
        let call = call.unwrap();
        super::super::super::Arguments::parse(&call.arguments).unwrap().text("command").unwrap().to_owned()
    }

    #[test]
    fn one_fence_is_one_command() {
        assert_eq!(command(one_bash("THOUGHT: x\n\n```bash\nls -l\ncat a\n```\n")), "ls -l\ncat a");
        let two = "```bash\na\n```\n```bash\nb\n```";
        assert!(one_bash(two).unwrap_err().contains("found 2 actions"));
        assert!(one_bash("```\nls\n```").unwrap_err().contains("found 0 actions"));
    }

    #[test]
    fn the_last_fence_counts() {
        assert_eq!(command(thought_action("DISCUSSION\nx\n```\nls\n```\nand\n```\nopen a\n```\n")), "open a\n");
        assert_eq!(command(thought_action("```md\n\n```bash\na\n```\n```\n")), "```bash\na\n```\n");
        assert!(thought_action("ls").unwrap_err().starts_with("Your output was not formatted correctly."));
    }
}
