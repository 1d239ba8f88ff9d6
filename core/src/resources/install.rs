//! The page where a person installs the app, and its callback.

use crate::{
    encoding::random_text,
    error::{Error, ErrorKind, Reason, Result},
    oauth::{
        authorization::Authorization,
        callback::{Callback, refusal},
    },
    platform::{Platform, descriptor::Base, operations::Install},
    time::Timestamp,
};

/// The parameters of an installation by a person.
#[derive(Clone, Debug, Default)]
pub struct InstallRequest {
    /// The app's short name, which is part of its URL:
    /// [`Registration::slug`](crate::resources::Registration::slug).
    pub app_slug: String,
    /// A state of your own, which nobody must be able to guess. Default: 256 random bits, or an
    /// empty one if the platform takes none.
    pub state: Option<String>,
    /// The URL to which the user returns, on a platform that takes one. Default: none is sent.
    pub redirect_uri: Option<String>,
}

pub(crate) fn url(
    platform: &Platform,
    request: &InstallRequest,
    now: Timestamp,
) -> Result<Authorization> {
    let rules = rules(platform)?;
    let mut url = platform.endpoint(Base::Web, &rules.path, &[("app_slug", &request.app_slug)])?;
    let state = state(platform, rules, request)?;
    if let (Some(parameter), Some(state)) = (&rules.state, &state) {
        url.query_pairs_mut().append_pair(parameter, state);
    }
    if let Some(redirect_uri) = &request.redirect_uri {
        let unsupported = || platform.unsupported("a redirect_uri for installing");
        let parameter = rules.redirect_uri.as_ref().ok_or_else(unsupported)?;
        url.query_pairs_mut().append_pair(parameter, redirect_uri);
    }
    Ok(Authorization::for_installing(platform, url, state.unwrap_or_default(), now))
}

fn state(platform: &Platform, rules: &Install, request: &InstallRequest) -> Result<Option<String>> {
    match (&rules.state, &request.state) {
        (None, Some(_)) => Err(platform.unsupported("a state for installing")),
        (None, None) => Ok(None),
        (Some(_), None) => random_text().map(Some),
        (Some(_), Some(state)) if state.is_empty() => Err(Error::invalid("the state is empty")),
        (Some(_), Some(state)) => Ok(Some(state.clone())),
    }
}

/// The installation's id in a callback's URL or query, after its state was compared in constant
/// time. The platform must still be asked about it.
pub(crate) fn installation_id(platform: &Platform, callback: &str, state: &str) -> Result<String> {
    let rules = rules(platform)?;
    let unsupported = || platform.unsupported("a callback after installing");
    let name = rules.installation_id.as_ref().ok_or_else(unsupported)?;
    let callback = Callback::of(callback);
    if let Some(parameter) = &rules.state {
        callback.check_state(parameter, state)?;
    }
    if let Some(error) = refusal(platform, "the installation", &callback)? {
        return Err(error);
    }
    match callback.single(name)?.filter(|id| !id.is_empty()) {
        Some(id) => Ok(id),
        None if is_requested(rules, &callback)? => Err(requested()),
        None => Err(Error::protocol(
            Reason::MissingMember,
            format!("the callback holds no {name}"),
        )
        .advise(
            "An owner may have to approve the request first; the platform then sends a webhook.",
        )),
    }
}

/// Whether the person only asked for an installation, because an owner of the account must approve it.
fn is_requested(rules: &Install, callback: &Callback) -> Result<bool> {
    let holds =
        |(name, value): (&String, &String)| Ok(callback.single(name)?.as_ref() == Some(value));
    let held: Vec<bool> = rules.requested.iter().map(holds).collect::<Result<_>>()?;
    Ok(!held.is_empty() && !held.contains(&false))
}

fn requested() -> Error {
    let message =
        "the person asked for the installation, and an owner of the account must approve it";
    let error = Error::new(ErrorKind::Pending, message).because(Reason::InstallationRequested);
    // The same callback means the same tomorrow.
    error.final_for_caller().advise(
        "Tell the person that an owner must approve it: then the platform sends a webhook, and \
         find_installation finds the installation.",
    )
}

fn rules(platform: &Platform) -> Result<&Install> {
    let install = platform.descriptor().install.as_ref();
    install.ok_or_else(|| platform.unsupported("a page for installing an app"))
}
