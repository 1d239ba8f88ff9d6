//! `include/appmint.h` and `symbols.txt` are what the sources say.
//!
//! `APPMINT_BLESS=1 cargo test -p appmint-ffi --test header` writes them anew.

use std::{env, fs, path::PathBuf};

use appmint_core::{ErrorKind, Reason};
use cbindgen::{Builder, Config, DocumentationStyle, Language, SortKey, Style};

#[test]
fn the_header_is_what_the_sources_say() {
    committed("../include/appmint.h", &header());
}

#[test]
fn the_symbols_are_the_functions_of_the_header() {
    committed("symbols.txt", &symbols(&header()));
}

fn header() -> String {
    let builder = MODULES.iter().fold(Builder::new(), |builder, module| {
        builder.with_src(here().join("src").join(module).with_extension("rs"))
    });
    let mut text = Vec::new();
    builder.with_config(config()).generate().expect("sources to parse").write(&mut text);
    let text = String::from_utf8(text).expect("a header in UTF-8");
    // cbindgen ends these two lines with a comment that C90 does not know.
    text.replace("// __cplusplus", "/* __cplusplus */")
        .replace("// extern \"C\"", "/* extern \"C\" */")
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

fn config() -> Config {
    let mut config = Config {
        language: Language::C,
        cpp_compat: true,
        include_guard: Some("APPMINT_H".into()),
        header: Some(STORY.trim().into()),
        after_includes: Some(constants()),
        no_includes: true,
        sys_includes: vec!["stddef.h".into(), "stdint.h".into()],
        style: Style::Type,
        documentation_style: DocumentationStyle::Doxy,
        usize_is_size_t: true,
        line_length: 100,
        ..Config::default()
    };
    config.function.sort_by = Some(SortKey::None);
    config
}

/// What is not in the sources of this crate: the core's two lists, and versions.
fn constants() -> String {
    let mut text = format!("\n{}", VERSIONS.trim());
    let parts: Vec<_> = env!("CARGO_PKG_VERSION").split('.').collect();
    for (name, value) in [
        ("@VERSION@", env!("CARGO_PKG_VERSION")),
        ("@MAJOR@", parts[0]),
        ("@MINOR@", parts[1]),
        ("@PATCH@", parts[2]),
        ("@ABI@", env!("APPMINT_ABI_VERSION")),
    ] {
        text = text.replace(name, value);
    }
    text += "\n\n/** Values of appmint_status. */\n";
    text += &define("APPMINT_OK", 0, "It worked.");
    for kind in ErrorKind::ALL {
        text +=
            &define(&format!("APPMINT_ERROR_{}", upper(kind.name())), kind.number(), kind.doc());
    }
    text += "\n/** Values of appmint_reason. */\n";
    text += &define("APPMINT_REASON_NONE", 0, "There is no finer word.");
    for reason in Reason::ALL {
        let name = format!("APPMINT_REASON_{}", upper(reason.name()));
        text += &define(&name, reason.number(), reason.doc());
    }
    text
}

fn define(name: &str, number: i32, doc: &str) -> String {
    format!("/** {} */\n#define {name} {number}\n", doc.replace('`', ""))
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

fn here() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}

/// In the order in which a reader wants them.
const MODULES: [&str; 28] = [
    "version",
    "error",
    "text",
    "clock",
    "signer",
    "callback",
    "config",
    "store",
    "event",
    "discovery",
    "lookup",
    "scope",
    "app",
    "operations",
    "logins",
    "source",
    "token",
    "introspection",
    "installation",
    "repository",
    "registration",
    "hook",
    "authorization",
    "login",
    "device",
    "request",
    "response",
    "webhook",
];

const STORY: &str = r#"
/*
 * appmint: authenticate as a platform app.
 *
 * A grant, put to a platform, yields a token. A source keeps one valid.
 *
 *   appmint_config *config = appmint_config_new();
 *   appmint_config_set_platform(config, "atomgit", APPMINT_NTS, NULL);
 *   appmint_config_set_app_id(config, "75", APPMINT_NTS, NULL);
 *   appmint_config_set_private_key(config, pem, pem_len, NULL);
 *   status = appmint_app_new(config, &app, &error);
 *   status = appmint_app_installation(app, "14", APPMINT_NTS, &source, &error);
 *   status = appmint_source_token(source, -1, -1, &token, &error);
 *   puts(appmint_token_authorization_header(token, NULL));
 *
 * Conventions, for all functions:
 *
 * - Errors. A function that can fail returns APPMINT_OK or what the caller can do about the error.
 *   Its last argument is a place for an appmint_error that tells more, or NULL; it is written only
 *   on failure, and you own what it then holds: appmint_error_free. All other results are written
 *   only on success.
 * - Ownership. What comes through a `T **` is yours, and what a `..._new` or `..._copy` returns: free
 *   it with the function named like it. Only the `..._free` functions take something over, and what
 *   is given a `drop` with its `userdata`. What comes as a `const T *` or `const char *` is borrowed:
 *   it lives as long as the object that it was asked of, and what a callback is handed until it
 *   returns.
 * - NULL. Every `..._free` takes NULL. A function with a status refuses a NULL that it cannot use
 *   (APPMINT_ERROR_INVALID_ARGUMENT); one without answers NULL, 0, or what its comment says.
 * - Text in is UTF-8 and has a length; APPMINT_NTS says that a NUL ends it. It is copied. Text in an
 *   array has no length: a NUL ends it. An array of nothing may be NULL.
 * - Text out is UTF-8 with a NUL at its end and none inside. Where a `len` can be given it may be
 *   NULL; for text that is absent it becomes 0.
 * - Times are milliseconds since 1970-01-01T00:00:00Z.
 * - Threads. Every object may be used on any thread, and on several at once, but for these: an
 *   appmint_config, an appmint_request, an appmint_authorization_request, an appmint_login_request,
 *   an appmint_scope and an appmint_webhook_update must not be changed, and nothing must be freed,
 *   while another thread uses it. Callbacks are called on threads of appmint's, on several at once.
 * - Forks. The child of a process that has an app may go on using it, and what comes of it.
 * - Lists are fetched as they are asked for. A `..._next` hands over one item and waits for the
 *   platform where the next page is needed; threads that share a list get different items.
 * - Nothing is global: there is nothing to initialise, and no last error.
 *
 * Generated from ffi-c/src: do not edit.
 */
"#;

const VERSIONS: &str = r#"
/** The version of this header. */
#define APPMINT_VERSION "@VERSION@"
#define APPMINT_VERSION_MAJOR @MAJOR@
#define APPMINT_VERSION_MINOR @MINOR@
#define APPMINT_VERSION_PATCH @PATCH@

/** The version of the binary interface that this header describes. */
#define APPMINT_ABI_VERSION @ABI@

/** As a length: the text ends with a NUL. */
#define APPMINT_NTS ((size_t)-1)

/** As a time: there is none. */
#define APPMINT_NO_TIME INT64_MIN
"#;
