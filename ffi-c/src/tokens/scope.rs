//! A part of an installation's, or a token's, permissions and repositories.

use std::{ffi::c_char, mem};

use appmint_core::{Result, Scope};

use crate::{
    access::{free, new},
    convert::text,
    draft::{self, Draft},
};

/// A part of the permissions and repositories of an installation or a token.
pub struct appmint_scope(Draft<Scope>);

impl appmint_scope {
    /// The scope, which must narrow something; everything for NULL.
    pub(crate) fn or_all(scope: Option<&Self>) -> Result<Scope> {
        scope.map_or(Ok(Scope::all()), |scope| scope.0.checked()?.clone().narrowing())
    }
}

/// Changes a scope by one of its own methods.
fn set<T>(
    scope: Option<&mut appmint_scope>,
    read: impl FnOnce() -> Result<T>,
    change: impl FnOnce(Scope, T) -> Scope,
) {
    draft::set(scope.map(|scope| &mut scope.0), |scope| {
        let argument = read()?;
        *scope = change(mem::take(scope), argument);
        Ok(())
    });
}

/// A scope that narrows nothing yet. A function that takes a scope refuses an empty one.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_scope_new() -> Option<Box<appmint_scope>> {
    new(|| appmint_scope(Draft::new(Scope::all())))
}

/// Adds a repository by its name without its owner. The token then reaches only the repositories
/// that were added.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_scope_add_repository(
    scope: Option<&mut appmint_scope>,
    repository: *const c_char,
    repository_len: usize,
) {
    let name = || text("repository", repository, repository_len);
    set(scope, name, |core, name| core.repositories([name]));
}

/// Adds a repository by its id.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_scope_add_repository_id(
    scope: Option<&mut appmint_scope>,
    repository_id: *const c_char,
    repository_id_len: usize,
) {
    let id = || text("repository_id", repository_id, repository_id_len);
    set(scope, id, |core, id| core.repository_ids([id]));
}

/// Sets a permission to a level, such as "contents" to "read". The token then has only the
/// permissions that were set.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_scope_set_permission(
    scope: Option<&mut appmint_scope>,
    permission: *const c_char,
    permission_len: usize,
    level: *const c_char,
    level_len: usize,
) {
    let both =
        || Ok((text("permission", permission, permission_len)?, text("level", level, level_len)?));
    set(scope, both, |core, (permission, level)| core.permission(permission, level));
}

/// Frees a scope. Sources that were made with it have a copy.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_scope_free(scope: Option<Box<appmint_scope>>) {
    free(scope);
}
