//! Repositories that an installation reaches.

use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
};

use appmint_core::{Listing, resources::Repository};

use crate::{
    access::{free, read, text_and_len_of, text_of},
    call::next_item,
    convert::flag,
    errors::{appmint_error, appmint_status},
    text::OnceText,
};

/// A repository that an installation can access. Only its id and its name are certain.
///
/// Source:
/// https://docs.github.com/en/rest/apps/installations#list-repositories-accessible-to-the-app-installation
pub struct appmint_repository {
    core: Repository,
    texts: Texts,
}

#[derive(Default)]
struct Texts {
    id: OnceText,
    name: OnceText,
    full_name: OnceText,
    owner: OnceText,
    raw: OnceText,
}

impl From<Repository> for appmint_repository {
    fn from(core: Repository) -> Self {
        Self { core, texts: Texts::default() }
    }
}

/// A list of repositories: see appmint_source_repositories.
pub struct appmint_repositories {
    pub(crate) core: Listing<Repository>,
}

impl From<Listing<Repository>> for appmint_repositories {
    fn from(core: Listing<Repository>) -> Self {
        Self { core }
    }
}

/// Returns the next item, from memory or the platform's next page. After an error the same page is
/// asked for again.
///
/// The item is NULL after the last.
///
/// Free `*repository` with appmint_repository_free.
///
/// Errors:
/// - Those of every call over the network: see the conventions.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8288#section-3
#[unsafe(no_mangle)]
pub extern "C" fn appmint_repositories_next(
    listing: Option<&appmint_repositories>,
    repository: Option<&mut MaybeUninit<*mut appmint_repository>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    next_item("repository", repository, error, listing.map(|listing| &listing.core))
}

/// Frees a list, not the repositories that it returned.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_repositories_free(listing: Option<Box<appmint_repositories>>) {
    free(listing);
}

/// The repository's id.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_repository_id(repository: Option<&appmint_repository>) -> *const c_char {
    text_of(repository, |repository| repository.texts.id.required(|| &repository.core.id))
}

/// Its name without its owner, as the argument "repositories" of appmint_app_installation takes it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_repository_name(
    repository: Option<&appmint_repository>,
) -> *const c_char {
    text_of(repository, |repository| repository.texts.name.required(|| &repository.core.name))
}

/// Its name with its owner, such as "octocat/Hello-World". NULL if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_repository_full_name(
    repository: Option<&appmint_repository>,
) -> *const c_char {
    text_of(repository, |repository| {
        repository.texts.full_name.optional(|| repository.core.full_name.as_deref())
    })
}

/// The account that owns it. NULL if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_repository_owner(
    repository: Option<&appmint_repository>,
) -> *const c_char {
    text_of(repository, |repository| {
        repository.texts.owner.optional(|| repository.core.owner.as_deref())
    })
}

/// Whether it is private: 1 or 0; -1 if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_repository_is_private(repository: Option<&appmint_repository>) -> c_int {
    flag(read(repository, None, |repository| repository.core.is_private))
}

/// The whole object as the platform sent it. JSON.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_repository_raw(
    repository: Option<&appmint_repository>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    let json = |repository: &appmint_repository| Some(repository.core.raw.to_string());
    text_and_len_of(repository, len, |repository| repository.texts.raw.owned(|| json(repository)))
}

/// Frees a repository.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_repository_free(repository: Option<Box<appmint_repository>>) {
    free(repository);
}
