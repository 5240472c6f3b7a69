/** Errors of recovery on their way from the worker to the page. */
import { BackupFormatException, IncorrectProtectorException, KMSInvalidStateException, KmsError } from 'browser-kms'
import { expect, test } from 'vitest'
import { errorRecord, reviveError } from '../../../src/contract/errors.js'

test.each([
  { ErrorClass: IncorrectProtectorException, title: 'PROT-6 a wrong protector' },
  { ErrorClass: BackupFormatException, title: 'REC-22 a file that is no backup' },
])('$title arrives as an error of its class, the fault of the client', ({ ErrorClass }) => {
  const revived = reviveError(structuredClone(errorRecord(new ErrorClass('so it is'))), 'a request')
  expect(revived).toBeInstanceOf(ErrorClass)
  expect(revived).toBeInstanceOf(KmsError)
  const { name, message, $fault, $metadata } = revived
  expect([name, message, $fault, $metadata.httpStatusCode]).toEqual([ErrorClass.name, 'so it is', 'client', 400])
})

test('LOCK-2 that a vault is locked arrives as the reason', () => {
  const locked = new KMSInvalidStateException('locked', '', 'locked')
  expect(reviveError(structuredClone(errorRecord(locked)), '')).toMatchObject({ reason: 'locked' })
})
