/** What can happen to a vault in ten years, as plain records: what they mean is up to the simulation that plays them. */
import fc from 'fast-check'
import { type KeyKind, WRONG_LENGTH } from './ten-years-model.js'

/** Keys, ciphertexts, proofs and aliases are named by numbers, modulo how many there are by then. */
export type Command =
  | { readonly do: 'create'; readonly kind: KeyKind }
  | Change
  | { readonly do: 'status' | 'describe' | 'encrypt' | 'prove' | 'parameters'; readonly key: number }
  | { readonly do: 'rotations'; readonly key: number; readonly all: boolean; readonly limit: number | undefined }
  | { readonly do: 'keys'; readonly limit: number | undefined }
  | { readonly do: 'createAlias'; readonly alias: number; readonly key: number }
  | { readonly do: 'deleteAlias' | 'encryptByAlias'; readonly alias: number }
  | { readonly do: 'decrypt'; readonly ciphertext: number }
  | { readonly do: 'reEncrypt'; readonly ciphertext: number; readonly key: number }
  | { readonly do: 'verify'; readonly proof: number }
  | ImportCommand
  | TimeCommand

/** Changes of one key, which a worker may be in the middle of when it ends. */
export type Change =
  | { readonly do: 'enable' | 'disable' | 'cancel' | 'disableRotation'; readonly key: number }
  | { readonly do: 'schedule' | 'enableRotation'; readonly key: number; readonly days: number }
  | { readonly do: 'rotate'; readonly key: number; readonly times: number }
  | { readonly do: 'deleteMaterial'; readonly key: number; readonly material: number | undefined }

export interface ImportCommand {
  readonly do: 'import'
  readonly key: number
  readonly bytes: number
  readonly minutes: number | undefined
  readonly type: 'NEW_KEY_MATERIAL' | 'EXISTING_KEY_MATERIAL' | undefined
  readonly description: string | undefined
  readonly fault: 'garbled' | 'otherName' | 'oldToken' | undefined
}

/** What changes the clock, or who sees it. */
export type TimeCommand =
  | { readonly do: 'advance' | 'setBack'; readonly minutes: number }
  /** To some minutes after one of the key's deadlines, if there is one; perhaps to rotate the key on demand there. */
  | {
      readonly do: 'approach'
      readonly key: number
      readonly deadline: number
      readonly minutes: number
      readonly isUsed: boolean
    }
  /** Ahead, where one key is used, and back again. */
  | { readonly do: 'glimpse'; readonly key: number; readonly minutes: number }
  | { readonly do: 'otherTab'; readonly settle: 'wait' | 'change' }
  | { readonly do: 'reopen'; readonly minutes: number }
  /** Ends the worker some milliseconds into a change that it is making, or into what the clock gives it to do. */
  | { readonly do: 'kill'; readonly change: Change | undefined; readonly minutes: number; readonly after: number }

const HOUR = 60
const DAY = 24 * HOUR

const days = (min: number, max: number) => fc.integer({ min, max })
const lifetime = fc.option(
  fc.oneof(
    { arbitrary: fc.integer({ min: 1, max: 2 * HOUR }), weight: 2 },
    { arbitrary: fc.integer({ min: 1, max: 365 }).map((count) => count * DAY), weight: 8 },
    { arbitrary: fc.constantFrom(0, 365 * DAY, 365 * DAY + 1), weight: 1 },
  ),
  { nil: undefined },
)
const forward = fc.oneof(
  fc.integer({ min: 1, max: 90 }),
  fc.integer({ min: 1, max: 40 }).map((count) => count * DAY),
  fc.integer({ min: 30 * DAY, max: 400 * DAY }),
  fc.integer({ min: 2, max: 6 }).map((years) => years * 365 * DAY),
)
const backward = fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: DAY, max: 200 * DAY }))

/** One of these, as often as its weight says. */
export function oneOf<Value>(...choices: { arbitrary: fc.Arbitrary<Value>; weight: number }[]): fc.Arbitrary<Value> {
  return fc.oneof(...choices)
}

/** @param kinds of the keys that come later */
export function commands(key: fc.Arbitrary<number>, kinds: fc.Arbitrary<KeyKind>) {
  const any = fc.nat({ max: 0xffff })
  const alias = fc.nat({ max: 3 })
  const limit = fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined })
  const simple = <Name extends string>(...names: Name[]) => fc.record({ do: fc.constantFrom(...names), key })
  const schedule = fc.record({ do: fc.constant('schedule' as const), key, days: days(7, 30) })
  const enableRotation = fc.record({
    do: fc.constant('enableRotation' as const),
    key,
    days: fc.oneof(fc.constantFrom(90, 91, 365), days(90, 2560)),
  })
  const rotate = fc.record({ do: fc.constant('rotate' as const), key, times: fc.constantFrom(1, 1, 1, 1, 1, 26) })
  const deleteMaterial = fc.record({
    do: fc.constant('deleteMaterial' as const),
    key,
    material: fc.option(fc.nat({ max: 4 }), { nil: undefined }),
  })
  const change: fc.Arbitrary<Change> = fc.oneof(
    schedule,
    enableRotation,
    rotate.map((command) => ({ ...command, times: 1 })),
    deleteMaterial,
    simple('enable', 'disable', 'cancel', 'disableRotation'),
  )
  const use = oneOf<Command>(
    { arbitrary: simple('encrypt'), weight: 6 },
    { arbitrary: simple('prove'), weight: 2 },
    { arbitrary: fc.record({ do: fc.constant('decrypt' as const), ciphertext: any }), weight: 5 },
    { arbitrary: fc.record({ do: fc.constant('verify' as const), proof: any }), weight: 2 },
    { arbitrary: fc.record({ do: fc.constant('reEncrypt' as const), ciphertext: any, key }), weight: 2 },
    { arbitrary: fc.record({ do: fc.constant('encryptByAlias' as const), alias }), weight: 2 },
  )
  const manage = oneOf<Command>(
    { arbitrary: simple('disable'), weight: 2 },
    { arbitrary: simple('enable'), weight: 4 },
    { arbitrary: schedule, weight: 1 },
    { arbitrary: simple('cancel'), weight: 2 },
    { arbitrary: enableRotation, weight: 4 },
    { arbitrary: simple('disableRotation'), weight: 1 },
    { arbitrary: rotate, weight: 4 },
    { arbitrary: fc.record({ do: fc.constant('createAlias' as const), alias, key }), weight: 1 },
    { arbitrary: fc.record({ do: fc.constant('deleteAlias' as const), alias }), weight: 1 },
    { arbitrary: fc.record({ do: fc.constant('create' as const), kind: kinds }), weight: 1 },
  )
  const look = oneOf<Command>(
    { arbitrary: simple('describe', 'status'), weight: 2 },
    { arbitrary: fc.record({ do: fc.constant('rotations' as const), key, all: fc.boolean(), limit }), weight: 2 },
    { arbitrary: fc.record({ do: fc.constant('keys' as const), limit }), weight: 1 },
  )
  const material = oneOf<Command>(
    {
      arbitrary: fc.record({
        do: fc.constant('import' as const),
        key,
        bytes: fc.constantFrom(0, 0, 0, 1, 1, 1, 2, 2, WRONG_LENGTH),
        minutes: lifetime,
        type: fc.constantFrom(undefined, undefined, 'NEW_KEY_MATERIAL' as const, 'EXISTING_KEY_MATERIAL' as const),
        description: fc.constantFrom(undefined, undefined, undefined, 'from the vault of the bank'),
        fault: fc.constantFrom(...Array(9).fill(undefined), 'garbled', 'otherName', 'oldToken'),
      }),
      weight: 5,
    },
    { arbitrary: deleteMaterial, weight: 3 },
    { arbitrary: simple('parameters'), weight: 1 },
  )
  const time = oneOf<TimeCommand>(
    { arbitrary: fc.record({ do: fc.constant('advance' as const), minutes: forward }), weight: 5 },
    {
      arbitrary: fc.record({
        do: fc.constant('approach' as const),
        key,
        deadline: fc.nat({ max: 4 }),
        minutes: fc.constantFrom(-21, -20, -1, 0, 1),
        isUsed: fc.boolean(),
      }),
      weight: 6,
    },
    { arbitrary: fc.record({ do: fc.constant('setBack' as const), minutes: backward }), weight: 5 },
    { arbitrary: fc.record({ do: fc.constant('glimpse' as const), key, minutes: forward }), weight: 4 },
  )
  const workers = oneOf<TimeCommand>(
    {
      arbitrary: fc.record({ do: fc.constant('otherTab' as const), settle: fc.constantFrom('wait', 'change') }),
      weight: 3,
    },
    {
      arbitrary: fc.record({
        do: fc.constant('reopen' as const),
        minutes: fc.oneof(
          fc.constant(0),
          forward,
          backward.map((minutes) => -minutes),
        ),
      }),
      weight: 2,
    },
    {
      arbitrary: fc.record({
        do: fc.constant('kill' as const),
        change: fc.option(change, { nil: undefined }),
        minutes: fc.oneof(fc.constant(0), forward),
        after: fc.nat({ max: 8 }),
      }),
      weight: 2,
    },
  )
  return { use, manage, schedule, look, material, time, workers }
}
