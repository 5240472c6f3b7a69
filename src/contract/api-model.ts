/** The language in which `model.ts` describes the AWS KMS API: shapes, and operations over them. */

/** One shape of the API model. `min` and `max` are lengths (characters, bytes, entries), or values for integers. */
export type Shape =
  | {
      readonly type: 'string'
      readonly min?: number
      readonly max?: number
      readonly pattern?: string
      readonly enum?: readonly string[]
      readonly sensitive?: true
    }
  | { readonly type: 'blob'; readonly min: number; readonly max: number; readonly sensitive?: true }
  | { readonly type: 'integer'; readonly min: number; readonly max: number }
  | { readonly type: 'boolean' }
  | { readonly type: 'timestamp' }
  | { readonly type: 'list'; readonly member: string; readonly min?: number; readonly max?: number }
  | { readonly type: 'map'; readonly key: string; readonly value: string }
  | {
      readonly type: 'structure'
      readonly members: Readonly<Record<string, string>>
      readonly required?: readonly string[]
    }

/** One operation of the API model: the names of its request and response shapes, and the errors it declares. */
export interface OperationModel {
  readonly input: string
  readonly output: string | null
  readonly errors: readonly string[]
}
