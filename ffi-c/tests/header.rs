//! `include/appmint.h` and `symbols.txt` are generated from the sources of this crate.
//!
//! `APPMINT_BLESS=1 cargo test -p appmint-ffi --test header` writes them.

use std::{collections::BTreeMap, env, fs, path::PathBuf};

use appmint_core::{ErrorKind, EventKind, Reason, TokenKind};
use cbindgen::{Builder, Config, DocumentationStyle, Language, SortKey, Style};

#[test]
fn the_header_is_generated_from_the_sources() {
    committed("../include/appmint.h", &header());
}

#[test]
fn the_symbols_are_the_functions_of_the_header() {
    committed("symbols.txt", &symbols(&header()));
}

#[test]
fn each_kind_of_the_core_has_a_number() {
    let header = header();
    let count = |prefix| header.matches(&format!("\n  APPMINT_{prefix}_")).count();
    assert_eq!(count("TOKEN"), TokenKind::ALL.len());
    assert_eq!(count("EVENT"), EventKind::ALL.len());
    let tokens = TokenKind::ALL.iter().map(|kind| ("TOKEN", kind.name())).zip(1..);
    let events = EventKind::ALL.iter().map(|kind| ("EVENT", kind.name())).zip(1..);
    for ((prefix, name), number) in tokens.chain(events) {
        let value = format!("\n  APPMINT_{prefix}_{} = {number}", upper(name));
        assert!(header.contains(&value), "{value}");
    }
}

/// The rooms of every surface, in their order, and before them the types that all of them use: the
/// text in `header` that opens a section, and the sources of its items.
const SECTIONS: [(&str, &[&str]); 11] = [
    ("values", &["values", "callback"]),
    (
        "app",
        &[
            "app/library",
            "settings/signer",
            "settings/transport",
            "settings/mod",
            "settings/network",
            "settings/clock",
            "settings/discovery",
            "app/mod",
            "app/request",
            "app/quota",
            "app/stats",
        ],
    ),
    (
        "installations",
        &[
            "installations/lookup",
            "installations/mod",
            "installations/installation",
            "installations/repository",
            "installations/items",
        ],
    ),
    ("tokens", &["tokens/mod", "tokens/scope", "tokens/source", "tokens/token"]),
    (
        "oauth",
        &[
            "oauth/mod",
            "oauth/authorization",
            "oauth/login",
            "oauth/device",
            "oauth/user_tokens",
            "oauth/introspection",
        ],
    ),
    ("sessions", &["sessions"]),
    ("webhooks", &["webhooks/event", "webhooks/mod", "webhooks/config", "webhooks/delivery"]),
    ("operations", &["operations/mod", "operations/registration"]),
    ("events", &["events", "stores/own_store", "stores/mod"]),
    ("errors", &["errors"]),
    (
        "calls",
        &[
            "calls/mod",
            "calls/queue",
            "calls/results",
            "calls/app",
            "calls/installations",
            "calls/tokens",
            "calls/oauth",
            "calls/user_tokens",
            "calls/sessions",
            "calls/webhooks",
            "calls/operations",
        ],
    ),
];

fn header() -> String {
    let sections = SECTIONS.map(|(name, _)| Section::read(name));
    let mut parts: Vec<_> = SECTIONS.iter().enumerate().flat_map(parts_of).collect();
    let early = declare_early(&mut parts, &sections);
    let mut text =
        format!("{}\n{GUARD}\n{}\n{OPEN}\n", comment(&read("conventions.txt")), versions());
    for (i, section) in sections.iter().enumerate() {
        text += &format!("/* ---- {} ---- */\n\n{}\n\n", section.title, section.story);
        text += &early[i];
        for part in parts.iter().filter(|part| part.section == i) {
            text += &format!("{}\n\n", part.text.trim());
        }
    }
    with_initializers(&with_attributes(&compact(&text))) + CLOSE
}

/// A line of macros before each function.
fn with_attributes(header: &str) -> String {
    let lines: Vec<_> = header.lines().collect();
    let attributes = |i: usize, line: &str| {
        function(line).map(|_| {
            let end = lines[i..].iter().position(|line| line.ends_with(';')).expect("an end");
            if is_lost_if_ignored(&lines[i..=i + end].concat()) {
                "APPMINT_NODISCARD APPMINT_API\n"
            } else {
                "APPMINT_API\n"
            }
        })
    };
    let with =
        |(i, line): (usize, &&str)| format!("{}{line}\n", attributes(i, line).unwrap_or_default());
    lines.iter().enumerate().map(with).collect()
}

/// Whether a function returns an object that is to be freed, or a status without which nobody knows whether it does.
fn is_lost_if_ignored(declaration: &str) -> bool {
    let (before, arguments) = declaration.split_once('(').expect("arguments");
    let returns_object = before.contains('*') && !before.starts_with("const ");
    let has_result = arguments.split(',').any(|it| it.contains("**") && !it.contains("**error"));
    returns_object || (before.starts_with("appmint_status ") && has_result)
}

/// After each struct whose first member is its size, a macro that sets it.
fn with_initializers(header: &str) -> String {
    let mut text = String::new();
    for part in header.split_inclusive("\n\n") {
        text += part;
        let Some((body, name)) = part.trim_end().trim_end_matches(';').rsplit_once("\n} ") else {
            continue;
        };
        if body.contains(&format!("/** sizeof({name}) */")) {
            text += &initializer(body, name);
        }
    }
    text
}

fn initializer(body: &str, name: &str) -> String {
    let is_member = |line: &&str| {
        line.strip_prefix("  ").is_some_and(|it| it.starts_with(|c: char| c.is_ascii_lowercase()))
    };
    let zero = |line: &str| if line.contains('*') { ", NULL" } else { ", 0" };
    let members = body.lines().skip_while(|line| !line.contains("struct {"));
    let zeros: String = members.filter(is_member).skip(1).map(zero).collect();
    let macro_name = format!("{}_INIT", upper(name));
    format!(
        "/** A new {name} whose members are NULL or 0, but for `size`. */\n\
         #define {macro_name} {{sizeof({name}){zeros}}}\n\n"
    )
}

/// A comment of one line where it fits into one.
fn compact(header: &str) -> String {
    let lines: Vec<_> = header.lines().collect();
    let (mut text, mut i) = (String::new(), 0);
    while i < lines.len() {
        let one = one_line(&lines[i..]).filter(|line| line.len() <= 100);
        i += if one.is_some() { 3 } else { 1 };
        text += &format!("{}\n", one.as_deref().unwrap_or(lines[i - 1]));
    }
    text
}

fn one_line(lines: &[&str]) -> Option<String> {
    let [start, middle, end, ..] = lines else { return None };
    let indent = start.strip_suffix("/**")?;
    let words = middle.trim().strip_prefix("* ")?;
    (end.trim() == "*/").then(|| format!("{indent}/** {words} */"))
}

/// The opening of a section.
struct Section {
    title: String,
    story: String,
}

impl Section {
    fn read(name: &str) -> Self {
        let text = read(&format!("{name}.txt"));
        let (title, story) = text.split_once('\n').expect("a title");
        Self { title: title.to_owned(), story: comment(story) }
    }
}

/// The declarations of one source.
struct Part {
    section: usize,
    text: String,
}

fn parts_of((section, (name, sources)): (usize, &(&str, &[&str]))) -> Vec<Part> {
    let mut parts: Vec<_> =
        sources.iter().map(|source| Part { section, text: declarations(source) }).collect();
    if *name == "errors" {
        parts.insert(0, Part { section, text: error_enums() });
    }
    parts
}

/// What cbindgen makes of one source. It would follow `mod`.
fn declarations(source: &str) -> String {
    let path = here().join("src").join(source).with_extension("rs");
    let text = fs::read_to_string(path).expect("a source");
    let alone: String = text
        .lines()
        .filter(|line| !line.starts_with("pub mod "))
        .fold(String::new(), |text, line| text + line + "\n");
    let copy = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!(
        "{}-{}.rs",
        std::thread::current().name().unwrap_or_default(),
        source.replace('/', "-")
    ));
    fs::write(&copy, alone).expect("a writable folder");
    let mut text = Vec::new();
    let bindings = Builder::new().with_src(copy).with_config(config()).generate();
    bindings.expect("a source that parses").write(&mut text);
    let text = String::from_utf8(text).expect("a header in UTF-8");
    // C90 knows no comma after the last value of an enum.
    tagged(&text.replace(",\n}", "\n}"))
}

/// Gives each enum its name as a tag, too, for `(enum NAME)` in C.
fn tagged(text: &str) -> String {
    let mut parts = text.split("typedef enum {");
    let mut tagged = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, after) = part.split_once("} ").expect("the end of an enum");
        let (name, _) = after.split_once(';').expect("the name of an enum");
        tagged += &format!("typedef enum {name} {{{part}");
    }
    tagged
}

/// For each section the typedefs that it uses before their own place. They leave that place, where
/// a struct is declared again with its comment. An integer's enum has the comment that it needs.
fn declare_early(parts: &mut [Part], sections: &[Section]) -> Vec<String> {
    let mut early = vec![BTreeMap::<String, String>::new(); sections.len()];
    for i in 1..parts.len() {
        for line in parts[i].text.clone().lines().filter(|line| is_typedef(line)) {
            let name = line.trim_end_matches(';').rsplit(' ').next().expect("a name");
            let uses = |part: &&Part| has_word(&code(&part.text), name);
            let Some(user) = parts[..i].iter().find(uses).map(|part| part.section) else {
                continue;
            };
            let place = match parts[i].section {
                section if section == user => "below".to_owned(),
                section => format!("in \"{}\"", sections[section].title),
            };
            *early[user].entry(place).or_default() += &format!("{line}\n");
            let text = &mut parts[i].text;
            let end = text.find(line).expect("the line") + line.len();
            let start = text[..end].rfind("/**").expect("a comment");
            let again = text[start..end].replace(line, &format!("struct {name};"));
            let is_struct = line.starts_with("typedef struct");
            text.replace_range(start..end, if is_struct { &again } else { "" });
        }
    }
    let group = |(place, lines)| format!("/* Described {place}. */\n{lines}\n");
    early.into_iter().map(|places| places.into_iter().map(group).collect()).collect()
}

/// Whether a line is a whole typedef of a struct that is not defined, or of an integer.
fn is_typedef(line: &str) -> bool {
    line.starts_with("typedef ") && line.ends_with(';') && !line.contains('(')
}

fn config() -> Config {
    let mut config = Config {
        language: Language::C,
        no_includes: true,
        style: Style::Type,
        documentation_style: DocumentationStyle::Doxy,
        usize_is_size_t: true,
        line_length: 100,
        ..Config::default()
    };
    config.function.sort_by = Some(SortKey::None);
    config.export.include = UNNAMED.map(str::to_owned).into();
    config
}

/// A header without its comments.
fn code(header: &str) -> String {
    header.lines().filter(|line| !line.trim_start().starts_with(['/', '*'])).collect()
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|each| each == word)
}

/// The core's two lists of errors.
fn error_enums() -> String {
    let kinds = ErrorKind::ALL
        .iter()
        .map(|kind| (format!("APPMINT_ERROR_{}", upper(kind.name())), kind.number(), kind.doc()));
    let reasons = Reason::ALL.iter().map(|reason| {
        (format!("APPMINT_REASON_{}", upper(reason.name())), reason.number(), reason.doc())
    });
    let ok = ("APPMINT_OK".to_owned(), 0, "Success.");
    let none = ("APPMINT_REASON_NONE".to_owned(), 0, "There is no finer word.");
    enumeration("status", "Statuses: what the caller can do about an error.", ok, kinds)
        + &enumeration("reason", "Reasons: the cause of an error in one word.", none, reasons)
}

type Value = (String, i32, &'static str);

fn enumeration(name: &str, doc: &str, zero: Value, others: impl Iterator<Item = Value>) -> String {
    let value = |(name, number, doc): Value| {
        format!("  /**\n   * {}\n   */\n  {name} = {number}", doc.replace('`', ""))
    };
    let values: Vec<_> = [zero].into_iter().chain(others).map(value).collect();
    let tag = format!("appmint_{name}_code");
    format!("/**\n * {doc}\n */\ntypedef enum {tag} {{\n{}\n}} {tag};\n\n", values.join(",\n"))
}

fn versions() -> String {
    let parts: Vec<_> = env!("CARGO_PKG_VERSION").split('.').collect();
    [
        ("@VERSION@", env!("CARGO_PKG_VERSION")),
        ("@MAJOR@", parts[0]),
        ("@MINOR@", parts[1]),
        ("@PATCH@", parts[2]),
        ("@ABI@", env!("APPMINT_ABI_VERSION")),
    ]
    .iter()
    .fold(read("versions.h.txt"), |text, (name, value)| text.replace(name, value))
}

fn comment(text: &str) -> String {
    let line = |line: &str| format!(" * {line}").trim_end().to_owned() + "\n";
    format!("/*\n{} */", text.trim().lines().map(line).collect::<String>())
}

fn symbols(header: &str) -> String {
    let mut symbols: Vec<_> = header.lines().filter_map(function).collect();
    symbols.sort_unstable();
    symbols.join("\n") + "\n"
}

/// The name of the function that a line declares.
fn function(line: &str) -> Option<&str> {
    let (before, _) = line.split_once('(')?;
    let name = before.rsplit([' ', '*']).next()?;
    let is_declaration =
        !line.starts_with([' ', '*', '#', '/', '(']) && name.starts_with("appmint_");
    is_declaration.then_some(name)
}

fn upper(name: &str) -> String {
    name.to_ascii_uppercase()
}

fn committed(path: &str, expected: &str) {
    let path = here().join(path);
    if env::var_os("APPMINT_BLESS").is_some() {
        fs::write(&path, expected).expect("a writable file");
    }
    let actual = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        actual == expected,
        "{} is out of date: run `APPMINT_BLESS=1 cargo test -p appmint-ffi --test header`",
        path.display()
    );
}

fn read(name: &str) -> String {
    fs::read_to_string(here().join("header").join(name)).expect("a text of the header")
}

fn here() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}

/// What no function in its own source names.
const UNNAMED: [&str; 14] = [
    "appmint_drop",
    "appmint_event_kind_code",
    "appmint_header",
    "appmint_lookup",
    "appmint_lookup_code",
    "appmint_on_done",
    "appmint_signer",
    "appmint_store_code",
    "appmint_store_callbacks",
    "appmint_transport",
    "appmint_transport_code",
    "appmint_transport_request",
    "appmint_transport_response",
    "appmint_token_kind_code",
];

const GUARD: &str = "
#ifndef APPMINT_H
#define APPMINT_H

#include <stddef.h>
#include <stdint.h>
";

const OPEN: &str = r#"#ifdef __cplusplus
extern "C" {
#endif /* __cplusplus */
"#;

const CLOSE: &str = r#"#ifdef __cplusplus
} /* extern "C" */
#endif /* __cplusplus */

#endif /* APPMINT_H */
"#;
