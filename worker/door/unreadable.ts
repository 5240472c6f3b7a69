import { ValidationException } from '../../src/contract/errors.js'

/** For what came by message and is no request that the package's own clients make. */
export function unreadable(reason: string): ValidationException {
  return new ValidationException(`1 validation error detected: the request cannot be read: ${reason}`)
}
