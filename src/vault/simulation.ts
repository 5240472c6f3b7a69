import { type Simulation, simulateOptions } from '../contract/control.js'
import { read } from '../contract/reader.js'
import type { ConnectOptions } from './connections.js'
import type { Session } from './session.js'

/** A question for `vault.simulate`. */
export interface SimulateOptions extends ConnectOptions {
  /** Such as `kms:Encrypt`, `kms:ReEncryptFrom`. */
  readonly action: string
  /** A key in any of its four forms, an alias ARN for actions on aliases, or `*` for actions on the vault. */
  readonly resource: string
  /** Values of condition keys by their names, such as `kms:EncryptionContext:note`. Default none. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>
}

/** Asks the worker's evaluator what it would decide (AUTHZ-87). */
export async function simulate(session: Session, question: SimulateOptions): Promise<Simulation> {
  const asked = read(simulateOptions, question, "simulate's question")
  return session.ask((control) => control.simulate({ region: session.region, ...asked }))
}
