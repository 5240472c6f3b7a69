/** What clients take and give. */
import type { Bytes } from '../contract/bytes.js'
import type { SuiteId } from '../contract/suites.js'
import type { DataWorkersOptions } from './data-workers/options.js'
import type { EncryptionContext } from './encryption-context.js'
import type { MessageHeader } from './header.js'
import type { CommitmentPolicy } from './policies.js'

export interface ClientOptions {
  /** Default `REQUIRE_ENCRYPT_REQUIRE_DECRYPT`. */
  readonly commitmentPolicy?: CommitmentPolicy
  /**
   * Most encrypted data keys of a message, made or opened, 1 to 65,535; default 100. Each can cost a Decrypt, and whoever
   * makes a message can put 65,535 into it. (The AWS Encryption SDK has no limit unless it is given one.)
   */
  readonly maxEncryptedDataKeys?: number
  /**
   * Workers for what is larger than 1 MiB, `false` to do all on the calling thread. Default: a few that all clients of the
   * page share, started when they are needed and ended when they are not.
   */
  readonly dataWorkers?: DataWorkersOptions | false
}

/** What goes for every way to encrypt or decrypt. */
export interface TaskOptions {
  /** Ends the work; what is waited for then fails with the signal's reason. */
  readonly signal?: AbortSignal
  /** Hears how many bytes of plaintext are done. */
  readonly onProgress?: (bytesDone: number) => void
}

export interface EncryptOptions extends TaskOptions {
  /** Authenticated with the message and stored in it, in clear. Default none. */
  readonly encryptionContext?: EncryptionContext
  /** Default 0x0578, signed; under a policy that forbids commitment 0x0378. */
  readonly suiteId?: SuiteId
  /**
   * Bytes of plaintext in a frame, 1 to 2^32 - 1; default 4096. Content of more than one frame of more than 16 MiB is opened
   * as a stream only by who accepts that, by `maxFrameLength`.
   */
  readonly frameLength?: number
  /**
   * Bytes of plaintext that a stream will have at most; more than that is refused. A caching materials manager needs it
   * to use its cache. Default: of a stream no limit; else the length of the plaintext.
   */
  readonly plaintextLength?: number
}

export interface DecryptOptions extends TaskOptions {
  /** Pairs that the message's encryption context must have. Default none. */
  readonly encryptionContext?: EncryptionContext
  /**
   * Longest frame that is accepted, in bytes; default 16 MiB in a stream, and no limit for a message that is there as a
   * whole. What counts are the frames that come, not the length that the header tells.
   */
  readonly maxFrameLength?: number
  /** Longest plaintext that is accepted, in bytes; default no limit. */
  readonly maxBodyLength?: number
}

export interface DecryptStreamOptions extends DecryptOptions {
  /**
   * Accepts signed messages. All but the last frames come before the signature has been verified: if the stream ends with
   * an error, throw away what has come. Default false.
   */
  readonly allowSigned?: boolean
  /**
   * Accepts signed messages, and holds their plaintext back, in memory, until the signature has been verified. Limit it
   * with `maxBodyLength`. Default false.
   */
  readonly holdUntilVerified?: boolean
}

export interface EncryptResult {
  readonly result: Bytes
  readonly messageHeader: MessageHeader
}

export interface DecryptResult {
  readonly plaintext: Bytes
  readonly messageHeader: MessageHeader
  /** All pairs that the message is bound to: those in its header, and those that it does not store. */
  readonly encryptionContext: EncryptionContext
}
