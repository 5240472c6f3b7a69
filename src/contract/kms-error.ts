import type { ResponseMetadata } from './shapes.js'

/**
 * Causes that errors of one name are told apart by: `storageFull` and `storageFailed` of a `KMSInternalException`, when the
 * browser's storage has no room or does not work (the vault goes on by itself when it does again); `locked` of a
 * `KMSInvalidStateException`, when the vault has to be unlocked first; and those of a `PasskeyException`.
 */
export type ErrorReason =
  | 'storageFull'
  | 'storageFailed'
  | 'locked'
  | 'passkeyCancelled'
  | 'passkeyWithoutPrf'
  | 'browserWithoutPrf'

/**
 * Base class of every error that browser-kms answers, shaped like the service exceptions of the AWS SDK, so that code
 * such as `error.name === 'DisabledException'` works with both.
 *
 * @example
 * ```ts
 * try {
 *   await vault.kms.decrypt({ CiphertextBlob })
 * } catch (error) {
 *   if (error instanceof KmsError && error.name === 'DisabledException') showHowToEnable()
 *   else throw error
 * }
 * ```
 */
export abstract class KmsError extends Error {
  /** HTTP status of AWS KMS for this error (SDK-51; the recorded answers are all 400 but for server faults). */
  static readonly httpStatusCode: number = 400
  /** Whether trying the same request again can succeed (QUOTA-44). */
  static readonly retryable: boolean = false

  /** The AWS error name. */
  abstract override readonly name: string
  /** Whose fault: the request's or the vault's. */
  readonly $fault: 'client' | 'server'
  /** Status and request id, as the AWS SDK gives them. */
  readonly $metadata: ResponseMetadata
  /** Present where trying again can succeed. */
  readonly $retryable?: { readonly throttling: boolean }
  /** Which of the causes that share a name, where an application may want to tell them apart. */
  readonly reason?: ErrorReason

  /**
   * @param message a sentence for a person
   * @param requestId id of the request that failed; empty where none was made
   */
  constructor(message: string, requestId = '', reason?: ErrorReason) {
    super(message)
    const { httpStatusCode, retryable } = new.target as unknown as typeof KmsError
    this.$fault = httpStatusCode >= 500 ? 'server' : 'client'
    if (reason !== undefined) this.reason = reason
    this.$metadata = { httpStatusCode, requestId, attempts: 1, totalRetryDelay: 0 }
    if (retryable) this.$retryable = { throttling: httpStatusCode < 500 }
  }
}
