/** Requests and responses of the AWS JSON 1.1 protocol, and who answers them. */
import type { KmsClient } from '../client/client.js'
import type { Vault } from '../vault/vault.js'

/** Who answers requests: one client, or a vault, whose account root's clients answer, each for its Region. */
export type AwsJsonSource = KmsClient | Vault

/** A request as an AWS client sends it. */
export interface AwsJsonRequest {
  /** `POST`, for every operation. */
  readonly method: string
  /** `/`, perhaps with the query of a presigned URL. Default `/`. */
  readonly path?: string
  /** Names in any case. `x-amz-target` tells the operation; `authorization` or `host` the Region. */
  readonly headers: Readonly<Record<string, string>> | Headers
  /** The JSON text, or its bytes. */
  readonly body?: string | ArrayBufferView | ArrayBuffer | undefined
}

/** The response of AWS KMS. */
export interface AwsJsonResponse {
  readonly statusCode: number
  /** `Content-Type`, and `x-amzn-RequestId`: the id in the audit record. */
  readonly headers: Readonly<Record<string, string>>
  /** A JSON text; empty for operations that answer nothing. */
  readonly body: string
}
