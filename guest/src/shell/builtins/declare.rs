//! `declare`, `local`, `export`, `readonly`, `unset`, `let`.

use crate::shell::Shell;
use crate::shell::eval::{Interrupt, Run, shown_value, split_assignment};
use crate::shell::print;
use crate::shell::syntax::is_identifier;
use crate::shell::variables::{Attributes, Value};
use std::collections::BTreeMap;

/// What `declare` was asked to do.
#[derive(Clone, Copy, Default)]
struct Request {
    on: Attributes,
    off: Attributes,
    indexed: bool,
    associative: bool,
    global: bool,
    local: bool,
}

/// `declare` and `typeset`
pub(super) fn declare(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let local = !shell.process.calls.is_empty();
    run(shell, words, Request { local, ..Request::default() })
}

/// `local`
pub(super) fn local(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    if shell.process.calls.is_empty() {
        shell.complain_as(&words[0], b"can only be used in a function")?;
        return Ok(1);
    }
    run(shell, words, Request { local: true, ..Request::default() })
}

fn run(shell: &mut Shell<'_, '_>, words: &[Vec<u8>], mut request: Request) -> Run<i32> {
    let mut prints = false;
    let mut functions = false;
    let mut names_only = false;
    let mut at = 1;
    while let Some(word) = words.get(at) {
        let (on, letters) = match word.as_slice() {
            b"--" => {
                at += 1;
                break;
            }
            [b'-', letters @ ..] if !letters.is_empty() => (true, letters),
            [b'+', letters @ ..] if !letters.is_empty() => (false, letters),
            _ => break,
        };
        at += 1;
        for letter in letters {
            let attributes = if on { &mut request.on } else { &mut request.off };
            match letter {
                b'a' => request.indexed = true,
                b'A' => request.associative = true,
                b'f' => functions = true,
                b'F' => (functions, names_only) = (true, true),
                b'g' => request.global = true,
                b'i' => attributes.integer = true,
                b'l' => attributes.lower = true,
                b'u' => attributes.upper = true,
                b'n' => attributes.reference = true,
                b'r' => attributes.readonly = true,
                b'x' => attributes.exported = true,
                b'p' => prints = true,
                b'I' | b't' => {}
                _ => {
                    let sign: &[u8] = if on { b"-" } else { b"+" };
                    shell.complain_as(&words[0], &[sign, &[*letter][..], b": invalid option"].concat())?;
                    return shell.usage(&words[0]);
                }
            }
        }
    }
    let operands = words.get(at..).unwrap_or_default();
    if functions {
        return print_functions(shell, operands, names_only);
    }
    if prints && !operands.is_empty() {
        return print_declarations(shell, &words[0], operands);
    }
    if operands.is_empty() {
        return list(shell, request, prints || words.len() > 1, words[0] == b"local");
    }
    let mut status = 0;
    for (index, word) in operands.iter().enumerate() {
        let compound = shell.compound_arguments.contains(&(at + index));
        if !apply(shell, &words[0], word, compound, request)? {
            status = 1;
        }
    }
    Ok(status)
}

/// Declares one name; false after an error was printed.
fn apply(shell: &mut Shell<'_, '_>, command: &[u8], word: &[u8], compound: bool, request: Request) -> Run<bool> {
    let parts = split_assignment(word);
    let name = parts.as_ref().map_or(word, |parts| parts.name);
    let bare = name.split(|byte| *byte == b'[').next().unwrap_or_default();
    if !is_identifier(bare) {
        shell.complain_as(command, &[b"`", word, b"': not a valid identifier"].concat())?;
        return Ok(false);
    }
    let readonly = shell.process.variables.get(bare).is_some_and(|variable| variable.attributes.readonly);
    let creates_local = request.local && !request.global && !shell.process.variables.is_local(bare);
    let hides = creates_local && command == b"local";
    if readonly && (request.off.readonly || (parts.is_some() && !hides)) {
        let message = [bare, b": readonly variable"].concat();
        if matches!(command, b"export" | b"readonly") {
            shell.complain(&message)?;
        } else {
            shell.complain_as(command, &message)?;
        }
        return Ok(false);
    }
    let variable = if request.global {
        shell.process.variables.global(bare)
    } else if request.local {
        shell.process.variables.local(bare)
    } else {
        shell.process.variables.entry(bare)
    };
    merge(&mut variable.attributes, request.on, request.off);
    if request.associative && !matches!(variable.value, Some(Value::Associative(_))) {
        if matches!(variable.value, Some(Value::Indexed(_))) {
            shell.complain_as(command, &[bare, b": cannot convert indexed to associative array"].concat())?;
            return Ok(false);
        }
        let old = match variable.value.take() {
            Some(Value::Scalar(text)) => vec![(b"0".to_vec(), text)],
            _ => Vec::new(),
        };
        variable.value = Some(Value::Associative(old));
    } else if request.indexed && !matches!(variable.value, Some(Value::Indexed(_))) {
        if matches!(variable.value, Some(Value::Associative(_))) {
            shell.complain_as(command, &[bare, b": cannot convert associative to indexed array"].concat())?;
            return Ok(false);
        }
        if let Some(Value::Scalar(text)) = variable.value.take() {
            variable.value = Some(Value::Indexed(BTreeMap::from([(0, text)])));
        } else if parts.is_none() {
            return Ok(true);
        }
    }
    let Some(parts) = parts else { return Ok(true) };
    // The value is assigned before the variable becomes read-only.
    let readonly = std::mem::take(&mut variable.attributes.readonly);
    let reference = variable.attributes.reference;
    let result = if reference && !compound {
        variable.value = Some(Value::Scalar(parts.value.to_vec()));
        Ok(())
    } else if compound {
        let inner = parts.value.get(1..parts.value.len() - 1).unwrap_or_default();
        if parts.subscript.is_some() {
            let shown = word.split(|byte| *byte == b'=').next().unwrap_or_default();
            shell.complain(&[shown, b": cannot assign list to array member"].concat())?;
            return Ok(false);
        }
        shell.assign_compound(parts.name, inner, parts.append)
    } else {
        match (parts.subscript, request.indexed || request.associative) {
            (Some(subscript), _) => shell.assign_element(parts.name, subscript, parts.value.to_vec(), parts.append),
            (None, true) => shell.assign_element(parts.name, b"0", parts.value.to_vec(), parts.append),
            (None, false) => assign_declared(shell, command, parts.name, parts.value, parts.append),
        }
    };
    if let Some(variable) = shell.process.variables.get_mut(bare) {
        variable.attributes.readonly |= readonly;
    }
    result.map(|()| true)
}

/// Assigns; an integer's expression that cannot be evaluated is an error of the builtin.
fn assign_declared(shell: &mut Shell<'_, '_>, command: &[u8], name: &[u8], value: &[u8], append: bool) -> Run<()> {
    let integer = shell.process.variables.get(name).is_some_and(|variable| variable.attributes.integer);
    if integer && !append {
        let prefix = [command, b": "].concat();
        let Some(number) = shell.evaluate(value, &prefix)? else {
            shell.process.status = 1;
            return Err(if shell.is_interactive() { Interrupt::Discard } else { Interrupt::Exit });
        };
        return shell.assign(name, number.to_string().into_bytes(), false);
    }
    shell.assign(name, value.to_vec(), append)
}

fn merge(attributes: &mut Attributes, on: Attributes, off: Attributes) {
    attributes.exported = (attributes.exported || on.exported) && !off.exported;
    attributes.readonly |= on.readonly;
    attributes.integer = (attributes.integer || on.integer) && !off.integer;
    attributes.lower = (attributes.lower || on.lower) && !off.lower && !on.upper;
    attributes.upper = (attributes.upper || on.upper) && !off.upper && !on.lower;
    attributes.reference = (attributes.reference || on.reference) && !off.reference;
}

fn print_functions(shell: &mut Shell<'_, '_>, operands: &[Vec<u8>], names_only: bool) -> Run<i32> {
    let mut status = 0;
    let names: Vec<Vec<u8>> =
        if operands.is_empty() { shell.process.functions.keys().cloned().collect() } else { operands.to_vec() };
    for name in names {
        let Some(function) = shell.process.functions.get(&name).cloned() else {
            status = 1;
            continue;
        };
        let text = match (names_only, operands.is_empty()) {
            (true, true) => [b"declare -f ", &name[..], b"\n"].concat(),
            (true, false) => [&name[..], b"\n"].concat(),
            _ => [&print::function(&function)[..], b"\n"].concat(),
        };
        shell.out(&text)?;
    }
    Ok(status)
}

fn print_declarations(shell: &mut Shell<'_, '_>, command: &[u8], operands: &[Vec<u8>]) -> Run<i32> {
    let mut status = 0;
    for name in operands {
        match shell.declaration(name) {
            Some(text) => shell.out(&[&text[..], b"\n"].concat())?,
            None => {
                shell.complain_as(command, &[&name[..], b": not found"].concat())?;
                status = 1;
            }
        }
    }
    Ok(status)
}

/// Without names: all variables that have the attributes asked for.
fn list(shell: &mut Shell<'_, '_>, request: Request, as_declarations: bool, local: bool) -> Run<i32> {
    let names: Vec<Vec<u8>> = if local {
        shell.process.variables.innermost().keys().cloned().collect()
    } else {
        shell.process.variables.visible().keys().map(|name| name.to_vec()).collect()
    };
    for name in names {
        let Some(variable) = shell.process.variables.get(&name) else { continue };
        let attributes = variable.attributes;
        let wanted = (!request.on.exported || attributes.exported)
            && (!request.on.readonly || attributes.readonly)
            && (!request.on.integer || attributes.integer)
            && (!request.indexed || matches!(variable.value, Some(Value::Indexed(_))))
            && (!request.associative || matches!(variable.value, Some(Value::Associative(_))));
        if !wanted {
            continue;
        }
        let text = if as_declarations {
            shell.declaration(&name)
        } else {
            variable.value.as_ref().map(|value| [&name[..], b"=", &plain_value(value)].concat())
        };
        if let Some(text) = text {
            shell.out(&[&text[..], b"\n"].concat())?;
        }
    }
    Ok(0)
}

/// A value as `set` prints it.
pub(super) fn plain_value(value: &Value) -> Vec<u8> {
    match value {
        Value::Scalar(text) => crate::shell::expand::set_word(text),
        other => shown_value(other),
    }
}

/// `export`
pub(super) fn export(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "fnp")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    let mut request = Request::default();
    if given.has(b'n') {
        request.off.exported = true
    } else {
        request.on.exported = true
    }
    if given.operands.is_empty() {
        return list(
            shell,
            Request { on: Attributes { exported: true, ..Attributes::default() }, ..request },
            true,
            false,
        );
    }
    let mut status = 0;
    let first = words.len() - given.operands.len();
    for (index, word) in given.operands.iter().enumerate() {
        if given.has(b'f') {
            if !shell.process.functions.contains_key(word) {
                shell.complain_as(&words[0], &[&word[..], b": not a function"].concat())?;
                status = 1;
            }
            continue;
        }
        let compound = shell.compound_arguments.contains(&(first + index));
        if !apply(shell, &words[0], word, compound, request)? {
            status = 1;
        }
    }
    Ok(status)
}

/// `readonly`
pub(super) fn readonly(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "aAfp")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    let on = Attributes { readonly: true, ..Attributes::default() };
    let request = Request { on, indexed: given.has(b'a'), associative: given.has(b'A'), ..Request::default() };
    if given.operands.is_empty() {
        return list(shell, request, true, false);
    }
    let mut status = 0;
    let first = words.len() - given.operands.len();
    for (index, word) in given.operands.iter().enumerate() {
        let compound = shell.compound_arguments.contains(&(first + index));
        if !apply(shell, &words[0], word, compound, request)? {
            status = 1;
        }
    }
    Ok(status)
}

/// `unset`
pub(super) fn unset(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "fvn")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    let mut status = 0;
    for name in given.operands {
        if given.has(b'f') {
            shell.process.functions.remove(name);
            continue;
        }
        let (bare, subscript) = match name.iter().position(|byte| *byte == b'[') {
            Some(at) if name.ends_with(b"]") => (&name[..at], Some(&name[at + 1..name.len() - 1])),
            _ => (&name[..], None),
        };
        if !is_identifier(bare) {
            // Without -v it may be meant as a function, and a missing one is no error.
            if given.has(b'v') {
                shell.complain_as(&words[0], &[b"`", &name[..], b"': not a valid identifier"].concat())?;
                status = 1;
            }
            continue;
        }
        if shell.process.variables.get(bare).is_some_and(|variable| variable.attributes.readonly) {
            shell.complain_as(&words[0], &[bare, b": cannot unset: readonly variable"].concat())?;
            status = 1;
            continue;
        }
        let target = if given.has(b'n') { bare.to_vec() } else { shell.resolve_name(bare) };
        match subscript {
            Some(subscript) => unset_element(shell, &target, subscript)?,
            None if shell.process.variables.get(&target).is_some() => shell.process.variables.unset(&target),
            None if !given.has(b'v') => _ = shell.process.functions.remove(&target),
            None => {}
        }
    }
    Ok(status)
}

fn unset_element(shell: &mut Shell<'_, '_>, name: &[u8], subscript: &[u8]) -> Run<()> {
    if matches!(subscript, b"@" | b"*") {
        shell.process.variables.unset(name);
        return Ok(());
    }
    match shell.value_of(name) {
        Some(Value::Associative(_)) => {
            let key = shell.expand_text(subscript)?;
            if let Some(Value::Associative(elements)) =
                shell.process.variables.get_mut(name).and_then(|v| v.value.as_mut())
            {
                elements.retain(|(other, _)| *other != key);
            }
        }
        Some(Value::Indexed(elements)) => {
            let index = shell.index(name, subscript, elements.last_key_value().map(|(last, _)| *last))?;
            if let (Some(index), Some(Value::Indexed(elements))) =
                (index, shell.process.variables.get_mut(name).and_then(|variable| variable.value.as_mut()))
            {
                elements.remove(&index);
            }
        }
        _ => {}
    }
    Ok(())
}

/// `let`
pub(super) fn let_(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let operands = words.get(1..).unwrap_or_default();
    if operands.is_empty() {
        shell.complain_as(&words[0], b"expression expected")?;
        return Ok(1);
    }
    let mut last = 0;
    for text in operands {
        match shell.evaluate(text, b"let: ")? {
            Some(value) => last = value,
            None => return Ok(1),
        }
    }
    Ok(i32::from(last == 0))
}
