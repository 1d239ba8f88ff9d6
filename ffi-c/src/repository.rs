//! A repository that an installation reaches, as C reads it.

use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
};

use appmint_core::{Listing, Repository};

use crate::{
    border::{flag, free, look, next, show, show_with_len},
    error::{appmint_error, appmint_status},
    text::Memo,
};

/// A repository that an installation reaches. Only its id and its name are certain.
pub struct appmint_repository {
    core: Repository,
    texts: Texts,
}

#[derive(Default)]
struct Texts {
    id: Memo,
    name: Memo,
    full_name: Memo,
    owner: Memo,
    raw: Memo,
}

impl From<Repository> for appmint_repository {
    fn from(core: Repository) -> Self {
        Self { core, texts: Texts::default() }
    }
}

/// The repositories that a token reaches, fetched page by page as they are asked for.
pub struct appmint_repositories {
    core: Listing<Repository>,
}

impl From<Listing<Repository>> for appmint_repositories {
    fn from(core: Listing<Repository>) -> Self {
        Self { core }
    }
}

/// The next repository, from memory or the platform's next page; `*repository` is NULL after the
/// last. You own it: appmint_repository_free. After an error the same page is asked for again.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_repositories_next(
    listing: Option<&appmint_repositories>,
    repository: Option<&mut MaybeUninit<*mut appmint_repository>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    next("repository", repository, error, listing.map(|listing| &listing.core))
}

/// Frees a list, not the repositories that came out of it. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_repositories_free(listing: Option<Box<appmint_repositories>>) {
    free(listing);
}

/// Its id. Borrowed like the repository.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_repository_id(repository: Option<&appmint_repository>) -> *const c_char {
    show(repository, |repository| repository.texts.id.some(|| &repository.core.id))
}

/// Its name without its owner, as appmint_scope_add_repository takes it. Borrowed like the
/// repository.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_repository_name(
    repository: Option<&appmint_repository>,
) -> *const c_char {
    show(repository, |repository| repository.texts.name.some(|| &repository.core.name))
}

/// Its name with its owner, or NULL. Borrowed like the repository.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_repository_full_name(
    repository: Option<&appmint_repository>,
) -> *const c_char {
    show(repository, |repository| {
        repository.texts.full_name.maybe(|| repository.core.full_name.as_deref())
    })
}

/// The account that owns it, or NULL. Borrowed like the repository.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_repository_owner(
    repository: Option<&appmint_repository>,
) -> *const c_char {
    show(repository, |repository| repository.texts.owner.maybe(|| repository.core.owner.as_deref()))
}

/// Whether it is hidden from the public: 1 or 0, or -1 where the platform did not say.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_repository_is_private(repository: Option<&appmint_repository>) -> c_int {
    flag(look(repository, None, |repository| repository.core.is_private))
}

/// The whole object as the platform sent it, as JSON. Its length goes to `len` unless that is NULL.
/// Borrowed like the repository.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_repository_raw(
    repository: Option<&appmint_repository>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    let json = |repository: &appmint_repository| Some(repository.core.raw.to_string());
    show_with_len(repository, len, |repository| repository.texts.raw.made(|| json(repository)))
}

/// Frees a repository. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_repository_free(repository: Option<Box<appmint_repository>>) {
    free(repository);
}
