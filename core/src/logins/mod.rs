//! Logins of users: an authorization that is finished once, a browser on this machine, a code on
//! another device.

mod authorizations;
mod browser;
mod connections;
mod device;
mod pages;

pub(crate) use self::authorizations::Authorizations;
pub use self::{
    browser::{Login, LoginRequest},
    device::DeviceLogin,
};
