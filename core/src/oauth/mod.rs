//! OAuth as values: where a user is sent, the callback, a device's code, the description of a
//! token, and an authorization server's metadata. No network I/O happens in this room.

pub(crate) mod authorization;
pub(crate) mod callback;
pub(crate) mod device;
pub(crate) mod introspection;
pub(crate) mod metadata;

pub use self::{
    authorization::{Authorization, AuthorizationRequest, CodeExchange, code_challenge},
    introspection::Introspection,
};
