import type { ResponseMetadata } from './shapes.js'

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

  /**
   * @param message a sentence for a person
   * @param requestId id of the request that failed; empty where none was made
   */
  constructor(message: string, requestId = '') {
    super(message)
    const { httpStatusCode, retryable } = new.target as unknown as typeof KmsError
    this.$fault = httpStatusCode >= 500 ? 'server' : 'client'
    this.$metadata = { httpStatusCode, requestId, attempts: 1, totalRetryDelay: 0 }
    if (retryable) this.$retryable = { throttling: httpStatusCode < 500 }
  }
}
