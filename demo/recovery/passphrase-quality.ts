import type { StatusIndicatorProps } from '@cloudscape-design/components/status-indicator'

/** Characters that the vault asks for. */
export const SHORTEST = 8
const LONGER = 12
const LONG = 20
/** Different characters, below which a text is easy to try out. */
const FEW = 6

/** A word, and what there is to say of it. */
type Quality = readonly [type: StatusIndicatorProps.Type, word: string, sentence: string]

/** What can be said of a passphrase honestly, which is little: its length, not whether somebody would guess it. */
export function passphraseQuality(passphrase: string): Quality {
  const characters = [...passphrase.normalize('NFKC')]
  if (characters.length < SHORTEST) return ['pending', 'Too short.', `${SHORTEST} characters at least.`]
  if (new Set(characters.map((each) => each.toLowerCase())).size < FEW)
    return ['warning', 'Weak.', 'It has few different characters, and is quickly tried out.']
  if (characters.length < LONGER) return ['warning', 'Short.', 'Whoever takes the disk could try it out in time.']
  if (characters.length < LONG) return ['info', 'Fair,', 'if nobody can guess it. Longer is better.']
  return ['success', 'Long,', 'and good if it is no quotation and used nowhere else.']
}
