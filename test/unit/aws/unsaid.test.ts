/** The errors that AWS sends without a message (aws-facts section 1), and those alike that have one. */
import {
  InvalidCiphertextException,
  KMSInvalidMacException,
  KMSInvalidSignatureException,
  type KmsError,
  NotAuthorizedException,
  NotFoundException,
  type OperationName,
  UnsupportedOperationException,
  ValidationException,
} from 'browser-kms'
import { expect, test } from 'vitest'
import { isUnsaid } from '../../../src/aws/unsaid.js'

const rsa = new UnsupportedOperationException('ARN key spec is RSA_2048: only symmetric encryption keys rotate.')
const noDer = new ValidationException('PublicKey must be the DER-encoded SubjectPublicKeyInfo of …')

test.each<[OperationName, KmsError, boolean]>([
  ['Decrypt', new InvalidCiphertextException('x'), true],
  ['ReEncrypt', new InvalidCiphertextException('x'), true],
  ['Verify', new KMSInvalidSignatureException('x'), true],
  ['VerifyMac', new KMSInvalidMacException('x'), true],
  ['CreateAlias', new NotAuthorizedException('x'), true],
  ['RotateKeyOnDemand', rsa, true],
  ['EnableKeyRotation', rsa, false],
  ['RotateKeyOnDemand', new UnsupportedOperationException('ARN is a replica: …'), false],
  ['DeriveSharedSecret', noDer, true],
  ['DeriveSharedSecret', new ValidationException('1 validation error detected: …'), false],
  ['Encrypt', noDer, false],
  ['DescribeKey', new NotFoundException('x'), false],
])('%s, %s: %s', (operation, error, unsaid) => {
  expect(isUnsaid(operation, error)).toBe(unsaid)
})
