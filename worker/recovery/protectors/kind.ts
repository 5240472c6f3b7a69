import type { Bytes } from '../../../src/contract/bytes.js'
import type { Reader } from '../../../src/contract/reader.js'
import type { ProtectorParameters, ProtectorType } from '../records.js'

/** Types that a secret of the person's opens: all but escrow, which a public key of others' does. */
export type SecretType = Exclude<ProtectorType, 'escrow'>

/** A value as JSON writes it. */
export type JsonMembers = Readonly<Record<string, string | number | readonly string[]>>

/** Parameters of one type, to and from what others may read and have written. */
export interface ParameterForm<Type extends ProtectorType> {
  /** Those that authenticate: what they were when the protector was made, they have to be when it opens. */
  bound(parameters: ProtectorParameters[Type]): readonly (string | number)[]
  toJson(parameters: ProtectorParameters[Type]): JsonMembers
  /** Of strangers' JSON: nothing in it can make more work than a person waits for. */
  readonly reader: Reader<ProtectorParameters[Type]>
}

/** What is special to one type of protector. */
export interface SecretKind<Type extends SecretType, New, Given> extends ParameterForm<Type> {
  /**
   * Parameters of a new protector, and what its keys are derived from, which the caller wipes.
   *
   * @throws {ValidationException} for what would protect nothing
   */
  make(given: New): Promise<NewKeying<Type>>
  /**
   * The same keying, of a gesture; the caller wipes it.
   *
   * @throws {ValidationException} for what cannot have been what was made, before any work
   */
  keyingOf(parameters: ProtectorParameters[Type], given: Given): Promise<Bytes>
}

export interface NewKeying<Type extends SecretType> {
  readonly parameters: ProtectorParameters[Type]
  readonly keying: Bytes
  /** Shown once. */
  readonly recoveryCode?: string
}
