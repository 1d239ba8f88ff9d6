//! What a token is narrowed to, as C says it.

use std::{
    ffi::c_char,
    mem::{self, MaybeUninit},
};

use appmint_core::{Result, Scope};

use crate::{
    border::{Out, answer, free, given, look, text},
    error::{appmint_error, appmint_status},
};

/// A part of what an installation was granted; see appmint_app_narrowed_installation.
pub struct appmint_scope {
    pub(crate) core: Scope,
}

fn change<T>(
    scope: Option<&mut appmint_scope>,
    error: Out<'_, appmint_error>,
    read: impl FnOnce() -> Result<T>,
    change: impl FnOnce(Scope, T) -> Scope,
) -> appmint_status {
    answer(error, || {
        let scope = given("scope", scope)?;
        let argument = read()?; // before anything is taken out of the scope
        scope.core = change(mem::take(&mut scope.core), argument);
        Ok(())
    })
}

/// A scope that narrows nothing yet: everything that was granted. You own it: appmint_scope_free.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_scope_new() -> Option<Box<appmint_scope>> {
    look(Some(Scope::all()), None, |core| Some(Box::new(appmint_scope { core })))
}

/// Adds a repository by name, without its owner. The first one narrows to it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_scope_add_repository(
    scope: Option<&mut appmint_scope>,
    repository: *const c_char,
    repository_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    let name = || text("repository", repository, repository_len);
    change(scope, error, name, |core, name| core.repositories([name]))
}

/// Adds a repository by id. The first one narrows to it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_scope_add_repository_id(
    scope: Option<&mut appmint_scope>,
    repository_id: *const c_char,
    repository_id_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    let id = || text("repository_id", repository_id, repository_id_len);
    change(scope, error, id, |core, id| core.repository_ids([id]))
}

/// Sets a permission to a level, such as "contents" to "read". The first one narrows to it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_scope_set_permission(
    scope: Option<&mut appmint_scope>,
    permission: *const c_char,
    permission_len: usize,
    level: *const c_char,
    level_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    let both =
        || Ok((text("permission", permission, permission_len)?, text("level", level, level_len)?));
    change(scope, error, both, |core, (permission, level)| core.permission(permission, level))
}

/// Frees a scope. NULL is fine; sources that were made with it do not need it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_scope_free(scope: Option<Box<appmint_scope>>) {
    free(scope);
}
