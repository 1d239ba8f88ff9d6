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
    /// The app as it is registered on the platform.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where the platform does not offer it.
    pub fn registration(&self) -> Task<Registration> {
        self.perform(ApiOperation::new(OperationName::Registration), Registration::read)
    }

    /// The app that a manifest's code stands for, with its key and secrets, which the platform shows
    /// once. Requires no credential.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where the platform does not offer it,
    /// [`NotFound`](crate::ErrorKind::NotFound) for a code that is unknown or was used.
    pub fn convert_manifest(&self, code: impl Into<String>) -> Task<Registration> {
        let code = code.into();
        let operation = ApiOperation::new(OperationName::ConvertManifest)
            .about(Operation::Manifest, "the manifest's code")
            .secret(Some(Secret::from(code.as_str())))
            .with("code", code);
        self.perform(operation, Registration::read)
    }

    /// Reports leaked credentials of anybody; the platform revokes them and notifies their owners.
    /// Requires no credential.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where the platform does not offer it.
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
