/** What a person is told about an error: what happened, what to do, and its technical name. */
export interface Explanation {
  readonly title: string
  readonly advice: string
  readonly technicalName: string
}

type Row = readonly [title: string, advice: string]

/** Errors of the vault by their AWS names, those of its envelope encryption, and those of the browser that come up here. */
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
  'KMSInvalidStateException locked': [
    'The vault is locked.',
    'Unlock it, with the button at the top of the page, then try again.',
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

  BackupFormatException: [
    'This file is not a backup that can be used.',
    'It is another file, or was changed, cut or damaged after it was made. Nothing of it was taken. Use an unchanged copy.',
  ],
  IncorrectProtectorException: [
    'This does not open the vault.',
    'Check what you have entered, or choose another way. After five wrong ones in a row the vault takes its time before it tries the next: a second at first, up to a minute.',
  ],
  'PasskeyException passkeyCancelled': [
    'The passkey was not used.',
    'Its dialog was closed, or nobody has answered it in time. Try again, or choose another way.',
  ],
  'PasskeyException passkeyWithoutPrf': [
    'This passkey cannot protect a vault.',
    'It, or what holds it, cannot make a secret (it lacks the PRF extension). Try another one, such as one in a phone, or choose another way.',
  ],
  'PasskeyException browserWithoutPrf': [
    'This browser cannot protect a vault by passkeys.',
    'It lacks the PRF extension of WebAuthn. Choose another way, or use another browser.',
  ],
  VaultLostException: [
    'This vault was here, and its keys are gone.',
    'Bring a backup back, or start anew with an empty vault.',
  ],

  CommitmentPolicyError: [
    'This file is of a kind that is not opened here.',
    'It does not commit to its key, as files do that older versions of the AWS Encryption SDK made. Encrypt it anew with a current one.',
  ],
  DataKeyUnwrapError: [
    'No key of this browser can open this file.',
    'It was encrypted with keys of other accounts or Regions, or not with KMS keys. Open it where those are.',
  ],
  KeyCommitmentError: [
    'This file was made to deceive.',
    'It was changed, or made so that different keys open it to different contents. Nothing of it was kept.',
  ],
  MessageAuthenticationError: [
    'This file was changed after it was encrypted.',
    'Nothing of it was kept. Use an unchanged copy.',
  ],
  MessageFormatError: ['This file is damaged.', 'Its beginning was changed. Use an unchanged copy.'],
  'MessageFormatError cutShort': [
    'This file is incomplete.',
    'Its end is missing, perhaps after a broken download. Nothing of it was kept. Use a whole copy.',
  ],
  'MessageFormatError trailing': [
    'Something was added to this file.',
    'Nothing of it was kept. Use an unchanged copy.',
  ],
  MessageLimitError: [
    'This file has larger parts than this page opens.',
    'Encrypt it anew with a shorter frame length: 16 MiB at most.',
  ],
  MessageSignatureError: [
    'The signature of this file is not right.',
    'It was changed after it was signed. Nothing of it was kept. Use an unchanged copy.',
  ],

  QuotaExceededError: [
    'There is not enough space for the result.',
    'Nothing was kept. Free some disk space, or let the page ask where to save, then try again.',
  ],
  NotReadableError: ['The file cannot be read.', 'It was moved or changed after you chose it. Choose it again.'],
  NotFoundError: ['The file is gone.', 'It was moved or deleted after you chose it. Choose it again.'],
}

/** Why no data key of a file could be decrypted, where that is the error; else the error itself. */
export function causeOf(error: unknown): unknown {
  return error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error
}

/** Says an unknown error in words, and keeps the vault's own sentence where it tells more than the table. */
export function explainError(unknownError: unknown): Explanation {
  const error = causeOf(unknownError)
  const { name, message } = error instanceof Error || error instanceof DOMException ? error : new Error(String(error))
  const row = [`${name} ${reasonOf(error)}`, name].find((known) => Object.hasOwn(explanations, known))
  const [title, advice] = (row !== undefined && explanations[row]) || [
    'Something went wrong.',
    'Try again. If it happens again, reload the page.',
  ]
  return { title, advice, technicalName: message === '' ? name : `${name}: ${message}` }
}

/** What else an error says of its cause, as those of the envelope do. */
function reasonOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'reason' in error ? String(error.reason) : ''
}

/** Whether the user stopped it: nothing to explain. */
export function isCancelled(error: unknown): boolean {
  return (error instanceof Error || error instanceof DOMException) && error.name === 'AbortError'
}
