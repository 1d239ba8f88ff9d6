//! Operations about one thing, and the arguments that several of them take.

use appmint_core::{Flight, InstallRequest, Lookup, Secret, Target};
use pyo3::prelude::*;

use crate::{
    convert::{Argument, Given, given, id, text, token},
    wait::{land, run},
};

/// What comes of a call about the thing that has this id.
pub(crate) fn of_id<T: Clone + Send + Sync + 'static>(
    name: &str,
    value: Argument<'_, '_>,
    take_off: impl FnOnce(String) -> Flight<T>,
) -> PyResult<T> {
    let text = id(name, value)?;
    land(value.py(), || take_off(text))
}

/// What comes of a call about a token.
pub(crate) fn of_token<T: Clone + Send + Sync + 'static>(
    value: Argument<'_, '_>,
    take_off: impl FnOnce(Secret) -> Flight<T>,
) -> PyResult<T> {
    let secret = token("token", value)?;
    land(value.py(), || take_off(secret))
}

/// The one thing that an installation is looked up by.
pub(crate) fn lookup(
    py: Python<'_>,
    [account, id_, organization, user, repository, enterprise]: [Given<'_, '_>; 6],
) -> PyResult<Lookup> {
    let things = [
        ("account", given("account", account, id)?),
        ("id", given("id", id_, id)?),
        ("organization", given("organization", organization, text)?),
        ("user", given("user", user, text)?),
        ("repository", given("repository", repository, text)?),
        ("enterprise", given("enterprise", enterprise, text)?),
    ];
    let things = things.into_iter().filter_map(|(name, value)| Some((name, value?)));
    run(py, || Lookup::only(things))
}

/// The one account that a token is scoped to.
pub(crate) fn target(
    py: Python<'_>,
    target: Given<'_, '_>,
    target_id: Given<'_, '_>,
) -> PyResult<Target> {
    let (target, target_id) = (given("target", target, text)?, given("target_id", target_id, id)?);
    run(py, || Target::only(target, target_id))
}

/// What an installation asks for.
pub(crate) fn install_request(
    app_slug: Argument<'_, '_>,
    state: Given<'_, '_>,
    redirect_uri: Given<'_, '_>,
) -> PyResult<InstallRequest> {
    Ok(InstallRequest {
        app_slug: text("app_slug", app_slug)?,
        state: given("state", state, text)?,
        redirect_uri: given("redirect_uri", redirect_uri, text)?,
    })
}
