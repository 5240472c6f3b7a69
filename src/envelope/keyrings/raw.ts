/** What raw keyrings have in common. */
import { handleOf, kindOf, type Reader, text, unreadableValue } from '../../contract/reader.js'

/** Characters, of which the longest in UTF-8 fit into a message's field of 65,535 bytes. */
const LONGEST_NAME = 8_192

export const keyName: Reader<string> = text({ shortest: 1, longest: LONGEST_NAME })

/** Only KMS keyrings may look like KMS (KR-2). */
export const keyNamespace: Reader<string> = (value, path) => {
  const namespace = keyName(value, path)
  if (namespace.startsWith('aws-kms')) throw unreadableValue(path, 'must not begin with aws-kms: only KMS keyrings may')
  return namespace
}

/** A key of WebCrypto for an algorithm. */
export function cryptoKey(algorithm: string): Reader<CryptoKey> {
  return handleOf(
    `a CryptoKey for ${algorithm}`,
    (value) => kindOf(value) === 'CryptoKey' && (value as CryptoKey).algorithm.name === algorithm,
  )
}
