/**
 * The types of the AWS KMS API, derived from the table in `model.ts`: nothing about a request or a response is written
 * down twice.
 */
import type { AlwaysAnswered } from './always-answered.js'
import type { Bytes } from './bytes.js'
import type { operations, shapes } from './model.js'

type Shapes = typeof shapes
type Operations = typeof operations

/** Name of a shape of the AWS KMS API. */
export type ShapeName = keyof Shapes
/** Name of an AWS KMS operation, such as `GenerateDataKey`. */
export type OperationName = keyof Operations

/** The TypeScript value of a shape, as `@aws-sdk/client-kms` types it. */
export type Value<Name> = Name extends ShapeName ? ValueOf<Shapes[Name], Name> : never

type ValueOf<S, Name> = S extends { type: 'string'; enum: readonly (infer Member)[] }
  ? Member
  : S extends { type: 'string' }
    ? string
    : S extends { type: 'blob' }
      ? Uint8Array
      : S extends { type: 'integer' }
        ? number
        : S extends { type: 'boolean' }
          ? boolean
          : S extends { type: 'timestamp' }
            ? Date
            : S extends { type: 'map' }
              ? Record<string, string>
              : S extends { type: 'list'; member: infer Member }
                ? Value<Member>[]
                : S extends { type: 'structure'; members: infer Members }
                  ? Structure<Members, Required<S>, Name>
                  : never

type Required<S> = S extends { required: readonly (infer Member)[] } ? Member : never
/** Members that browser-kms always fills in, so that reading them needs no check. */
type Always<Name> = Name extends keyof AlwaysAnswered ? AlwaysAnswered[Name] : never

/** Required members may be `undefined` for the type checker, as in the AWS SDK; validation refuses them all the same. */
type Structure<Members, Required, Name> = Flat<
  { -readonly [M in keyof Members as M extends Always<Name> ? M : never]: Value<Members[M]> } & {
    -readonly [M in keyof Members as M extends Required ? (M extends Always<Name> ? never : M) : never]:
      | Value<Members[M]>
      | undefined
  } & {
    -readonly [M in keyof Members as M extends Required | Always<Name> ? never : M]?: Value<Members[M]> | undefined
  }
>
type Flat<T> = { [K in keyof T]: T[K] }

/** What a caller passes to an operation. */
export type OperationInput<Name extends OperationName> = Value<Operations[Name]['input']>
/** A request that has passed validation: its required members are there. */
export type ValidInput<Name extends OperationName> = OperationInput<Name> & {
  readonly [M in keyof OperationInput<Name> & Required<Shapes[Operations[Name]['input']]>]: NonNullable<
    OperationInput<Name>[M]
  >
}
/** What a handler answers to an operation: the response without its `$metadata`. */
export type OperationResult<Name extends OperationName> = Operations[Name]['output'] extends null
  ? Record<never, never>
  : Value<Operations[Name]['output']>
/** Bytes that are given out have a buffer of their own: a `Blob`, a `Response` and WebCrypto take them as they are. */
type GivenOut<T> = { [M in keyof T]: T[M] extends infer V ? (V extends Uint8Array ? Bytes : V) : never }
/** What the caller of an operation gets: AWS's response members, and `$metadata` as the AWS SDK adds it. */
export type OperationOutput<Name extends OperationName> = GivenOut<OperationResult<Name>> & {
  readonly $metadata: ResponseMetadata
}

/** What the AWS SDK tells about the way a response came; here always one attempt, without delay. */
export interface ResponseMetadata {
  /** 200 for an answer, the status AWS sends for an error. */
  readonly httpStatusCode: number
  /** The id of the request, also the one in its audit record. */
  readonly requestId: string
  readonly attempts: number
  readonly totalRetryDelay: number
}

/** One of the 20 key specs. */
export type KeySpec = Value<'KeySpec'>
/** What a key is for. */
export type KeyUsage = Value<'KeyUsageType'>
/** One of the eight key states (STATE-1). */
export type KeyState = Value<'KeyState'>
/** Where key material comes from. */
export type Origin = Value<'OriginType'>
/** What DescribeKey tells of a key. */
export type KeyMetadata = Value<'KeyMetadata'>
/** Non-secret pairs that are authenticated with a ciphertext and needed again to open it (MGT-50). */
export type EncryptionContext = Record<string, string>
