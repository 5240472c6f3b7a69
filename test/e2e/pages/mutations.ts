/** A crowd of requests that change a vault in every way, as fast as they are answered. */
import type { KmsClient } from 'browser-kms'

/** A mutation that the vault has acknowledged: what was asked, and by which id it is recorded. */
export interface Acknowledged {
  readonly operation: string
  readonly input: Readonly<Record<string, unknown>>
  readonly requestId: string
  /** Of a key that was made. */
  readonly keyArn?: string
}

export interface Crowd {
  /** Most requests that were without an answer at one time. */
  readonly mostInFlight: number
  /** Requests that have got no answer when the vault went away. */
  readonly unanswered: number
  /** What should not have happened. */
  readonly surprises: readonly string[]
}

const LANES = 48
const LONGEST_BURST = 24
const DAYS = 24

/** Answers that a random request must be ready for. */
const REFUSALS = [
  'AlreadyExistsException',
  'KMSInvalidStateException',
  'DisabledException',
  'LimitExceededException',
  'NotFoundException',
]

/**
 * Mutates until the vault is gone.
 *
 * @param seed decides what is asked; the order of the answers decides the rest
 * @param mark makes names that no other crowd has
 */
export async function mutateAtRandom(
  kms: KmsClient,
  seed: number,
  mark: string,
  onAcknowledged: (mutation: Acknowledged) => void,
): Promise<Crowd> {
  const random = randomNumbers(seed)
  const below = (limit: number) => Math.floor(random() * limit)
  const oneOf = <Item>(items: readonly Item[]) => items[below(items.length)] as Item
  const keys: string[] = []
  const aliases: string[] = []
  const surprises: string[] = []
  let made = 0
  let inFlight = 0
  let mostInFlight = 0
  let unanswered = 0
  let isGone = false

  const policy = () =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: { Sid: `${mark}-${made++}`, Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' },
    })
  const tags = () => {
    const first = below(DAYS)
    return Array.from({ length: 1 + below(3) }, (_, index) => ({
      TagKey: `tag ${first + index}`,
      TagValue: `${mark}-${made++}`,
    }))
  }

  const mutations: readonly { weight: number; ask: () => [operation: string, input: Record<string, unknown>] }[] = [
    {
      weight: 3,
      ask: () => ['CreateKey', { Description: `${mark}-${made++}`, Policy: policy(), Tags: tags() }],
    },
    { weight: 3, ask: () => ['CreateAlias', { AliasName: newAlias(), TargetKeyId: oneOf(keys) }] },
    { weight: 3, ask: () => ['UpdateAlias', { AliasName: anAlias(), TargetKeyId: oneOf(keys) }] },
    { weight: 2, ask: () => ['DeleteAlias', { AliasName: anAlias() }] },
    { weight: 4, ask: () => ['TagResource', { KeyId: oneOf(keys), Tags: tags() }] },
    { weight: 2, ask: () => ['UntagResource', { KeyId: oneOf(keys), TagKeys: tags().map(({ TagKey }) => TagKey) }] },
    { weight: 3, ask: () => ['UpdateKeyDescription', { KeyId: oneOf(keys), Description: `${mark}-${made++}` }] },
    { weight: 2, ask: () => ['DisableKey', { KeyId: oneOf(keys) }] },
    { weight: 3, ask: () => ['EnableKey', { KeyId: oneOf(keys) }] },
    { weight: 1, ask: () => ['ScheduleKeyDeletion', { KeyId: oneOf(keys), PendingWindowInDays: 7 + below(DAYS) }] },
    { weight: 3, ask: () => ['CancelKeyDeletion', { KeyId: oneOf(keys) }] },
    { weight: 2, ask: () => ['PutKeyPolicy', { KeyId: oneOf(keys), Policy: policy() }] },
  ]
  const lots = mutations.flatMap(({ weight, ask }) => Array.from({ length: weight }, () => ask))

  function newAlias(): string {
    const name = `alias/${mark}-${made++}`
    aliases.push(name)
    return name
  }
  function anAlias(): string {
    return aliases.length === 0 ? newAlias() : oneOf(aliases)
  }

  async function mutate(ask: () => [operation: string, input: Record<string, unknown>]): Promise<void> {
    const [operation, input] = ask()
    inFlight += 1
    mostInFlight = Math.max(mostInFlight, inFlight)
    try {
      const answer = await call(kms, operation, input)
      const keyArn = (answer.KeyMetadata as { Arn: string } | undefined)?.Arn
      if (keyArn !== undefined) keys.push((answer.KeyMetadata as { KeyId: string }).KeyId)
      const { requestId } = answer.$metadata as { requestId: string }
      onAcknowledged({ operation, input, requestId, ...(keyArn !== undefined && { keyArn }) })
    } catch (error) {
      const { name, message } = error as Error
      if (name === 'KMSInternalException' && message.startsWith('The worker of the vault has ended')) {
        isGone = true
        unanswered += 1
      } else if (!REFUSALS.includes(name)) surprises.push(`${operation}: ${name}: ${message}`)
    } finally {
      inFlight -= 1
    }
  }

  async function lane(): Promise<void> {
    while (!isGone) {
      const burst = random() < 0.25 ? 2 + below(LONGEST_BURST - 1) : 1
      await Promise.all(Array.from({ length: burst }, () => mutate(oneOf(lots))))
    }
  }

  for (let count = 0; count < 5; count++) await mutate((mutations[0] as (typeof mutations)[0]).ask)
  await Promise.all(Array.from({ length: LANES }, lane))
  return { mostInFlight, unanswered, surprises }
}

function call(kms: KmsClient, operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
  const method = `${operation.charAt(0).toLowerCase()}${operation.slice(1)}`
  // The types of the methods cannot follow a name that is chosen at random.
  const methods = kms as unknown as Record<string, (input: unknown) => Promise<Record<string, unknown>>>
  return (methods[method] as (input: unknown) => Promise<Record<string, unknown>>).call(kms, input)
}

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
