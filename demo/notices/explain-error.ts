/** What a person is told about an error: what happened, what to do, and its technical name. */
export interface Explanation {
  readonly title: string
  readonly advice: string
  readonly technicalName: string
}

type Row = readonly [title: string, advice: string]

/** Errors of the vault by their AWS names, errors of file-cipher, and those of the browser that come up here. */
const explanations: Readonly<Record<string, Row>> = {
  AlreadyExistsException: ['This alias is taken.', 'Another key has it. Choose a different name.'],
  AccessDeniedException: ['This is not allowed.', 'The policy of the key does not permit it.'],
  ConflictException: [
    'Another rotation is going on or near.',
    'Wait until it is done: an automatic rotation that is due within 20 minutes comes first.',
  ],
  DisabledException: ['This key is disabled.', 'Enable it, then try again.'],
  ExpiredImportTokenException: ['The import took too long.', 'Nothing was imported. Try again.'],
  IncorrectKeyException: ['This file was encrypted with a different key.', 'The file names a key that cannot open it.'],
  IncorrectKeyMaterialException: [
    'This is not the key material that is asked for.',
    'A key takes back exactly the bytes it had before, and no others; a replica key takes those of its primary key. A private key must be of the key spec of the key. Nothing was imported.',
  ],
  InvalidAliasNameException: [
    'This alias name is not possible.',
    'Use letters, digits, slashes, underscores and hyphens; it must not begin with "aws/".',
  ],
  InvalidCiphertextException: [
    'This file cannot be decrypted.',
    'It was changed after it was encrypted, or it was encrypted in another vault. Use an unchanged copy, in the browser that encrypted it.',
  ],
  InvalidImportTokenException: ['The import was interrupted.', 'Nothing was imported. Try again.'],
  KMSInvalidStateException: [
    'The key is not in a state that allows this.',
    'A key that is waiting for its deletion cannot be used: cancel the deletion and enable the key. A key that is pending import needs its key material first. Then try again.',
  ],
  KMSInternalException: ['The vault could not answer.', 'Try again. If it happens again, reload the page.'],
  KeyUnavailableException: ['The key cannot be used at the moment.', 'Try again in a moment.'],
  LimitExceededException: ['A limit of the vault is reached.', 'Delete what you no longer need, then try again.'],
  NotAuthorizedException: ['This name is reserved.', 'Alias names that begin with "aws/" belong to AWS.'],
  NotFoundException: [
    'There is no such key in this browser.',
    'It was deleted, or it belongs to another browser. Without it, what it encrypted cannot be decrypted.',
  ],
  TagException: ['These tags are not possible.', 'Keys must be unique and must not begin with "aws:".'],
  UnsupportedOperationException: ['This key is not made for that.', 'Its page tells what kind of key it is.'],
  ValidationException: ['The vault did not accept the input.', 'Correct it, then try again.'],

  NotAnEncryptedFile: ['This is not an encrypted file.', 'Choose a file that this page has encrypted (.bkms).'],
  UnsupportedVersion: ['This file is of a newer format.', 'Reload this page to get its newest version.'],
  DamagedHeader: ['This file is damaged.', 'Its beginning is incomplete or was changed. Use an unchanged copy.'],
  TruncatedFile: [
    'The end of this file is missing.',
    'It was cut off, perhaps by a broken download. Use a complete copy.',
  ],
  TrailingData: [
    'Something was added to this file.',
    'It is longer than when it was encrypted. Use an unchanged copy.',
  ],
  AuthenticationFailed: [
    'This file was changed after it was encrypted.',
    'Nothing of it was kept. Use an unchanged copy.',
  ],
  SourceChanged: ['The file changed while it was being read.', 'Close the program that writes to it, then try again.'],
  NotEnoughSpace: [
    'There is not enough space for the result.',
    'Free some disk space, or let the page ask where to save.',
  ],

  QuotaExceededError: ['The storage is full.', 'Nothing was kept. Free some disk space, then try again.'],
  NotReadableError: ['The file cannot be read.', 'It was moved or changed after you chose it. Choose it again.'],
  NotFoundError: ['The file is gone.', 'It was moved or deleted after you chose it. Choose it again.'],
}

/** Says an unknown error in words, and keeps the vault's own sentence where it tells more than the table. */
export function explainError(error: unknown): Explanation {
  const { name, message } = error instanceof Error || error instanceof DOMException ? error : new Error(String(error))
  const row = Object.hasOwn(explanations, name) ? explanations[name] : undefined
  const [title, advice] = row ?? ['Something went wrong.', 'Try again. If it happens again, reload the page.']
  return { title, advice, technicalName: message === '' ? name : `${name}: ${message}` }
}

/** Whether the user stopped it: nothing to explain. */
export function isCancelled(error: unknown): boolean {
  return (error instanceof Error || error instanceof DOMException) && error.name === 'AbortError'
}
