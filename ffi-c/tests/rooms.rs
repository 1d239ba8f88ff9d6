//! The files of this crate use each other without circles.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

#[test]
fn no_files_import_each_other_in_a_circle() {
    let mut files = BTreeMap::new();
    read(&source(), &mut files);
    let modules: BTreeSet<_> = files.keys().cloned().collect();
    let mut uses: BTreeMap<_, BTreeSet<_>> = files
        .iter()
        .map(|(module, text)| {
            let used = imports(text).filter_map(|path| module_of(&path, &modules));
            (module.clone(), used.filter(|used| used != module).collect())
        })
        .collect();
    while !uses.is_empty() {
        let open: BTreeSet<_> = uses.keys().cloned().collect();
        let before = uses.len();
        uses.retain(|_, used| !used.is_disjoint(&open));
        assert!(uses.len() < before, "these import each other: {uses:#?}");
    }
}

/// Each module with its text, by a path such as `tokens::source`.
fn read(folder: &Path, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let module = path.strip_prefix(source()).expect("a source").with_extension("");
            let module = module.to_str().expect("a name in UTF-8").replace('/', "::");
            let module = module.trim_end_matches("::mod").to_owned();
            files.insert(module, fs::read_to_string(path).expect("a source"));
        }
    }
}

/// The paths below `crate::` that a file imports, its nested ones written out.
fn imports(text: &str) -> impl Iterator<Item = String> {
    let uses = text.split("\nuse crate::").skip(1);
    uses.flat_map(|rest| expand(rest.split(';').next().unwrap_or_default()))
}

fn expand(path: &str) -> Vec<String> {
    let Some((prefix, rest)) = path.split_once('{') else { return vec![path.trim().to_owned()] };
    let inner = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
    let (mut depth, mut start, mut all) = (0, 0, Vec::new());
    for (i, c) in inner.char_indices().chain([(inner.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let part = inner[start..i].trim();
                all.extend(expand(part).into_iter().map(|path| format!("{}{path}", prefix.trim())));
                start = i + 1;
            }
            _ => {}
        }
    }
    all
}

/// The longest beginning of a path that is a module.
fn module_of(path: &str, modules: &BTreeSet<String>) -> Option<String> {
    let mut path = path.trim_end_matches("::self");
    loop {
        if modules.contains(path) {
            return Some(path.to_owned());
        }
        path = path.rsplit_once("::")?.0;
    }
}

fn source() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")
}
