//! Tokens for the app and its installations.

use super::PlatformClient;
use crate::{
    auth::{Grant, Scope},
    error::{Error, Reason, Result},
    resources::{
        Repository,
        operation::ApiOperation,
        pager::{Listed as _, Pager},
    },
    tasks::Deadline,
    token::Token,
};

impl PlatformClient {
    /// A new token for an installation.
    pub(crate) fn mint_for_installation(
        &self,
        id: &str,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<Token> {
        let mint = || {
            self.with_jwt(deadline, |jwt| {
                let (jwt, scope) = (jwt.clone(), scope.clone());
                let grant = Grant::Installation { id: id.to_owned(), jwt, scope };
                self.exchange(&grant, deadline).map_err(|error| match error.reason() {
                    Some(Reason::RepositoryNotAccessible) => {
                        self.name_missing_repositories(error, grant, deadline)
                    }
                    _ => self.explain_own_id(error, id),
                })
            })
        };
        self.unless_paused(self.api_root(), id, mint)
    }

    /// A new token for the app itself, for its JWT.
    pub(crate) fn mint_for_app(&self, deadline: Deadline) -> Result<Token> {
        let mint = || {
            self.with_jwt(deadline, |jwt| self.exchange(&Grant::App { jwt: jwt.clone() }, deadline))
        };
        self.unless_paused(self.api_root(), "", mint)
    }

    /// The error of a refusal that does not name the repository it is about, with the repositories
    /// that the installation does not reach: the installation's own list tells.
    fn name_missing_repositories(&self, error: Error, grant: Grant, deadline: Deadline) -> Error {
        let Grant::Installation { id, jwt, scope } = grant else { return error };
        let wide = Grant::Installation { id: id.clone(), jwt, scope: scope.without_repositories() };
        let granted = self.exchange(&wide, deadline).and_then(|token| {
            let granted = self.granted_repositories(&token, deadline);
            self.revoke_if_offered(&token, deadline);
            granted
        });
        match granted.map(|granted| scope.missing_from(&granted)) {
            Ok(missing) if !missing.is_empty() => error
                .with_message(format!("installation {id} does not reach {}", missing.join(", "))),
            _ => error,
        }
    }

    /// The ids and names of the repositories that a token reaches.
    fn granted_repositories(
        &self,
        token: &Token,
        deadline: Deadline,
    ) -> Result<Vec<(String, String)>> {
        let mut pager = Pager::start(self.platform(), Repository::list(self.platform())?)?;
        let mut granted = Vec::new();
        while let Some(page) = self.next_page::<Repository>(&mut pager, token, None, deadline)? {
            granted.extend(page.into_iter().map(|repository| (repository.id, repository.name)));
        }
        Ok(granted)
    }

    /// Revokes a token that nobody asked for. If that fails, the token expires by itself.
    fn revoke_if_offered(&self, token: &Token, deadline: Deadline) {
        let operation = ApiOperation::revocation(token.into());
        if operation.endpoint(self.platform()).is_ok() {
            let _ = self.perform(&operation, |_| Ok(()), deadline);
        }
    }
}
