/** Why a message cannot be made or opened. None of them says anything about a plaintext or a key. */

/** The bytes are no message of the AWS Encryption SDK, or end too early, or go on too long. */
export class MessageFormatError extends Error {
  override readonly name = 'MessageFormatError'
  readonly reason: 'malformed' | 'cutShort' | 'trailing'

  constructor(message: string, reason: MessageFormatError['reason'] = 'malformed') {
    super(message)
    this.reason = reason
  }
}
/** The commitment policy does not allow the algorithm suite. */
export class CommitmentPolicyError extends Error {
  override readonly name = 'CommitmentPolicyError'
}
/** A signed message where only unsigned ones are allowed. */
export class SignaturePolicyError extends Error {
  override readonly name = 'SignaturePolicyError'
}
/** The data key is not the one that the message commits to. */
export class KeyCommitmentError extends Error {
  override readonly name = 'KeyCommitmentError'
}
/** A header or frame was changed, or frames are missing, repeated or in another order. */
export class MessageAuthenticationError extends Error {
  override readonly name = 'MessageAuthenticationError'
}
/** The signature does not fit, or the key for it is missing. */
export class MessageSignatureError extends Error {
  override readonly name = 'MessageSignatureError'
}
/** No keyring could give the data key. `errors` holds what each attempt met. */
export class DataKeyUnwrapError extends AggregateError {
  override readonly name = 'DataKeyUnwrapError'
}
/** The encryption context is reserved, malformed, or not the expected one. */
export class EncryptionContextError extends Error {
  override readonly name = 'EncryptionContextError'
}
/** More data keys, larger frames or a longer plaintext than allowed. */
export class MessageLimitError extends Error {
  override readonly name = 'MessageLimitError'
}
