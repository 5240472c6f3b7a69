/** What `openVault` and its worker say to each other, beside the requests of clients. */
import type { ErrorRecord } from './errors.js'
import type { VaultQuotas } from './quotas.js'
import type { KeyState } from './shapes.js'
import { type RequestService, requestServiceMethods } from './wire.js'

/** Options of a vault that its worker needs. */
export interface OpenMessage {
  readonly name: string
  readonly region: string
  readonly accountId: string
  readonly digestSigning: boolean
  readonly quotas?: VaultQuotas
}

/** What the worker gives to the page that opened the vault. */
export interface OpenedMessage {
  /** Carries {@link VaultEventMessage}s. */
  readonly events: MessagePort
  /** The worker holds this Web Lock while it lives: whoever gets it knows that the worker is gone. */
  readonly aliveLock: string
}

export interface ConnectMessage {
  readonly principal: unknown
  /** Identity policy documents, as objects. */
  readonly policies?: unknown
  /** A plain map of principal tags. */
  readonly tags?: unknown
  readonly region: string
  /** The page's own client for another Region. */
  readonly isOwn?: boolean
}

/** A question for the evaluator (AUTHZ-87). */
export interface SimulateMessage extends ConnectMessage {
  readonly action: unknown
  readonly resource: unknown
  /** Values of condition keys by their names. */
  readonly context?: unknown
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
/** The database was deleted, or storage was cleared. */
export interface VaultClosedMessage {
  readonly type: 'closed'
}
export type VaultEventMessage = KeyStateMessage | VaultClosedMessage

/**
 * The worker's interface for the page that opened the vault: control, and the account root's own requests. An error is
 * an answer, not an exception.
 */
export interface ControlService extends RequestService {
  open(message: OpenMessage): Promise<ControlAnswer<OpenedMessage>>
  connect(message: ConnectMessage): Promise<ControlAnswer<ConnectedMessage>>
  revoke(message: { readonly connectionId?: string; readonly principal?: string }): Promise<ControlAnswer<number>>
  simulate(message: SimulateMessage): Promise<ControlAnswer<Simulation>>
  custodyOf(message: { readonly keyId: string; readonly region: string }): Promise<ControlAnswer<'native' | 'sealed'>>
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
  'close',
  ...requestServiceMethods,
] as const
