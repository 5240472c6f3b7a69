/**
 * Reads a request as AWS KMS does: every constraint of the contract is checked, all violations are told in one
 * ValidationException, and paths are written in lower camel case (`tags.1.member.tagKey`).
 */

import type { Shape } from './api-model.js'
import { isArrayBuffer } from './buffer-source.js'
import { ValidationException } from './errors.js'
import { operations, shapes } from './model.js'
import { isPlainObject, shown, timeOf, viewOf } from './reader.js'
import type { OperationName, ValidInput } from './shapes.js'

const table: Readonly<Record<string, Shape>> = shapes

/**
 * Bounds where the API model has none: characters of texts, entries of lists; of the encryption context, characters of all
 * keys and values together, as AWS bounds them. The lists have rules of their own (50 tags, say), which are told in words
 * of AWS, so that these are wider.
 */
export const OPEN_BOUNDS: Readonly<Record<string, number>> = {
  DryRunModifierList: 100,
  EncryptionContextType: 8192,
  GrantOperationList: 100,
  TagKeyList: 1000,
  TagList: 1000,
}

/**
 * Checks a request and returns a copy that holds the declared members only, so that nothing behind the gate meets a
 * member it does not know. Numbers and booleans in an encryption context become strings (MGT-53).
 *
 * @throws {@link ValidationException} `N validation errors detected: Value 'V' at 'member' failed to satisfy
 *   constraint: Member must …; …`
 */
export function readInput<Name extends OperationName>(operation: Name, input: unknown): ValidInput<Name> {
  const violations = new Violations()
  const read = readStructure(operations[operation].input, input ?? {}, '', violations)
  if (violations.count > 0) throw new ValidationException(violations.message)
  return read as ValidInput<Name>
}

/** Characters of a value that are repeated. (AWS repeats all, recorded of 5,000.) */
const MOST_SHOWN = 6144
/** Characters of all violations that are told. Those that follow are counted. */
const MOST_TOLD = 8192

/**
 * The violated constraints of a request. A request of a hundred thousand wrong members gets no answer of megabytes, and no
 * work is done for what is not told.
 */
class Violations {
  count = 0
  readonly #told: string[] = []
  #room = MOST_TOLD

  /** @param value as it is shown; absent where AWS does not show it: binary and sensitive members */
  add(path: string, constraint: string, value?: string): undefined {
    this.count += 1
    if (this.#room <= 0) return
    const text = `Value${value === undefined ? '' : ` ${value}`} at '${path}' failed to satisfy constraint: Member must ${constraint}`
    this.#told.push(text)
    this.#room -= text.length
  }

  get message(): string {
    const errors = this.count === 1 ? 'error' : 'errors'
    const told = this.count > this.#told.length ? [...this.#told, '…'] : this.#told
    return `${this.count} validation ${errors} detected: ${told.join('; ')}`
  }
}

function readStructure(name: string, value: unknown, path: string, violations: Violations): unknown {
  const shape = table[name]
  if (shape?.type !== 'structure') throw new TypeError(`${name} is no structure`)
  if (!isPlainObject(value)) return violations.add(path || 'input', 'be an object')
  const given = value as Readonly<Record<string, unknown>>
  const result: Record<string, unknown> = {}
  for (const member of Object.keys(given)) {
    const memberShape = Object.hasOwn(shape.members, member) ? shape.members[member] : undefined
    if (memberShape === undefined) {
      const known = Object.keys(shape.members).join(', ')
      violations.add(join(path, shown(member)), `be one of the members of the request: [${known}]`)
      continue
    }
    const entry = given[member]
    if (entry === undefined || entry === null) continue
    result[member] = readValue(memberShape, entry, join(path, member), violations)
  }
  for (const member of shape.required ?? [])
    if (given[member] === undefined || given[member] === null) violations.add(join(path, member), 'not be null', 'null')
  return result
}

function readValue(name: string, value: unknown, path: string, violations: Violations): unknown {
  const shape = table[name] as Shape
  switch (shape.type) {
    case 'structure':
      return readStructure(name, value, path, violations)
    case 'string':
      return readString(shape, value, path, violations)
    case 'blob': {
      if (!ArrayBuffer.isView(value) && !isArrayBuffer(value)) return violations.add(path, 'be a Uint8Array')
      const bytes = viewOf(value, path)
      checkRange(shape, bytes.byteLength, 'length', path, undefined, violations)
      return bytes
    }
    case 'integer':
      if (typeof value !== 'number' || !Number.isInteger(value)) return violations.add(path, 'be an integer')
      checkRange(shape, value, 'value', path, `'${value}'`, violations)
      return value
    case 'boolean':
      return typeof value === 'boolean' ? value : violations.add(path, 'be a boolean')
    case 'timestamp': {
      const time = timeOf(value)
      if (time === undefined || Number.isNaN(time)) return violations.add(path, 'be a valid Date')
      // One of this window's class, whichever window it came from.
      return new Date(time)
    }
    case 'list':
      return readList(name, shape, value, path, violations)
    case 'map':
      return readMap(name, value, path, violations)
  }
}

type ListShape = Extract<Shape, { type: 'list' }>

function readList(name: string, shape: ListShape, value: unknown, path: string, violations: Violations): unknown {
  if (!Array.isArray(value)) return violations.add(path, 'be a list')
  const bounds = { max: OPEN_BOUNDS[name], ...shape }
  checkRange(bounds, value.length, 'length', path, undefined, violations)
  // Nobody looks at the entries of a list without end.
  if (bounds.max !== undefined && value.length > bounds.max) return undefined
  return Array.from(value, (entry, index) => readValue(shape.member, entry, `${path}.${index + 1}.member`, violations))
}

/** The one map of the API is the encryption context. It is copied to a plain object without prototype surprises. */
function readMap(name: string, value: unknown, path: string, violations: Violations): unknown {
  if (!isPlainObject(value)) return violations.add(path, 'be a map')
  const most = OPEN_BOUNDS[name] as number
  let characters = 0
  const entries: [string, string][] = []
  for (const [key, given] of Object.entries(value)) {
    const text = typeof given === 'number' || typeof given === 'boolean' ? String(given) : given
    const place = () => `${path}.${shown(key, MOST_SHOWN)}.member`
    if (typeof text !== 'string') {
      violations.add(place(), 'be a string')
      continue
    }
    characters += key.length + text.length
    if (characters > most) return violations.add(path, `have at most ${most} characters in all its keys and values`)
    if (key.isWellFormed() && text.isWellFormed()) entries.push([key, text])
    else violations.add(place(), 'be well-formed Unicode text')
  }
  return Object.fromEntries(entries)
}

type StringShape = Extract<Shape, { type: 'string' }>

function readString(shape: StringShape, value: unknown, path: string, violations: Violations): unknown {
  if (typeof value !== 'string') return violations.add(path, 'be a string')
  const repeated = shape.sensitive ? undefined : `'${shown(value, MOST_SHOWN)}'`
  if (shape.enum) {
    if (!shape.enum.includes(value))
      violations.add(path, `satisfy enum value set: [${shape.enum.join(', ')}]`, repeated)
    return value
  }
  checkRange(shape, value.length, 'length', path, repeated, violations)
  if (shape.pattern !== undefined && !patternOf(shape.pattern).test(value))
    violations.add(path, `satisfy regular expression pattern: ${shape.pattern}`, repeated)
  return value
}

function checkRange(
  { min, max }: { readonly min?: number | undefined; readonly max?: number | undefined },
  actual: number,
  measure: 'length' | 'value',
  path: string,
  value: string | undefined,
  violations: Violations,
): void {
  if (min !== undefined && actual < min) violations.add(path, `have ${measure} greater than or equal to ${min}`, value)
  if (max !== undefined && actual > max) violations.add(path, `have ${measure} less than or equal to ${max}`, value)
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

function join(path: string, member: string): string {
  const name = member.charAt(0).toLowerCase() + member.slice(1)
  return path === '' ? name : `${path}.${name}`
}
