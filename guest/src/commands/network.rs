//! `curl` 7.88 and `wget` 1.21 in a container without a network: no name resolves, nothing listens.

use super::calendar::{self, Moment};
use super::{Buffering, Command, Context, quote};
use crate::budget::Stoppable;
use crate::machine::{Provenance, Terminal};
use crate::world;

/// `curl`.
pub(super) const CURL: Command = Command {
    name: "curl",
    summary: "Fail as without a network, as curl 7.88 does.",
    buffering: Buffering::Direct,
    run: curl,
};

/// `wget`.
pub(super) const WGET: Command = Command {
    name: "wget",
    summary: "Fail as without a network, as GNU Wget 1.21 does.",
    buffering: Buffering::Direct,
    run: wget,
};

/// Short options of curl that take a value.
const CURL_VALUES: &[u8] = b"AbcCdDeEFhHKmoPQrTtuUwxXyYz";
/// Long options of curl that take none; the many others take one.
const CURL_FLAGS: &[&str] = &[
    "compressed",
    "fail",
    "fail-with-body",
    "get",
    "globoff",
    "head",
    "http1.1",
    "http2",
    "include",
    "insecure",
    "ipv4",
    "ipv6",
    "junk-session-cookies",
    "location",
    "no-buffer",
    "no-progress-meter",
    "parallel",
    "progress-bar",
    "remote-name",
    "remote-name-all",
    "remote-time",
    "retry-all-errors",
    "retry-connrefused",
    "show-error",
    "silent",
    "ssl",
    "tlsv1",
    "tlsv1.2",
    "tlsv1.3",
    "verbose",
];
/// Short options of wget that take a value.
const WGET_VALUES: &[u8] = b"aADeEgIiloOPQRStTUwX";
/// Long options of wget that take none.
const WGET_FLAGS: &[&str] = &[
    "background",
    "continue",
    "mirror",
    "no-cache",
    "no-check-certificate",
    "no-clobber",
    "no-directories",
    "no-host-directories",
    "no-parent",
    "no-verbose",
    "page-requisites",
    "quiet",
    "recursive",
    "server-response",
    "show-progress",
    "spider",
    "timestamping",
    "verbose",
];

/// A command line taken apart: options in order, each with its value, and operands.
struct Taken<'a> {
    options: Vec<(Vec<u8>, &'a [u8])>,
    operands: Vec<&'a [u8]>,
    /// An option whose value is missing.
    incomplete: Option<Vec<u8>>,
}

impl Taken<'_> {
    fn has(&self, names: &[&str]) -> bool {
        self.value(names).is_some()
    }

    fn value(&self, names: &[&str]) -> Option<&[u8]> {
        let found = self.options.iter().rev().find(|(name, _)| names.iter().any(|other| other.as_bytes() == name));
        found.map(|(_, value)| *value)
    }
}

fn take<'a>(arguments: &'a [Vec<u8>], values: &[u8], flags: &[&str]) -> Taken<'a> {
    let mut taken = Taken { options: Vec::new(), operands: Vec::new(), incomplete: None };
    let mut rest = arguments.iter().skip(1).map(Vec::as_slice);
    while let Some(word) = rest.next() {
        if let Some(long) = word.strip_prefix(b"--").filter(|long| !long.is_empty()) {
            let equals = memchr::memchr(b'=', long);
            let (name, attached) = match equals {
                Some(at) => (long.get(..at).unwrap_or_default(), long.get(at + 1..)),
                None => (long, None),
            };
            let is_flag = name.starts_with(b"no-") || flags.iter().any(|flag| flag.as_bytes() == name);
            let value = if is_flag { Some(&b""[..]) } else { attached.or_else(|| rest.next()) };
            match value {
                Some(value) => taken.options.push((name.to_vec(), value)),
                None => taken.incomplete = Some(word.to_vec()),
            }
            continue;
        }
        let Some(letters) = word.strip_prefix(b"-").filter(|letters| !letters.is_empty()) else {
            taken.operands.push(word);
            continue;
        };
        for (at, letter) in letters.iter().enumerate() {
            if !values.contains(letter) {
                taken.options.push((vec![*letter], b""));
                continue;
            }
            let attached = letters.get(at + 1..).filter(|attached| !attached.is_empty());
            match attached.or_else(|| rest.next()) {
                Some(value) => taken.options.push((vec![*letter], value)),
                None => taken.incomplete = Some(vec![b'-', *letter]),
            }
            break;
        }
    }
    taken
}

/// The host and the port of an address, and the address with a scheme and a path.
struct Address {
    whole: Vec<u8>,
    host: Vec<u8>,
    port: u16,
}

fn address(text: &[u8]) -> Address {
    let (scheme, after) = match memchr::memmem::find(text, b"://") {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 3..).unwrap_or_default()),
        None => (&b"http"[..], text),
    };
    let end = after.iter().position(|byte| b"/?#".contains(byte)).unwrap_or(after.len());
    let (authority, path) = after.split_at(end);
    let place = authority.rsplit(|byte| *byte == b'@').next().unwrap_or_default();
    let mut parts = place.splitn(2, |byte| *byte == b':');
    let host = parts.next().unwrap_or_default().to_vec();
    let standard = if scheme == b"https" { 443 } else { 80 };
    let port = parts.next().and_then(|port| std::str::from_utf8(port).ok()?.parse().ok()).unwrap_or(standard);
    let path = if path.is_empty() { b"/" } else { path };
    Address { whole: [scheme, b"://", authority, path].concat(), host, port }
}

/// Where the container itself would answer, if anything listened.
fn is_local(host: &[u8]) -> bool {
    host == b"localhost" || host.starts_with(b"127.") || host == b"0.0.0.0"
}

fn is_numeric(host: &[u8]) -> bool {
    !host.is_empty() && host.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

fn curl(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    const NO_NAME: u8 = 6;
    const NO_CONNECTION: u8 = 7;
    let taken = take(context.arguments, CURL_VALUES, CURL_FLAGS);
    if taken.has(&["V", "version"]) {
        context.out(b"curl 7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1\n")?;
        return Ok(0);
    }
    let hint: &[u8] = b"curl: try 'curl --help' or 'curl --manual' for more information\n";
    if let Some(option) = &taken.incomplete {
        let text = [b"curl: option ", &option[..], b": requires parameter\n", hint].concat();
        context.error(&text)?;
        return Ok(2);
    }
    let mut places: Vec<&[u8]> = taken.operands.clone();
    places.extend(taken.value(&["url"]));
    if places.is_empty() {
        if !taken.options.is_empty() {
            context.error(b"curl: no URL specified!\n")?;
        }
        context.error(hint)?;
        return Ok(2);
    }
    context.machine.effects.note(Provenance::Refused);
    let is_silent = taken.has(&["s", "silent"]);
    let saves = taken.has(&["o", "O", "output", "remote-name"]);
    let is_shown = !is_silent && !taken.has(&["no-progress-meter"]);
    let has_meter = is_shown && (saves || context.machine.terminal == Terminal::Pipe);
    let mut status = 0;
    for place in places {
        let address = address(place);
        if has_meter {
            context.error(b"  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n")?;
            context.error(b"                                 Dload  Upload   Total   Spent    Left  Speed\n")?;
            context.error(b"\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0")?;
        }
        let is_told = !is_silent || taken.has(&["S", "show-error"]);
        let message = if is_local(&address.host) || is_numeric(&address.host) {
            status = NO_CONNECTION;
            let port = format!(" port {} after 0 ms: Couldn't connect to server\n", address.port);
            [b"curl: (7) Failed to connect to ", &address.host[..], port.as_bytes()].concat()
        } else {
            status = NO_NAME;
            [b"curl: (6) Could not resolve host: ", &address.host[..], b"\n"].concat()
        };
        if is_told {
            context.error(&message)?;
        }
        if let Some(format) = taken.value(&["w", "write-out"]) {
            let mut text = Vec::new();
            super::escapes::expand(format, super::escapes::Style::Format, &mut text);
            for (name, value) in
                [("http_code", "000"), ("response_code", "000"), ("size_download", "0"), ("time_total", "0.000000")]
            {
                let variable = format!("%{{{name}}}").into_bytes();
                while let Some(at) = memchr::memmem::find(&text, &variable) {
                    text.splice(at..at + variable.len(), value.bytes());
                }
            }
            context.out(&text)?;
        }
    }
    Ok(status)
}

fn wget(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    const NETWORK_FAILURE: u8 = 4;
    let taken = take(context.arguments, WGET_VALUES, WGET_FLAGS);
    if taken.has(&["V", "version"]) {
        context.out(b"GNU Wget 1.21.3 built on linux-gnu.\n")?;
        return Ok(0);
    }
    let usage: &[u8] = b"Usage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n";
    if taken.operands.is_empty() {
        context.error(&[b"wget: missing URL\n", usage].concat())?;
        return Ok(1);
    }
    context.machine.effects.note(Provenance::Refused);
    if let Some(name) = taken.value(&["O", "output-document"]).filter(|name| *name != b"-") {
        // The file is made before anything is asked for.
        if let Ok(path) = context.machine.workspace.resolve(context.directory, name) {
            let _made = context.machine.workspace.write(&path, Vec::new())?;
        }
    }
    if taken.has(&["q", "quiet"]) {
        return Ok(NETWORK_FAILURE);
    }
    // `-nv` is two letters of one option, as `-nc` and `-np` are.
    let is_brief = taken.has(&["no-verbose"]) || (taken.has(&["n"]) && taken.has(&["v"]));
    for place in &taken.operands {
        let address = address(place);
        if !is_brief {
            let time = calendar::format(b"%Y-%m-%d %H:%M:%S", &Moment::of(world::NOW));
            context.error(&[b"--", &time[..], b"--  ", &address.whole, b"\n"].concat())?;
        }
        let host = &address.host[..];
        if is_local(host) || is_numeric(host) {
            let port = address.port.to_string().into_bytes();
            if host == b"localhost" && !is_brief {
                context.error(b"Resolving localhost (localhost)... 127.0.0.1\n")?;
            }
            let shown = if host == b"localhost" { &b"localhost (localhost)|127.0.0.1|"[..] } else { host };
            context.error(&[b"Connecting to ", shown, b":", &port, b"... failed: Connection refused.\n"].concat())?;
            continue;
        }
        if !is_brief {
            let names = [host, b" (", host, b")... failed: Temporary failure in name resolution.\n"].concat();
            context.error(&[b"Resolving ", &names[..]].concat())?;
        }
        let message = [b"wget: unable to resolve host address ", &quote::curly(host)[..], b"\n"].concat();
        context.error(&message)?;
    }
    Ok(NETWORK_FAILURE)
}
