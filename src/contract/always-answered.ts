/**
 * Members that the API model leaves optional but that every answer of browser-kms holds, by response shape. They make
 * the derived types say what is true: `(await kms.encrypt(…)).CiphertextBlob` is a `Uint8Array`, never `undefined`.
 * (AWS leaves `Plaintext` out of an answer to a request with `Recipient`; browser-kms refuses such requests.)
 */
export interface AlwaysAnswered {
  AliasListEntry: 'AliasName' | 'AliasArn'
  CancelKeyDeletionResponse: 'KeyId'
  CreateKeyResponse: 'KeyMetadata'
  DecryptResponse: 'KeyId' | 'Plaintext' | 'EncryptionAlgorithm'
  DescribeKeyResponse: 'KeyMetadata'
  EncryptResponse: 'CiphertextBlob' | 'KeyId' | 'EncryptionAlgorithm'
  GenerateDataKeyResponse: 'CiphertextBlob' | 'Plaintext' | 'KeyId' | 'KeyMaterialId'
  GenerateDataKeyWithoutPlaintextResponse: 'CiphertextBlob' | 'KeyId' | 'KeyMaterialId'
  GenerateRandomResponse: 'Plaintext'
  GetKeyPolicyResponse: 'Policy' | 'PolicyName'
  KeyListEntry: 'KeyId' | 'KeyArn'
  KeyMetadata:
    | 'AWSAccountId'
    | 'Arn'
    | 'CreationDate'
    | 'Description'
    | 'Enabled'
    | 'KeyId'
    | 'KeyManager'
    | 'KeySpec'
    | 'KeyState'
    | 'KeyUsage'
    | 'MultiRegion'
    | 'Origin'
  ListAliasesResponse: 'Aliases' | 'Truncated'
  ListKeyPoliciesResponse: 'PolicyNames' | 'Truncated'
  ListKeysResponse: 'Keys' | 'Truncated'
  ListResourceTagsResponse: 'Tags' | 'Truncated'
  ReEncryptResponse:
    | 'CiphertextBlob'
    | 'KeyId'
    | 'SourceKeyId'
    | 'SourceEncryptionAlgorithm'
    | 'DestinationEncryptionAlgorithm'
  ScheduleKeyDeletionResponse: 'KeyId' | 'KeyState' | 'PendingWindowInDays'
}
