/**
 * What `openVault` and its worker say to each other, beside the requests of clients. Each message is a table of the
 * reader, by which the page reads what it was given, and the worker what has arrived.
 */
import type { ErrorRecord } from './errors.js'
import type { LockWord } from './port-words.js'
import { vaultQuotas } from './quotas.js'
import { flag, json, listOf, mapOf, oneOf, optional, type ReadBy, type Reader, structure, text } from './reader.js'
import type { KeyState } from './shapes.js'
import { accountId, regionName, vaultName } from './vault-names.js'
import { type RequestService, requestServiceMethods } from './wire.js'

/** Options of a vault that its worker needs. */
export const openMessage = structure({
  name: vaultName,
  region: regionName,
  accountId,
  digestSigning: flag,
  recovery: oneOf<'required' | 'optional'>(['required', 'optional']),
  quotas: vaultQuotas,
})
export type OpenMessage = ReadBy<typeof openMessage>

/** What the worker gives to the page that opened the vault. */
export interface OpenedMessage {
  /** Carries {@link VaultEventMessage}s. */
  readonly events: MessagePort
  /** The worker holds this Web Lock while it lives: whoever gets it knows that the worker is gone. */
  readonly aliveLock: string
  readonly lock: LockWord
}

/** An ARN, or what stands for one. */
const arnLike = text({ shortest: 1, longest: 2048 })

/**
 * An identity policy document. AWS counts characters without white space, and lets all policies of a role together have
 * 10,240: one can have twice as many here, of names and texts.
 */
const identityPolicy = json({ longest: 20_480 })

/** Tags of a principal, of AWS's lengths. */
export const principalTags = optional(mapOf(text({ longest: 256 }), { most: 50, longestName: 128 }))

/** Who a connection is for. */
const principalMembers = {
  principal: arnLike,
  policies: optional(listOf(identityPolicy, { most: 50 })),
  tags: principalTags,
}

/** Values of a condition key, each as long as one of an encryption context can be. */
const conditionValue = text({ longest: 8192 })
const conditionValues = listOf(conditionValue, { most: 100 })
const oneOrMany: Reader<string | readonly string[]> = (value, path) =>
  Array.isArray(value) ? conditionValues(value, path) : conditionValue(value, path)

/** A question for the evaluator (AUTHZ-87). */
const questionMembers = {
  ...principalMembers,
  action: text({ shortest: 1, longest: 128 }),
  resource: arnLike,
  /** Values of condition keys by their names. */
  context: optional(mapOf(oneOrMany, { most: 100, longestName: 8256 })),
}

/** What `vault.connect` and `vault.connectPort` take. */
export const connectOptions = structure({ ...principalMembers, region: optional(regionName) })
export const connectMessage = structure({
  ...principalMembers,
  region: regionName,
  /** The page's own client for another Region. */
  isOwn: flag,
})
export type ConnectMessage = ReadBy<typeof connectMessage>

/** What `vault.simulate` takes. */
export const simulateOptions = structure({ ...questionMembers, region: optional(regionName) })
export const simulateMessage = structure({ ...questionMembers, region: regionName })
export type SimulateMessage = ReadBy<typeof simulateMessage>

/** Whose connections are taken back: all of a principal, or a single one. */
export const principalName = arnLike
export const revokeMessage = structure({
  principal: optional(principalName),
  connectionId: optional(text({ longest: 36 })),
})
export type RevokeMessage = ReadBy<typeof revokeMessage>

/** A key in any of its four forms. */
export const keyIdentifier = arnLike
export const custodyMessage = structure({ keyId: keyIdentifier, region: regionName })
export type CustodyMessage = ReadBy<typeof custodyMessage>

/**
 * How often each Region of a vault was changed. A Region is named together with its birth: one of the same name that was
 * made anew has nothing in common with the one before.
 */
export type ChangeCounts = Readonly<Record<string, number>>
/** Counts that the page knows of. Without them, the answer comes at once. Its table is where it is read. */
export interface ChangesMessage {
  readonly known?: ChangeCounts
}

/** What the evaluator answers. */
export interface Simulation {
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny'
  /** The statements and the grant that had a part in it. */
  readonly matched: readonly {
    readonly source: 'keyPolicy' | 'identityPolicy' | 'grant'
    readonly effect: 'Allow' | 'Deny'
    readonly sid?: string
    readonly grantId?: string
  }[]
}

/** A client port, and the name by which it can be revoked. */
export interface ConnectedMessage {
  readonly port: MessagePort
  readonly connectionId: string
}

/** A key has a new state, or none any more. */
export interface KeyStateMessage {
  readonly type: 'keystate'
  readonly keyId: string
  readonly keyArn: string
  readonly region: string
  readonly keyState: KeyState | undefined
}
/** The database is gone: the vault was deleted, needs a newer version, or its storage was cleared. */
export interface VaultClosedMessage {
  readonly type: 'closed'
  readonly error: ErrorRecord
}
export type VaultEventMessage = KeyStateMessage | VaultClosedMessage | LockWord

/**
 * The worker's interface for the page that opened the vault: control, and the account root's own requests. An error is
 * an answer, not an exception.
 */
export interface ControlService extends RequestService {
  open(message: OpenMessage): Promise<ControlAnswer<OpenedMessage>>
  connect(message: ConnectMessage): Promise<ControlAnswer<ConnectedMessage>>
  revoke(message: RevokeMessage): Promise<ControlAnswer<number>>
  simulate(message: SimulateMessage): Promise<ControlAnswer<Simulation>>
  custodyOf(message: CustodyMessage): Promise<ControlAnswer<'native' | 'sealed'>>
  /** A call of recovery and its input, which are read where recovery is loaded; see `recoveryCalls`. */
  recovery(message: { readonly call: string; readonly input: unknown }): Promise<ControlAnswer<unknown>>
  /** Answers as soon as the counts are others than those that are known, and in any case after a while. */
  changes(message: ChangesMessage): Promise<ControlAnswer<ChangeCounts>>
  close(): Promise<ControlAnswer<undefined>>
}
export type ControlAnswer<Result> =
  | { readonly result: Result; readonly error?: undefined }
  | { readonly result?: undefined; readonly error: ErrorRecord }

/** Names of {@link ControlService}, for the gate. */
export const controlServiceMethods = [
  'open',
  'connect',
  'revoke',
  'simulate',
  'custodyOf',
  'recovery',
  'changes',
  'close',
  ...requestServiceMethods,
] as const
