import { withAdvice } from './advice.js'
import { exceptions, KMSInternalException } from './exceptions.js'
import { type ErrorReason, KmsError } from './kms-error.js'
import { missingPart } from './missing-part.js'
import { BackupFormatException, IncorrectProtectorException } from './recovery-errors.js'

export * from './exceptions.js'
export { type ErrorReason, KmsError } from './kms-error.js'

/** What the worker can answer: AWS's errors, and those of recovery. */
const answers = { ...exceptions, BackupFormatException, IncorrectProtectorException } as const

/** Name of an error that browser-kms can answer. */
export type ErrorName = keyof typeof answers

/** An error on its way between worker and page: structured clone keeps neither class nor fields of an `Error`. */
export interface ErrorRecord {
  readonly name: ErrorName
  readonly message: string
  readonly reason?: ErrorReason
}

/** The error of a name. */
export function kmsError(name: ErrorName, message: string, requestId?: string, reason?: ErrorReason): KmsError {
  return new answers[name](message, requestId, reason)
}

/**
 * What leaves the worker for any value that was thrown. A KmsError goes as it is; anything else is a defect, of which
 * only the kind is told: its message could hold anything.
 */
export function errorRecord(thrown: unknown): ErrorRecord {
  if (thrown instanceof KmsError) {
    const { name, message, reason } = thrown
    return { name: name as ErrorName, message, ...(reason && { reason }) }
  }
  const missing = missingPart(thrown)
  if (missing) return { name: missing.name, message: missing.message }
  const kind = thrown instanceof Error || thrown instanceof DOMException ? thrown.name : typeof thrown
  return { name: 'KMSInternalException', message: `The vault failed to answer the request (${kind}). Try again.` }
}

/** The error that a record stands for; a name this version does not know becomes a KMSInternalException. */
export function errorOf({ name, message, reason }: ErrorRecord, requestId = ''): KmsError {
  return Object.hasOwn(answers, name)
    ? kmsError(name, message, requestId, reason)
    : new KMSInternalException(message, requestId)
}

/** The same, with advice where there is some: for pages. Workers have none to give. */
export function reviveError({ name, message, ...rest }: ErrorRecord, requestId: string): KmsError {
  return errorOf({ name, message: withAdvice(name, message), ...rest }, requestId)
}
