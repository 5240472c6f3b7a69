import { keyIdentifier } from '../contract/control.js'
import { read } from '../contract/reader.js'
import type { Session } from './session.js'

/** Asks the worker where the bytes of a key's material are. */
export async function custodyOf(session: Session, keyId: string): Promise<'native' | 'sealed'> {
  const asked = { keyId: read(keyIdentifier, keyId, 'the key'), region: session.region }
  return session.ask((control) => control.custodyOf(asked))
}
