/** Names of raw keyrings: only KMS keyrings may look like KMS (KR-2). */
export function checkNamespace(keyNamespace: string): void {
  if (keyNamespace === '' || keyNamespace.startsWith('aws-kms'))
    throw new TypeError('The namespace of a raw keyring must not be empty, nor begin with aws-kms.')
}
