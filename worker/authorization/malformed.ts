import { MalformedPolicyDocumentException } from '../../src/contract/errors.js'

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @param place such as `Statement[0].Effect` */
export function malformed(place: string, rule: string): MalformedPolicyDocumentException {
  return new MalformedPolicyDocumentException(`The policy is malformed: ${place} ${rule}.`)
}
