//! Limits for the time and the memory that the passphrase of an encrypted key takes.
//!
//! The key file itself says how many rounds and how much memory turn its passphrase into a key. A
//! file from outside could stop the program with that, or end it: memory that is not there aborts.

use pkcs8::pkcs5::{
    EncryptionScheme,
    pbes2::{Kdf, Pbkdf2Params, ScryptParams},
};

use crate::error::{Error, ErrorKind, Reason, Result};

/// Refuses a key that would take more than seconds, or more than [`MOST_MEMORY`], to decrypt.
pub(super) fn check_cost(scheme: &EncryptionScheme<'_>) -> Result<()> {
    match scheme.pbes2().map(|parameters| &parameters.kdf) {
        Some(Kdf::Pbkdf2(parameters)) => check_pbkdf2(parameters),
        Some(Kdf::Scrypt(parameters)) => check_scrypt(parameters),
        // PBES1 has at most 65 535 rounds, and is refused later.
        _ => Ok(()),
    }
}

fn check_pbkdf2(parameters: &Pbkdf2Params<'_>) -> Result<()> {
    let rounds = parameters.iteration_count;
    if rounds <= MOST_ROUNDS {
        return Ok(());
    }
    Err(too_costly(&format!("{rounds} rounds of PBKDF2, and at most {MOST_ROUNDS} are accepted")))
}

/// RFC 7914 §2: scrypt fills `128 · N · r` bytes, `p` times one after the other. The `128 · p · r` bytes
/// beside them are bounded by the work.
fn check_scrypt(parameters: &ScryptParams<'_>) -> Result<()> {
    let n = u128::from(parameters.cost_parameter);
    let (r, p) = (u128::from(parameters.block_size), u128::from(parameters.parallelization));
    if !n.is_power_of_two() || n < 2 || r == 0 || p == 0 {
        return Err(Error::new(
            ErrorKind::Key,
            "the encrypted private key names scrypt parameters that do not exist",
        )
        .because(Reason::DamagedKey)
        .advise("Copy the whole file again, from -----BEGIN to -----END."));
    }
    let memory = 128 * r * n;
    if memory > MOST_MEMORY {
        let (mib, most) = (memory.div_ceil(MIB), MOST_MEMORY / MIB);
        return Err(too_costly(&format!(
            "{mib} MiB of memory for scrypt, and at most {most} MiB are accepted"
        )));
    }
    let work = n * r * p;
    if work > MOST_WORK {
        return Err(too_costly(&format!(
            "scrypt with N·r·p = {work}, and at most {MOST_WORK} is accepted"
        )));
    }
    Ok(())
}

fn too_costly(demand: &str) -> Error {
    Error::new(ErrorKind::Key, format!("the passphrase of the private key demands {demand}"))
        .because(Reason::UnsuitableKey)
        .advise("`openssl pkcs8 -topk8 -v2 aes-256-cbc -in old.pem -out new.pem` makes one that costs less.")
}

/// OWASP advises 1 300 000 for HMAC-SHA-1, the weakest that is read, and 600 000 for HMAC-SHA-256;
/// OpenSSL's default is 2048.
///
/// <https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#pbkdf2>
const MOST_ROUNDS: u32 = 2_000_000;
const MIB: u128 = 1 << 20;
/// OpenSSL takes 16 MiB by default, and never more than 32 MiB for a key file.
const MOST_MEMORY: u128 = 128 * MIB;
/// OpenSSL's default is `2^14 · 8 · 1 = 2^17`.
const MOST_WORK: u128 = 1 << 21;

#[cfg(test)]
mod tests {
    use super::*;

    fn scrypt(n: u64, r: u16, p: u16) -> Result<()> {
        check_scrypt(&ScryptParams {
            salt: b"salt",
            cost_parameter: n,
            block_size: r,
            parallelization: p,
            key_length: None,
        })
    }

    #[test]
    fn the_costs_of_common_tools_are_accepted() {
        for rounds in [1, 2048, 600_000, 1_300_000, MOST_ROUNDS] {
            assert!(
                check_pbkdf2(&Pbkdf2Params::hmac_with_sha256(rounds, b"salt").unwrap()).is_ok()
            );
        }
        for (n, r, p) in
            [(2, 1, 1), (1 << 14, 8, 1), (1 << 15, 8, 1), (1 << 17, 8, 1), (1 << 14, 8, 16)]
        {
            assert!(scrypt(n, r, p).is_ok(), "{n} {r} {p}");
        }
    }

    #[test]
    fn a_file_cannot_demand_minutes_or_gigabytes() {
        let rounds = Pbkdf2Params::hmac_with_sha256(MOST_ROUNDS + 1, b"salt").unwrap();
        let error = check_pbkdf2(&rounds).unwrap_err();
        assert!(error.message().contains("2000001 rounds"), "{error}");
        let too_much =
            [(1 << 40, 8, 1), (1 << 63, u16::MAX, u16::MAX), (1 << 18, 8, 1), (1 << 14, 8, 17)];
        for (n, r, p) in too_much {
            let error = scrypt(n, r, p).unwrap_err();
            assert_eq!(error.reason(), Some(Reason::UnsuitableKey), "{n} {r} {p}");
        }
    }

    #[test]
    fn scrypt_parameters_that_do_not_exist_are_damage() {
        for (n, r, p) in [(0, 8, 1), (1, 8, 1), (3, 8, 1), (16, 0, 1), (16, 8, 0)] {
            assert_eq!(
                scrypt(n, r, p).unwrap_err().reason(),
                Some(Reason::DamagedKey),
                "{n} {r} {p}"
            );
        }
    }
}
