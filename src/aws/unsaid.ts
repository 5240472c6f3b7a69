import type { KmsError } from '../contract/kms-error.js'
import type { OperationName } from '../contract/shapes.js'

interface Unsaid {
  /** Where only one operation's error comes without a message. */
  readonly operation?: OperationName
  /** Which of its messages stay unsaid; default all. */
  readonly pattern?: RegExp
}

/** Errors that AWS KMS sends without a message (recorded from the service). `vault.kms` tells what is wrong. */
const unsaid: Readonly<Record<string, Unsaid>> = {
  InvalidCiphertextException: {},
  KMSInvalidMacException: {},
  KMSInvalidSignatureException: {},
  NotAuthorizedException: {},
  UnsupportedOperationException: { operation: 'RotateKeyOnDemand', pattern: /key spec is/ },
  ValidationException: { operation: 'DeriveSharedSecret', pattern: /^PublicKey must be/ },
}

/** Whether AWS KMS sends this error of an operation without a message. */
export function isUnsaid(operation: OperationName, { name, message }: KmsError): boolean {
  const row = Object.hasOwn(unsaid, name) ? unsaid[name] : undefined
  return row !== undefined && (row.operation ?? operation) === operation && (row.pattern?.test(message) ?? true)
}
