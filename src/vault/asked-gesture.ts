import type { GestureMessage, gestureOptions, PasskeyQuestion } from '../contract/protectors.js'
import type { ReadBy } from '../contract/reader.js'

/**
 * A gesture as the worker takes it: of a passkey, what the person's authenticator gives.
 *
 * @param passkeys those that the authenticator may have
 */
export async function askedGesture(
  gesture: ReadBy<typeof gestureOptions>,
  passkeys: () => Promise<PasskeyQuestion>,
): Promise<GestureMessage> {
  if (!('passkey' in gesture)) return gesture
  const { askPasskey } = await import('./passkey.js')
  return { passkey: await askPasskey(await passkeys()) }
}
