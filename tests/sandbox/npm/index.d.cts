/** The options of {@link startSandbox}. */
export interface SandboxOptions {
  /** The platform to be; default `github`. */
  platform?: 'atomgit' | 'github' | 'github-enterprise' | 'icr' | 'acme' | 'issuer' | undefined
  /** Speaks TLS with a certificate of its own authority, which the settings trust; default false. */
  https?: boolean | undefined
  /** Starts with a clock that stands still at this time, in milliseconds since 1970; default the machine's clock. */
  clockMs?: number | undefined
  /** Ends the sandbox. */
  signal?: AbortSignal | undefined
}

/** The options of an app on the sandbox: `new App(sandbox.settings)`. */
export interface SandboxSettings {
  platform: string
  apiUrl: string
  webUrl: string
  appId?: string
  privateKey?: string
  clientId?: string
  clientSecret?: string
  rootCertificates?: string
  proxy: string
}

/** A sandbox that runs. It ends with this process, and does not keep it alive. */
export interface Sandbox {
  /** Where it listens. */
  readonly url: string
  /** Where its control API is. */
  readonly adminUrl: string
  /** The ids of the app's installations. */
  readonly installations: readonly string[]
  /** The options of an app on it. */
  readonly settings: SandboxSettings
  /** A request of its control API: clocks, faults, and the record of requests. */
  control(method: string, path: string, json?: unknown): Promise<any>
  /** Ends it. */
  stop(): Promise<void>
  /** Ends it at the end of `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts a local server that behaves as a platform's documentation says.
 *
 * @example
 * ```js
 * const sandbox = await startSandbox({ platform: 'github' })
 * const app = new App(sandbox.settings)
 * const token = await app.installation(sandbox.installations[0]).token()
 * await sandbox.stop()
 * ```
 */
export function startSandbox(options?: SandboxOptions): Promise<Sandbox>
