/**
 * What a gesture opens: for each recovery pair 64 bytes, the seed of the pair and that of the vault's root. They live for one
 * call, or for as long as a vault is unlocked, and are wiped then.
 */
import type { Bytes } from '../../src/contract/bytes.js'
import {
  forgetOpeningKey,
  type OpeningKey,
  openingKey,
  publicKeyOfSeed,
  SEED_LENGTH,
  withOpeningKey,
} from '../material/hpke.js'
import { randomSecret, secretBytes } from '../material/secret-bytes.js'

/** A recovery secret, in parts that are views of it. */
export class RecoverySecret {
  /** 64 bytes. */
  readonly bytes: Bytes

  /** @param bytes 64; they are its own from now on */
  constructor(bytes: Bytes) {
    this.bytes = bytes
  }

  /** A new pair, for a vault that has a root already, or with a new root. */
  static random(rootSeed?: Bytes): RecoverySecret {
    const secret = new RecoverySecret(secretBytes(2 * SEED_LENGTH))
    const seed = randomSecret(SEED_LENGTH)
    const root = rootSeed ?? randomSecret(SEED_LENGTH)
    secret.bytes.set(seed)
    secret.bytes.set(root, SEED_LENGTH)
    seed.fill(0)
    if (!rootSeed) root.fill(0)
    return secret
  }

  get pairSeed(): Bytes {
    return this.bytes.subarray(0, SEED_LENGTH)
  }

  get rootSeed(): Bytes {
    return this.bytes.subarray(SEED_LENGTH)
  }

  /** What opens what was sealed to the pair, for who forgets it later. */
  openingKey(): Promise<OpeningKey> {
    return openingKey(this.pairSeed)
  }

  /** The same for as long as `use` runs. */
  withOpeningKey<Result>(use: (key: OpeningKey) => Promise<Result>): Promise<Result> {
    return withOpeningKey(this.pairSeed, use)
  }

  publicKey(): Promise<Bytes> {
    return publicKeyOfSeed(this.pairSeed)
  }

  wipe(): void {
    this.bytes.fill(0)
  }
}

/** Secrets by the ids of their pairs: one, and while the pair is renewed two. */
export type RecoverySecrets = ReadonlyMap<string, RecoverySecret>

/** What opens what was sealed to the pairs, by their ids, for as long as `use` runs. */
export async function withOpeningKeys<Result>(
  secrets: RecoverySecrets,
  use: (keys: ReadonlyMap<string, OpeningKey>) => Promise<Result>,
): Promise<Result> {
  const keys = new Map<string, OpeningKey>()
  try {
    for (const [pairId, secret] of secrets) keys.set(pairId, await secret.openingKey())
    return await use(keys)
  } finally {
    for (const key of keys.values()) forgetOpeningKey(key)
  }
}
