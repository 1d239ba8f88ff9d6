// Signers for services that keep the private key. Each returns a function for the option `signer` of an App. It takes the
// client of the service's own package, so that its credentials, region and retries stay there.

/** A function for the option `signer` of an App: the signature of a message, RS256. */
export type RemoteSigner = (message: Uint8Array) => Promise<Uint8Array>

/** The options of {@link vaultTransitSigner}. */
export interface VaultTransitOptions {
  /** The address of the server, such as `https://vault.example:8200`. */
  address: string
  /** The token of HashiCorp Vault, or a function that returns one before each signature. */
  token: string | (() => string | Promise<string>)
  /** The name of the RSA key. */
  key: string
  /** Where the engine is mounted; default `transit`. */
  mount?: string | undefined
  /** Sends the request; default the global `fetch`. */
  fetch?: typeof globalThis.fetch | undefined
}

/**
 * AWS KMS.
 *
 * @param kms a `KMS` of `@aws-sdk/client-kms`
 * @param keyId the id or the ARN of an RSA key for signing
 */
export function awsKmsSigner(kms: { sign(input: any): Promise<{ Signature?: Uint8Array | undefined }> }, keyId: string): RemoteSigner
/** Azure Key Vault: a `CryptographyClient` of `@azure/keyvault-keys`. */
export function azureKeyVaultSigner(client: { signData(algorithm: any, data: Uint8Array): Promise<{ result: Uint8Array }> }): RemoteSigner
/**
 * Google Cloud KMS.
 *
 * @param client a `KeyManagementServiceClient` of `@google-cloud/kms`
 * @param keyVersion the name of a version of a key: `projects/…/cryptoKeyVersions/1`
 */
export function googleKmsSigner(client: { asymmetricSign(request: any): Promise<any> }, keyVersion: string): RemoteSigner
/** The transit engine of HashiCorp Vault, with an RSA key. */
export function vaultTransitSigner(options: VaultTransitOptions): RemoteSigner
