import type { Session } from './session.js'

/** Asks the worker where the bytes of a key's material are. */
export async function custodyOf(session: Session, keyId: string): Promise<'native' | 'sealed'> {
  return session.ask((control) => control.custodyOf({ keyId, region: session.region }))
}
