/**
 * Reads a request as AWS KMS does: every constraint of the contract is checked, all violations are told in one
 * ValidationException, and paths are written in lower camel case (`tags.1.member.tagKey`).
 */

import type { Shape } from './api-model.js'
import { ValidationException } from './errors.js'
import { operations, shapes } from './model.js'
import type { OperationName, ValidInput } from './shapes.js'

/** One violated constraint. `value` is absent where AWS does not show it: binary and sensitive members. */
interface Violation {
  readonly path: string
  readonly value?: string
  readonly constraint: string
}

const table: Readonly<Record<string, Shape>> = shapes

/**
 * Checks a request and returns a copy that holds the declared members only, so that nothing behind the gate meets a
 * member it does not know. Numbers and booleans in an encryption context become strings (MGT-53).
 *
 * @throws {@link ValidationException} `N validation errors detected: Value 'V' at 'member' failed to satisfy
 *   constraint: Member must …; …`
 */
export function readInput<Name extends OperationName>(operation: Name, input: unknown): ValidInput<Name> {
  const violations: Violation[] = []
  const read = readStructure(operations[operation].input, input ?? {}, '', violations)
  if (violations.length > 0) throw new ValidationException(messageOf(violations))
  return read as ValidInput<Name>
}

/** Violations that are told in full: a request of a hundred thousand wrong members gets no answer of megabytes. */
const MAX_TOLD = 100

function messageOf(violations: readonly Violation[]): string {
  const errors = violations.length === 1 ? 'error' : 'errors'
  const texts = violations.slice(0, MAX_TOLD).map(({ path, value, constraint }) => {
    const shown = value === undefined ? '' : ` ${value}`
    return `Value${shown} at '${path}' failed to satisfy constraint: Member must ${constraint}`
  })
  if (violations.length > MAX_TOLD) texts.push('…')
  return `${violations.length} validation ${errors} detected: ${texts.join('; ')}`
}

function readStructure(name: string, value: unknown, path: string, violations: Violation[]): unknown {
  const shape = table[name]
  if (shape?.type !== 'structure') throw new TypeError(`${name} is no structure`)
  if (!isPlainObject(value)) {
    violations.push({ path: path || 'input', constraint: 'be an object' })
    return undefined
  }
  const result: Record<string, unknown> = {}
  for (const member of Object.keys(value)) {
    const memberShape = Object.hasOwn(shape.members, member) ? shape.members[member] : undefined
    if (memberShape === undefined) {
      const known = Object.keys(shape.members).join(', ')
      violations.push({ path: join(path, member), constraint: `be one of the members of the request: [${known}]` })
      continue
    }
    const given = value[member]
    if (given === undefined || given === null) continue
    result[member] = readValue(memberShape, given, join(path, member), violations)
  }
  for (const member of shape.required ?? [])
    if (value[member] === undefined || value[member] === null)
      violations.push({ path: join(path, member), value: 'null', constraint: 'not be null' })
  return result
}

function readValue(name: string, value: unknown, path: string, violations: Violation[]): unknown {
  const shape = table[name] as Shape
  switch (shape.type) {
    case 'structure':
      return readStructure(name, value, path, violations)
    case 'string':
      return readString(shape, value, path, violations)
    case 'blob':
      if (!(value instanceof Uint8Array)) return wrongType(path, 'be a Uint8Array', violations)
      checkRange(shape, value.byteLength, 'length', path, undefined, violations)
      return value
    case 'integer':
      if (typeof value !== 'number' || !Number.isInteger(value)) return wrongType(path, 'be an integer', violations)
      checkRange(shape, value, 'value', path, `'${value}'`, violations)
      return value
    case 'boolean':
      return typeof value === 'boolean' ? value : wrongType(path, 'be a boolean', violations)
    case 'timestamp':
      return value instanceof Date && !Number.isNaN(value.getTime())
        ? value
        : wrongType(path, 'be a valid Date', violations)
    case 'list':
      if (!Array.isArray(value)) return wrongType(path, 'be a list', violations)
      checkRange(shape, value.length, 'length', path, undefined, violations)
      return Array.from(value, (entry, index) =>
        readValue(shape.member, entry, `${path}.${index + 1}.member`, violations),
      )
    case 'map':
      return readMap(value, path, violations)
  }
}

/** The one map of the API is the encryption context. It is copied to a plain object without prototype surprises. */
function readMap(value: unknown, path: string, violations: Violation[]): unknown {
  if (!isPlainObject(value)) return wrongType(path, 'be a map', violations)
  const entries: [string, string][] = []
  for (const [key, given] of Object.entries(value)) {
    const text = typeof given === 'number' || typeof given === 'boolean' ? String(given) : given
    if (typeof text !== 'string') wrongType(`${path}.${key}.member`, 'be a string', violations)
    else if (!key.isWellFormed() || !text.isWellFormed())
      wrongType(`${path}.${key.toWellFormed()}.member`, 'be well-formed Unicode text', violations)
    else entries.push([key, text])
  }
  return Object.fromEntries(entries)
}

type StringShape = Extract<Shape, { type: 'string' }>

function readString(shape: StringShape, value: unknown, path: string, violations: Violation[]): unknown {
  if (typeof value !== 'string') return wrongType(path, 'be a string', violations)
  const shown = shape.sensitive ? undefined : `'${value}'`
  const violate = (constraint: string) => violations.push({ path, ...(shown && { value: shown }), constraint })
  if (shape.enum) {
    if (!shape.enum.includes(value)) violate(`satisfy enum value set: [${shape.enum.join(', ')}]`)
    return value
  }
  checkRange(shape, value.length, 'length', path, shown, violations)
  if (shape.pattern !== undefined && !patternOf(shape.pattern).test(value))
    violate(`satisfy regular expression pattern: ${shape.pattern}`)
  return value
}

function checkRange(
  { min, max }: { readonly min?: number; readonly max?: number },
  actual: number,
  measure: 'length' | 'value',
  path: string,
  value: string | undefined,
  violations: Violation[],
): void {
  const violate = (constraint: string) => violations.push({ path, ...(value !== undefined && { value }), constraint })
  if (min !== undefined && actual < min) violate(`have ${measure} greater than or equal to ${min}`)
  if (max !== undefined && actual > max) violate(`have ${measure} less than or equal to ${max}`)
}

function wrongType(path: string, constraint: string, violations: Violation[]): undefined {
  violations.push({ path, constraint })
  return undefined
}

const patterns = new Map<string, RegExp>()

/** The model's patterns apply to the whole value, whether or not they are anchored. */
function patternOf(source: string): RegExp {
  let pattern = patterns.get(source)
  if (!pattern) {
    pattern = new RegExp(`^(?:${source})$`)
    patterns.set(source, pattern)
  }
  return pattern
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function join(path: string, member: string): string {
  const name = member.charAt(0).toLowerCase() + member.slice(1)
  return path === '' ? name : `${path}.${name}`
}
