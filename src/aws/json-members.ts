/**
 * Requests and responses between AWS JSON and what `vault.kms` takes and gives, driven by the table of the contract: bytes
 * are base64, moments are seconds since 1970, and all else is the same.
 */

import type { Shape } from '../contract/api-model.js'
import { shapes } from '../contract/model.js'
import { setOwn } from '../contract/wire.js'
import { fromBase64, toBase64 } from './base64.js'
import { unserializable } from './refusal.js'

const table: Readonly<Record<string, Shape>> = shapes

type Members = Record<string, unknown>

/**
 * The members of a structure. Those that are `null` are absent, to AWS too. Members that the contract does not know are
 * kept, so that the vault refuses them, where AWS drops them in silence: a misspelt `DryRun` or `EncryptionContext`, or a
 * constraint newer than the contract, must not make a request that does more than its caller wanted.
 *
 * @throws {@link Refusal} `SerializationException` for a value of another type, and what is no base64
 */
export function readMembers(structure: string, value: unknown): Members {
  const { members } = structureOf(structure)
  if (kindOf(value) !== 'object') throw misplaced(value, 'null')
  const read: Members = {}
  for (const [name, given] of Object.entries(value as Members)) {
    if (Object.hasOwn(members, name)) {
      if (given !== null) read[name] = readValue(members[name] as string, given)
    } else if (name !== '__type') setOwn(read, name, null)
  }
  return read
}

function readValue(name: string, value: unknown): unknown {
  const shape = shapeOf(name)
  const kind = kindOf(value)
  switch (shape.type) {
    case 'structure':
      return readMembers(name, value)
    case 'list':
      if (kind !== 'list') throw misplaced(value, 'list or null')
      return (value as unknown[]).map((entry) => (entry === null ? null : readValue(shape.member, entry)))
    case 'map':
      if (kind !== 'object') throw misplaced(value, 'map or null')
      return readMap(shape.value, value as Members)
    case 'string':
      return kind === 'string' ? value : refuse(value, 'a String')
    case 'boolean':
      return kind === 'boolean' ? value : refuse(value, 'a Boolean')
    case 'integer':
      return kind === 'number' ? value : refuse(value, 'an Integer')
    case 'timestamp':
      return kind === 'number' ? new Date(Math.round((value as number) * 1000)) : refuse(value, 'a Timestamp')
    case 'blob':
      return kind === 'string' ? readBlob(value as string) : refuse(value, 'a Blob')
  }
}

/** Numbers and booleans stay: in an encryption context AWS KMS reads them as text (MGT-53), and so does the vault. */
function readMap(valueShape: string, value: Members): Members {
  const read: Members = {}
  for (const [key, given] of Object.entries(value)) {
    const isText = given === null || typeof given === 'number' || typeof given === 'boolean'
    setOwn(read, key, isText ? given : readValue(valueShape, given))
  }
  return read
}

function readBlob(text: string): Uint8Array {
  const bytes = fromBase64(text)
  if (!bytes) throw unserializable('The bytes of a member are not in base64.')
  return bytes
}

/** The structure as JSON has it. What is `undefined` is absent. */
export function writeMembers(structure: string, value: object): Members {
  const { members } = structureOf(structure)
  const written: Members = {}
  for (const [name, given] of Object.entries(value)) {
    const shape = members[name]
    if (shape !== undefined && given !== undefined) written[name] = writeValue(shape, given)
  }
  return written
}

function writeValue(name: string, value: unknown): unknown {
  const shape = shapeOf(name)
  switch (shape.type) {
    case 'structure':
      return writeMembers(name, value as object)
    case 'list':
      return (value as unknown[]).map((entry) => writeValue(shape.member, entry))
    case 'timestamp':
      return (value as Date).getTime() / 1000
    case 'blob':
      return toBase64(value as Uint8Array)
    default:
      return value
  }
}

function shapeOf(name: string): Shape {
  return table[name] as Shape
}

function structureOf(name: string): Extract<Shape, { type: 'structure' }> {
  return shapeOf(name) as Extract<Shape, { type: 'structure' }>
}

type Kind = 'list' | 'null' | 'object' | 'string' | 'number' | 'boolean'

function kindOf(value: unknown): Kind {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'list' : (typeof value as Kind)
}

/** For a single value where a list, map or structure belongs, or the other way round; AWS's words. */
function misplaced(value: unknown, expected: string) {
  const kind = kindOf(value)
  if (kind === 'list') return unserializable('Start of list found where not expected')
  if (kind === 'object') return unserializable('Start of structure or map found where not expected.')
  return unserializable(kind === 'null' ? '' : `Expected ${expected}`)
}

/** @throws {@link Refusal} in AWS's words, such as `NUMBER_VALUE can not be converted to a String` */
function refuse(value: unknown, expected: string): never {
  const kind = kindOf(value)
  if (kind === 'list' || kind === 'object') throw misplaced(value, expected)
  const token = kind === 'boolean' ? String(value) : kind
  throw unserializable(`${token.toUpperCase()}_VALUE can not be converted to ${expected}`)
}
