/** A database whose connection the browser has dropped is opened again only if it is the same one. */
import { deleteDB } from 'idb'
import { expect, onTestFinished, test } from 'vitest'
import { type DatabaseOptions, Gone, openDatabase } from '../../../worker/storage/database.js'

const events = { onClaimed: () => {}, onDropped: () => {} }

async function madeDatabase() {
  const vaultName = `reopening-${crypto.randomUUID()}`
  const options: DatabaseOptions = {
    vaultName,
    realm: { accountId: '000000000000', region: 'browser-local-1' },
    now: 1,
  }
  const database = `browser-kms/${vaultName}/browser-local-1`
  onTestFinished(() => deleteDB(database))
  const { connection, identity } = await openDatabase(options, events)
  connection.close()
  return { options, identity, database }
}

test('control: the same one is opened again', async () => {
  const { options, identity } = await madeDatabase()
  const again = await openDatabase({ ...options, known: identity }, events)
  again.connection.close()
  expect(again.identity.createdAt).toBe(identity.createdAt)
})

test('one that somebody else has made in its place is not taken for it: its sealing key is another', async () => {
  const { options, identity, database } = await madeDatabase()
  await deleteDB(database)
  const other = await openDatabase({ ...options, now: 2 }, events)
  other.connection.close()
  await expect(openDatabase({ ...options, known: identity }, events)).rejects.toBeInstanceOf(Gone)
})

test('one that is not there is not made anew', async () => {
  const { options, identity, database } = await madeDatabase()
  await deleteDB(database)
  await expect(openDatabase({ ...options, known: identity }, events)).rejects.toBeInstanceOf(Gone)
  expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain(database)
})
