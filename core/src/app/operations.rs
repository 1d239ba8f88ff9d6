//! Platform operations: the app's registration, and leaked credentials.

use super::App;
use crate::{
    error::{Error, Result},
    platform::{descriptor::Operation, operations::OperationName, reply::Reply},
    resources::{Registration, operation::ApiOperation},
    secret::Secret,
    sources::read_nothing,
    tasks::Task,
};

impl App {
    /// Returns the app as it is registered on the platform.
    ///
    /// Source: <https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app>
    ///
    /// # Errors
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform does not offer this.
    /// - Those of [every call over the network](crate#errors).
    pub fn registration(&self) -> Task<Registration> {
        self.perform(ApiOperation::new(OperationName::Registration), Registration::read)
    }

    /// Exchanges the code of an app manifest for the app that it created.
    ///
    /// It needs no credential. A code works once, and the platform returns the app's key and
    /// secrets this once.
    ///
    /// - `code`: The code with which the user returned from creating the app.
    ///
    /// Source:
    /// <https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest>
    ///
    /// # Errors
    /// - [`NotFound`](crate::ErrorKind::NotFound) if the code is unknown or was used.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform has no app manifests.
    /// - Those of [every call over the network](crate#errors).
    pub fn convert_manifest(&self, code: impl Into<String>) -> Task<Registration> {
        let code = code.into();
        let operation = ApiOperation::new(OperationName::ConvertManifest)
            .about(Operation::Manifest, "the manifest's code")
            .secret(Some(Secret::from(code.as_str())))
            .with("code", code);
        self.perform(operation, Registration::read)
    }

    /// Reports leaked credentials of anybody; the platform ends them and notifies their owners.
    ///
    /// It needs no credential.
    ///
    /// - `credentials`: The leaked credentials.
    ///
    /// Source: <https://docs.github.com/en/rest/credentials/revoke>
    ///
    /// # Errors
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if there are no credentials, or one
    ///   is empty.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform does not offer this.
    /// - Those of [every call over the network](crate#errors).
    pub fn revoke_credentials(&self, credentials: Vec<Secret>) -> Task<()> {
        if credentials.iter().any(Secret::is_empty) || credentials.is_empty() {
            return Task::ready(Err(Error::invalid(
                "the list of credentials is empty, or one of them is",
            )));
        }
        if credentials.iter().any(Secret::has_nul) {
            return Task::ready(Err(Error::invalid("one of the credentials contains a NUL")));
        }
        let texts: Vec<_> = credentials.iter().map(Secret::reveal).collect();
        let operation = ApiOperation::new(OperationName::RevokeCredentials);
        let operation = operation.with("credentials", texts);
        let operation = credentials.into_iter().map(Some).fold(operation, ApiOperation::secret);
        self.perform(operation, read_nothing)
    }

    /// Carries an operation out on the platform.
    pub(super) fn perform<T: Clone + Send + 'static>(
        &self,
        operation: ApiOperation,
        read: fn(&Reply<'_>) -> Result<T>,
    ) -> Task<T> {
        self.spawn_call(move |client, deadline| client.perform(&operation, read, deadline))
    }
}
