/**
 * What `vault.kms` says beyond AWS: an error that AWS words for those who know it is followed by a sentence for those who
 * meet it in their first hour. Clients of AWS get AWS's words alone.
 */
import type { exceptions } from './exceptions.js'

interface Advice {
  readonly name: keyof typeof exceptions
  /** In the words of AWS. */
  readonly pattern: RegExp
  /** The sentence; the first group of the pattern stands for `$1`. */
  readonly sentence: string
}

const table: readonly Advice[] = [
  {
    name: 'NotFoundException',
    // What no key id was meant to be, and an alias name without its prefix can.
    pattern: /^Invalid keyId '((?!alias\/|key\/|mrk-|[\da-f-]{8,}')[\w/-]{1,250})'$/,
    sentence: "The names of aliases begin with alias/: is 'alias/$1' meant?",
  },
  {
    name: 'ValidationException',
    pattern: /at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096/,
    sentence: 'vault.envelope(key) encrypts data of any size.',
  },
  {
    name: 'ValidationException',
    pattern: /at '(?:plaintext|message)' failed to satisfy constraint: Member must be a Uint8Array/,
    sentence: 'Of a text, the bytes are new TextEncoder().encode(text).',
  },
  {
    name: 'ValidationException',
    pattern: /at '\w*(?:blob|signature|mac)' failed to satisfy constraint: Member must be a Uint8Array/i,
    sentence: 'Of base64, the bytes are Uint8Array.fromBase64(text).',
  },
]

/** What AWS says, and the advice. */
export function withAdvice(name: string, message: string): string {
  for (const { name: advised, pattern, sentence } of table) {
    const match = advised === name ? pattern.exec(message) : null
    if (match) return `${message} (${sentence.replace('$1', match[1] ?? '')})`
  }
  return message
}

/** What AWS says, of a message that may end with advice. */
export function withoutAdvice(name: string, message: string): string {
  const start = message.lastIndexOf(' (')
  const words = start < 0 ? message : message.slice(0, start)
  return withAdvice(name, words) === message ? words : message
}
