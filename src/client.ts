import type { OperationInput, OperationName, OperationOutput } from './contract/shapes.js'

/** Where a client's requests go: see channel.ts. */
export interface Connection {
  call<Name extends OperationName>(operation: Name, input: OperationInput<Name>): Promise<OperationOutput<Name>>
}

/** Placeholder until the documented one is written. */
export class KmsClient {
  readonly #connection: Connection

  /** @internal */
  constructor(connection: Connection) {
    this.#connection = connection
  }

  cancelKeyDeletion(input: OperationInput<'CancelKeyDeletion'>): Promise<OperationOutput<'CancelKeyDeletion'>> {
    return this.#connection.call('CancelKeyDeletion', input)
  }

  connectCustomKeyStore(
    input: OperationInput<'ConnectCustomKeyStore'>,
  ): Promise<OperationOutput<'ConnectCustomKeyStore'>> {
    return this.#connection.call('ConnectCustomKeyStore', input)
  }

  createAlias(input: OperationInput<'CreateAlias'>): Promise<OperationOutput<'CreateAlias'>> {
    return this.#connection.call('CreateAlias', input)
  }

  createCustomKeyStore(
    input: OperationInput<'CreateCustomKeyStore'>,
  ): Promise<OperationOutput<'CreateCustomKeyStore'>> {
    return this.#connection.call('CreateCustomKeyStore', input)
  }

  createGrant(input: OperationInput<'CreateGrant'>): Promise<OperationOutput<'CreateGrant'>> {
    return this.#connection.call('CreateGrant', input)
  }

  createKey(input: OperationInput<'CreateKey'> = {}): Promise<OperationOutput<'CreateKey'>> {
    return this.#connection.call('CreateKey', input)
  }

  decapsulate(input: OperationInput<'Decapsulate'>): Promise<OperationOutput<'Decapsulate'>> {
    return this.#connection.call('Decapsulate', input)
  }

  decrypt(input: OperationInput<'Decrypt'> = {}): Promise<OperationOutput<'Decrypt'>> {
    return this.#connection.call('Decrypt', input)
  }

  deleteAlias(input: OperationInput<'DeleteAlias'>): Promise<OperationOutput<'DeleteAlias'>> {
    return this.#connection.call('DeleteAlias', input)
  }

  deleteCustomKeyStore(
    input: OperationInput<'DeleteCustomKeyStore'>,
  ): Promise<OperationOutput<'DeleteCustomKeyStore'>> {
    return this.#connection.call('DeleteCustomKeyStore', input)
  }

  deleteImportedKeyMaterial(
    input: OperationInput<'DeleteImportedKeyMaterial'>,
  ): Promise<OperationOutput<'DeleteImportedKeyMaterial'>> {
    return this.#connection.call('DeleteImportedKeyMaterial', input)
  }

  deriveSharedSecret(input: OperationInput<'DeriveSharedSecret'>): Promise<OperationOutput<'DeriveSharedSecret'>> {
    return this.#connection.call('DeriveSharedSecret', input)
  }

  describeCustomKeyStores(
    input: OperationInput<'DescribeCustomKeyStores'> = {},
  ): Promise<OperationOutput<'DescribeCustomKeyStores'>> {
    return this.#connection.call('DescribeCustomKeyStores', input)
  }

  describeKey(input: OperationInput<'DescribeKey'>): Promise<OperationOutput<'DescribeKey'>> {
    return this.#connection.call('DescribeKey', input)
  }

  disableKey(input: OperationInput<'DisableKey'>): Promise<OperationOutput<'DisableKey'>> {
    return this.#connection.call('DisableKey', input)
  }

  disableKeyRotation(input: OperationInput<'DisableKeyRotation'>): Promise<OperationOutput<'DisableKeyRotation'>> {
    return this.#connection.call('DisableKeyRotation', input)
  }

  disconnectCustomKeyStore(
    input: OperationInput<'DisconnectCustomKeyStore'>,
  ): Promise<OperationOutput<'DisconnectCustomKeyStore'>> {
    return this.#connection.call('DisconnectCustomKeyStore', input)
  }

  enableKey(input: OperationInput<'EnableKey'>): Promise<OperationOutput<'EnableKey'>> {
    return this.#connection.call('EnableKey', input)
  }

  enableKeyRotation(input: OperationInput<'EnableKeyRotation'>): Promise<OperationOutput<'EnableKeyRotation'>> {
    return this.#connection.call('EnableKeyRotation', input)
  }

  encapsulate(input: OperationInput<'Encapsulate'>): Promise<OperationOutput<'Encapsulate'>> {
    return this.#connection.call('Encapsulate', input)
  }

  encrypt(input: OperationInput<'Encrypt'>): Promise<OperationOutput<'Encrypt'>> {
    return this.#connection.call('Encrypt', input)
  }

  generateDataKey(input: OperationInput<'GenerateDataKey'>): Promise<OperationOutput<'GenerateDataKey'>> {
    return this.#connection.call('GenerateDataKey', input)
  }

  generateDataKeyPair(input: OperationInput<'GenerateDataKeyPair'>): Promise<OperationOutput<'GenerateDataKeyPair'>> {
    return this.#connection.call('GenerateDataKeyPair', input)
  }

  generateDataKeyPairWithoutPlaintext(
    input: OperationInput<'GenerateDataKeyPairWithoutPlaintext'>,
  ): Promise<OperationOutput<'GenerateDataKeyPairWithoutPlaintext'>> {
    return this.#connection.call('GenerateDataKeyPairWithoutPlaintext', input)
  }

  generateDataKeyWithoutPlaintext(
    input: OperationInput<'GenerateDataKeyWithoutPlaintext'>,
  ): Promise<OperationOutput<'GenerateDataKeyWithoutPlaintext'>> {
    return this.#connection.call('GenerateDataKeyWithoutPlaintext', input)
  }

  generateMac(input: OperationInput<'GenerateMac'>): Promise<OperationOutput<'GenerateMac'>> {
    return this.#connection.call('GenerateMac', input)
  }

  generateRandom(input: OperationInput<'GenerateRandom'> = {}): Promise<OperationOutput<'GenerateRandom'>> {
    return this.#connection.call('GenerateRandom', input)
  }

  getKeyLastUsage(input: OperationInput<'GetKeyLastUsage'>): Promise<OperationOutput<'GetKeyLastUsage'>> {
    return this.#connection.call('GetKeyLastUsage', input)
  }

  getKeyPolicy(input: OperationInput<'GetKeyPolicy'>): Promise<OperationOutput<'GetKeyPolicy'>> {
    return this.#connection.call('GetKeyPolicy', input)
  }

  getKeyRotationStatus(
    input: OperationInput<'GetKeyRotationStatus'>,
  ): Promise<OperationOutput<'GetKeyRotationStatus'>> {
    return this.#connection.call('GetKeyRotationStatus', input)
  }

  getParametersForImport(
    input: OperationInput<'GetParametersForImport'>,
  ): Promise<OperationOutput<'GetParametersForImport'>> {
    return this.#connection.call('GetParametersForImport', input)
  }

  getPublicKey(input: OperationInput<'GetPublicKey'>): Promise<OperationOutput<'GetPublicKey'>> {
    return this.#connection.call('GetPublicKey', input)
  }

  importKeyMaterial(input: OperationInput<'ImportKeyMaterial'>): Promise<OperationOutput<'ImportKeyMaterial'>> {
    return this.#connection.call('ImportKeyMaterial', input)
  }

  listAliases(input: OperationInput<'ListAliases'> = {}): Promise<OperationOutput<'ListAliases'>> {
    return this.#connection.call('ListAliases', input)
  }

  listGrants(input: OperationInput<'ListGrants'>): Promise<OperationOutput<'ListGrants'>> {
    return this.#connection.call('ListGrants', input)
  }

  listKeyPolicies(input: OperationInput<'ListKeyPolicies'>): Promise<OperationOutput<'ListKeyPolicies'>> {
    return this.#connection.call('ListKeyPolicies', input)
  }

  listKeyRotations(input: OperationInput<'ListKeyRotations'>): Promise<OperationOutput<'ListKeyRotations'>> {
    return this.#connection.call('ListKeyRotations', input)
  }

  listKeys(input: OperationInput<'ListKeys'> = {}): Promise<OperationOutput<'ListKeys'>> {
    return this.#connection.call('ListKeys', input)
  }

  listResourceTags(input: OperationInput<'ListResourceTags'>): Promise<OperationOutput<'ListResourceTags'>> {
    return this.#connection.call('ListResourceTags', input)
  }

  listRetirableGrants(input: OperationInput<'ListRetirableGrants'>): Promise<OperationOutput<'ListRetirableGrants'>> {
    return this.#connection.call('ListRetirableGrants', input)
  }

  putKeyPolicy(input: OperationInput<'PutKeyPolicy'>): Promise<OperationOutput<'PutKeyPolicy'>> {
    return this.#connection.call('PutKeyPolicy', input)
  }

  reEncrypt(input: OperationInput<'ReEncrypt'>): Promise<OperationOutput<'ReEncrypt'>> {
    return this.#connection.call('ReEncrypt', input)
  }

  replicateKey(input: OperationInput<'ReplicateKey'>): Promise<OperationOutput<'ReplicateKey'>> {
    return this.#connection.call('ReplicateKey', input)
  }

  retireGrant(input: OperationInput<'RetireGrant'> = {}): Promise<OperationOutput<'RetireGrant'>> {
    return this.#connection.call('RetireGrant', input)
  }

  revokeGrant(input: OperationInput<'RevokeGrant'>): Promise<OperationOutput<'RevokeGrant'>> {
    return this.#connection.call('RevokeGrant', input)
  }

  rotateKeyOnDemand(input: OperationInput<'RotateKeyOnDemand'>): Promise<OperationOutput<'RotateKeyOnDemand'>> {
    return this.#connection.call('RotateKeyOnDemand', input)
  }

  scheduleKeyDeletion(input: OperationInput<'ScheduleKeyDeletion'>): Promise<OperationOutput<'ScheduleKeyDeletion'>> {
    return this.#connection.call('ScheduleKeyDeletion', input)
  }

  sign(input: OperationInput<'Sign'>): Promise<OperationOutput<'Sign'>> {
    return this.#connection.call('Sign', input)
  }

  tagResource(input: OperationInput<'TagResource'>): Promise<OperationOutput<'TagResource'>> {
    return this.#connection.call('TagResource', input)
  }

  untagResource(input: OperationInput<'UntagResource'>): Promise<OperationOutput<'UntagResource'>> {
    return this.#connection.call('UntagResource', input)
  }

  updateAlias(input: OperationInput<'UpdateAlias'>): Promise<OperationOutput<'UpdateAlias'>> {
    return this.#connection.call('UpdateAlias', input)
  }

  updateCustomKeyStore(
    input: OperationInput<'UpdateCustomKeyStore'>,
  ): Promise<OperationOutput<'UpdateCustomKeyStore'>> {
    return this.#connection.call('UpdateCustomKeyStore', input)
  }

  updateKeyDescription(
    input: OperationInput<'UpdateKeyDescription'>,
  ): Promise<OperationOutput<'UpdateKeyDescription'>> {
    return this.#connection.call('UpdateKeyDescription', input)
  }

  updatePrimaryRegion(input: OperationInput<'UpdatePrimaryRegion'>): Promise<OperationOutput<'UpdatePrimaryRegion'>> {
    return this.#connection.call('UpdatePrimaryRegion', input)
  }

  verify(input: OperationInput<'Verify'>): Promise<OperationOutput<'Verify'>> {
    return this.#connection.call('Verify', input)
  }

  verifyMac(input: OperationInput<'VerifyMac'>): Promise<OperationOutput<'VerifyMac'>> {
    return this.#connection.call('VerifyMac', input)
  }
}
