// Written by scripts/generate-contract.mjs from the AWS KMS API model: change that script, not this file.

import { KmsError } from './kms-error.js'

/** AWS KMS `AccessDeniedException`. */
export class AccessDeniedException extends KmsError {
  override readonly name = 'AccessDeniedException'
}
/** AWS KMS `AlreadyExistsException`. */
export class AlreadyExistsException extends KmsError {
  override readonly name = 'AlreadyExistsException'
}
/** AWS KMS `CloudHsmClusterInUseException`. */
export class CloudHsmClusterInUseException extends KmsError {
  override readonly name = 'CloudHsmClusterInUseException'
}
/** AWS KMS `CloudHsmClusterInvalidConfigurationException`. */
export class CloudHsmClusterInvalidConfigurationException extends KmsError {
  override readonly name = 'CloudHsmClusterInvalidConfigurationException'
}
/** AWS KMS `CloudHsmClusterNotActiveException`. */
export class CloudHsmClusterNotActiveException extends KmsError {
  override readonly name = 'CloudHsmClusterNotActiveException'
}
/** AWS KMS `CloudHsmClusterNotFoundException`. */
export class CloudHsmClusterNotFoundException extends KmsError {
  override readonly name = 'CloudHsmClusterNotFoundException'
}
/** AWS KMS `CloudHsmClusterNotRelatedException`. */
export class CloudHsmClusterNotRelatedException extends KmsError {
  override readonly name = 'CloudHsmClusterNotRelatedException'
}
/** AWS KMS `ConflictException`. */
export class ConflictException extends KmsError {
  override readonly name = 'ConflictException'
}
/** AWS KMS `CustomKeyStoreHasCMKsException`. */
export class CustomKeyStoreHasCMKsException extends KmsError {
  override readonly name = 'CustomKeyStoreHasCMKsException'
}
/** AWS KMS `CustomKeyStoreInvalidStateException`. */
export class CustomKeyStoreInvalidStateException extends KmsError {
  override readonly name = 'CustomKeyStoreInvalidStateException'
}
/** AWS KMS `CustomKeyStoreNameInUseException`. */
export class CustomKeyStoreNameInUseException extends KmsError {
  override readonly name = 'CustomKeyStoreNameInUseException'
}
/** AWS KMS `CustomKeyStoreNotFoundException`. */
export class CustomKeyStoreNotFoundException extends KmsError {
  override readonly name = 'CustomKeyStoreNotFoundException'
}
/** AWS KMS `DependencyTimeoutException`. */
export class DependencyTimeoutException extends KmsError {
  override readonly name = 'DependencyTimeoutException'
  static override readonly httpStatusCode: number = 503
  static override readonly retryable: boolean = true
}
/** AWS KMS `DisabledException`. */
export class DisabledException extends KmsError {
  override readonly name = 'DisabledException'
}
/** AWS KMS `DryRunOperationException`. */
export class DryRunOperationException extends KmsError {
  override readonly name = 'DryRunOperationException'
}
/** AWS KMS `ExpiredImportTokenException`. */
export class ExpiredImportTokenException extends KmsError {
  override readonly name = 'ExpiredImportTokenException'
}
/** AWS KMS `IncorrectKeyException`. */
export class IncorrectKeyException extends KmsError {
  override readonly name = 'IncorrectKeyException'
}
/** AWS KMS `IncorrectKeyMaterialException`. */
export class IncorrectKeyMaterialException extends KmsError {
  override readonly name = 'IncorrectKeyMaterialException'
}
/** AWS KMS `IncorrectTrustAnchorException`. */
export class IncorrectTrustAnchorException extends KmsError {
  override readonly name = 'IncorrectTrustAnchorException'
}
/** AWS KMS `InvalidAliasNameException`. */
export class InvalidAliasNameException extends KmsError {
  override readonly name = 'InvalidAliasNameException'
}
/** AWS KMS `InvalidArnException`. */
export class InvalidArnException extends KmsError {
  override readonly name = 'InvalidArnException'
}
/** AWS KMS `InvalidCiphertextException`. */
export class InvalidCiphertextException extends KmsError {
  override readonly name = 'InvalidCiphertextException'
}
/** AWS KMS `InvalidGrantIdException`. */
export class InvalidGrantIdException extends KmsError {
  override readonly name = 'InvalidGrantIdException'
}
/** AWS KMS `InvalidGrantTokenException`. */
export class InvalidGrantTokenException extends KmsError {
  override readonly name = 'InvalidGrantTokenException'
}
/** AWS KMS `InvalidImportTokenException`. */
export class InvalidImportTokenException extends KmsError {
  override readonly name = 'InvalidImportTokenException'
}
/** AWS KMS `InvalidKeyUsageException`. */
export class InvalidKeyUsageException extends KmsError {
  override readonly name = 'InvalidKeyUsageException'
}
/** AWS KMS `InvalidMarkerException`. */
export class InvalidMarkerException extends KmsError {
  override readonly name = 'InvalidMarkerException'
}
/** AWS KMS `KMSInternalException`. */
export class KMSInternalException extends KmsError {
  override readonly name = 'KMSInternalException'
  static override readonly httpStatusCode: number = 500
  static override readonly retryable: boolean = true
}
/** AWS KMS `KMSInvalidMacException`. */
export class KMSInvalidMacException extends KmsError {
  override readonly name = 'KMSInvalidMacException'
}
/** AWS KMS `KMSInvalidSignatureException`. */
export class KMSInvalidSignatureException extends KmsError {
  override readonly name = 'KMSInvalidSignatureException'
}
/** AWS KMS `KMSInvalidStateException`. */
export class KMSInvalidStateException extends KmsError {
  override readonly name = 'KMSInvalidStateException'
}
/** AWS KMS `KeyUnavailableException`. */
export class KeyUnavailableException extends KmsError {
  override readonly name = 'KeyUnavailableException'
  static override readonly httpStatusCode: number = 500
  static override readonly retryable: boolean = true
}
/** AWS KMS `LimitExceededException`. */
export class LimitExceededException extends KmsError {
  override readonly name = 'LimitExceededException'
}
/** AWS KMS `MalformedPolicyDocumentException`. */
export class MalformedPolicyDocumentException extends KmsError {
  override readonly name = 'MalformedPolicyDocumentException'
}
/** AWS KMS `NotAuthorizedException`. */
export class NotAuthorizedException extends KmsError {
  override readonly name = 'NotAuthorizedException'
}
/** AWS KMS `NotFoundException`. */
export class NotFoundException extends KmsError {
  override readonly name = 'NotFoundException'
}
/** AWS KMS `TagException`. */
export class TagException extends KmsError {
  override readonly name = 'TagException'
}
/** AWS KMS `ThrottlingException`. */
export class ThrottlingException extends KmsError {
  override readonly name = 'ThrottlingException'
  static override readonly retryable: boolean = true
}
/** AWS KMS `UnsupportedOperationException`. */
export class UnsupportedOperationException extends KmsError {
  override readonly name = 'UnsupportedOperationException'
}
/** AWS KMS `ValidationException`. */
export class ValidationException extends KmsError {
  override readonly name = 'ValidationException'
}
/** AWS KMS `XksKeyAlreadyInUseException`. */
export class XksKeyAlreadyInUseException extends KmsError {
  override readonly name = 'XksKeyAlreadyInUseException'
}
/** AWS KMS `XksKeyInvalidConfigurationException`. */
export class XksKeyInvalidConfigurationException extends KmsError {
  override readonly name = 'XksKeyInvalidConfigurationException'
}
/** AWS KMS `XksKeyNotFoundException`. */
export class XksKeyNotFoundException extends KmsError {
  override readonly name = 'XksKeyNotFoundException'
}
/** AWS KMS `XksProxyIncorrectAuthenticationCredentialException`. */
export class XksProxyIncorrectAuthenticationCredentialException extends KmsError {
  override readonly name = 'XksProxyIncorrectAuthenticationCredentialException'
}
/** AWS KMS `XksProxyInvalidConfigurationException`. */
export class XksProxyInvalidConfigurationException extends KmsError {
  override readonly name = 'XksProxyInvalidConfigurationException'
}
/** AWS KMS `XksProxyInvalidResponseException`. */
export class XksProxyInvalidResponseException extends KmsError {
  override readonly name = 'XksProxyInvalidResponseException'
}
/** AWS KMS `XksProxyUriEndpointInUseException`. */
export class XksProxyUriEndpointInUseException extends KmsError {
  override readonly name = 'XksProxyUriEndpointInUseException'
}
/** AWS KMS `XksProxyUriInUseException`. */
export class XksProxyUriInUseException extends KmsError {
  override readonly name = 'XksProxyUriInUseException'
}
/** AWS KMS `XksProxyUriUnreachableException`. */
export class XksProxyUriUnreachableException extends KmsError {
  override readonly name = 'XksProxyUriUnreachableException'
}
/** AWS KMS `XksProxyVpcEndpointServiceInUseException`. */
export class XksProxyVpcEndpointServiceInUseException extends KmsError {
  override readonly name = 'XksProxyVpcEndpointServiceInUseException'
}
/** AWS KMS `XksProxyVpcEndpointServiceInvalidConfigurationException`. */
export class XksProxyVpcEndpointServiceInvalidConfigurationException extends KmsError {
  override readonly name = 'XksProxyVpcEndpointServiceInvalidConfigurationException'
}
/** AWS KMS `XksProxyVpcEndpointServiceNotFoundException`. */
export class XksProxyVpcEndpointServiceNotFoundException extends KmsError {
  override readonly name = 'XksProxyVpcEndpointServiceNotFoundException'
}

/** Every error class by its AWS name; the errors that cross the worker boundary are revived with it. */
export const exceptions = {
  AccessDeniedException,
  AlreadyExistsException,
  CloudHsmClusterInUseException,
  CloudHsmClusterInvalidConfigurationException,
  CloudHsmClusterNotActiveException,
  CloudHsmClusterNotFoundException,
  CloudHsmClusterNotRelatedException,
  ConflictException,
  CustomKeyStoreHasCMKsException,
  CustomKeyStoreInvalidStateException,
  CustomKeyStoreNameInUseException,
  CustomKeyStoreNotFoundException,
  DependencyTimeoutException,
  DisabledException,
  DryRunOperationException,
  ExpiredImportTokenException,
  IncorrectKeyException,
  IncorrectKeyMaterialException,
  IncorrectTrustAnchorException,
  InvalidAliasNameException,
  InvalidArnException,
  InvalidCiphertextException,
  InvalidGrantIdException,
  InvalidGrantTokenException,
  InvalidImportTokenException,
  InvalidKeyUsageException,
  InvalidMarkerException,
  KMSInternalException,
  KMSInvalidMacException,
  KMSInvalidSignatureException,
  KMSInvalidStateException,
  KeyUnavailableException,
  LimitExceededException,
  MalformedPolicyDocumentException,
  NotAuthorizedException,
  NotFoundException,
  TagException,
  ThrottlingException,
  UnsupportedOperationException,
  ValidationException,
  XksKeyAlreadyInUseException,
  XksKeyInvalidConfigurationException,
  XksKeyNotFoundException,
  XksProxyIncorrectAuthenticationCredentialException,
  XksProxyInvalidConfigurationException,
  XksProxyInvalidResponseException,
  XksProxyUriEndpointInUseException,
  XksProxyUriInUseException,
  XksProxyUriUnreachableException,
  XksProxyVpcEndpointServiceInUseException,
  XksProxyVpcEndpointServiceInvalidConfigurationException,
  XksProxyVpcEndpointServiceNotFoundException,
} as const
