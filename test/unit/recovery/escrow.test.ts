/**
 * Escrow keys (PROT-5): the holder answers with OpenSSL, by the commands that worker/recovery/protectors/escrow-request.ts
 * gives, or with the library `hpke`.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ValidationException } from 'browser-kms'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Bytes, concatenate } from '../../../src/contract/bytes.js'
import { openingKey, openWith, publicKeyOfSeed, sealTo } from '../../../worker/material/hpke.js'
import { askHolder, type EscrowRequest } from '../../../worker/recovery/protectors/escrow-request.js'
import { newProtector, type Openable, openProtectors } from '../../../worker/recovery/protectors/protectors.js'
import { rewrap } from '../../../worker/recovery/protectors/wrapping.js'
import type { ProtectorRecord, Wrap } from '../../../worker/recovery/records.js'
import { NOW, newVault, random } from './fixtures.js'

type EscrowRecord = ProtectorRecord<'escrow'>

const vault = newVault()
const OAEP = ['rsa_padding_mode:oaep', 'rsa_oaep_md:sha256', 'rsa_mgf1_md:sha256'].flatMap((each) => ['-pkeyopt', each])

let directory: string
const at = (name: string) => join(directory, name)
const openssl = (...words: string[]) => execFileSync('openssl', words, { stdio: 'pipe' })
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'browser-kms-escrow-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** A key of an organisation's, made by OpenSSL: its public half in DER. */
function newRsaKey(name: string, bits: number, exponent = 65_537): Bytes {
  const options = [`rsa_keygen_bits:${bits}`, `rsa_keygen_pubexp:${exponent}`].flatMap((each) => ['-pkeyopt', each])
  openssl('genpkey', '-algorithm', 'RSA', ...options, '-out', at(`${name}.pem`))
  openssl('pkey', '-in', at(`${name}.pem`), '-pubout', '-outform', 'DER', '-out', at(`${name}.der`))
  return new Uint8Array(readFileSync(at(`${name}.der`)))
}

function answerByOpenssl(name: string, request: Bytes): Bytes {
  writeFileSync(at('request.json'), request)
  const member = (member: string) => Buffer.from(JSON.parse(readFileSync(at('request.json'), 'utf8'))[member], 'base64')
  writeFileSync(at('wrapped.bin'), member('wrapped'))
  writeFileSync(at('reply-to.der'), member('replyTo'))
  const key = at(`${name}.pem`)
  openssl('pkeyutl', '-decrypt', '-inkey', key, ...OAEP, '-in', at('wrapped.bin'), '-out', at('opened.bin'))
  const to = ['-pubin', '-keyform', 'DER', '-inkey', at('reply-to.der')]
  openssl('pkeyutl', '-encrypt', ...to, ...OAEP, '-in', at('opened.bin'), '-out', at('answer.bin'))
  return new Uint8Array(readFileSync(at('answer.bin')))
}

async function newEscrow(publicKey: Bytes): Promise<EscrowRecord> {
  const { record } = await newProtector({ type: 'escrow', publicKey, label: 'The notary' }, vault, NOW)
  return record as EscrowRecord
}

function ask(record: EscrowRecord, pairId = vault.pairId): Promise<EscrowRequest> {
  const wrap = record.wraps.find((each) => each.pairId === pairId) as Wrap
  return askHolder(record, vault.vaultId, wrap, NOW)
}

function openable(record: ProtectorRecord, requests: readonly EscrowRequest[], pairId = vault.pairId): Openable {
  const { vaultId, rootPublicKey } = vault
  // Between the question and the answer the page may be closed: what is kept has been cloned into the store.
  const pending = structuredClone(requests.map((each) => each.pending))
  return { vaultId, pairId, rootPublicKey, protectors: [record], pending }
}

const members = (request: Bytes): Readonly<Record<string, string>> => JSON.parse(new TextDecoder().decode(request))
const bytesOf = (base64: string | undefined) => new Uint8Array(Buffer.from(base64 ?? '', 'base64'))
const changedBit = (bytes: Bytes) => bytes.map((byte, index) => (index === 7 ? byte ^ 1 : byte))

describe.each([3072, 4096])('PROT-5 an escrow key of RSA with %i bits, by OpenSSL alone', (bits) => {
  let record: EscrowRecord
  let asked: EscrowRequest
  let answer: Bytes
  beforeAll(async () => {
    record = await newEscrow(newRsaKey('organisation', bits))
    asked = await ask(record)
    answer = answerByOpenssl('organisation', asked.request)
  })

  test('opens the secret', async () => {
    expect(record).toMatchObject({ parameters: { algorithm: 'RSAES_OAEP_SHA_256' }, label: 'The notary' })
    expect(record).not.toHaveProperty('vouch')
    expect(await openProtectors(openable(record, [asked]), { escrow: answer })).toEqual({
      protectorId: record.id,
      secret: vault.secret,
    })
  })

  test('of several questions, the answer opens by the one that it answers', async () => {
    const others = [await ask(record), asked, await ask(record)]
    expect(await openProtectors(openable(record, others), { escrow: answer })).toMatchObject({ secret: vault.secret })
  })

  test('whoever carries question and answer sees nothing of the secret', () => {
    for (const part of [vault.secret.subarray(0, 16), vault.secret.subarray(48)])
      for (const carried of [asked.request, answer])
        expect(Buffer.from(carried).includes(Buffer.from(part))).toBe(false)
    const { privateKey } = asked.pending.replyKey as { privateKey: CryptoKey }
    expect([privateKey.extractable, privateKey.usages]).toEqual([false, ['decrypt']])
  })

  test.each<[what: string, gesture: () => Promise<[EscrowRequest[], Bytes]>]>([
    ['to another question', async () => [[await ask(record)], answer]],
    ['where nothing was asked', async () => [[], answer]],
    ['that was changed', async () => [[asked], changedBit(answer)]],
    ['that was cut', async () => [[asked], answer.slice(0, -1)]],
    ['of no bytes', async () => [[asked], new Uint8Array(0)]],
  ])('PROT-6 an answer %s opens nothing', async (_, gesture) => {
    const [requests, given] = await gesture()
    expect(await openProtectors(openable(record, requests), { escrow: given })).toBeUndefined()
  })

  test('what was sealed for another pair or another protector does not pass for this', async () => {
    const renewed = (await rewrap(record, vault.vaultId, 'pair 2', random(64))) as EscrowRecord
    // The holder is given the old pair's wrap in a question about the new one.
    const [old, young] = renewed.wraps as [Wrap, Wrap]
    const swapped = { ...renewed, wraps: [{ ...old, pairId: 'pair 2' }, young] } as EscrowRecord
    const question = await ask(swapped, 'pair 2')
    const answered = answerByOpenssl('organisation', question.request)
    expect(await openProtectors(openable(swapped, [question], 'pair 2'), { escrow: answered })).toBeUndefined()
    const other = { ...record, id: crypto.randomUUID() }
    const confused = await ask(other)
    const reply = answerByOpenssl('organisation', confused.request)
    expect(await openProtectors(openable(other, [confused]), { escrow: reply })).toBeUndefined()
  })
})

describe('PROT-5 an escrow key of X-Wing', () => {
  const seed = random(32)
  let record: EscrowRecord
  let asked: EscrowRequest
  beforeAll(async () => {
    record = await newEscrow(await publicKeyOfSeed(seed))
    asked = await ask(record)
  })

  async function answerByHpke({ request }: EscrowRequest, instead?: Bytes): Promise<Bytes> {
    const { encapsulated, wrapped, info, answerInfo, replyTo } = members(request)
    const sealed = { encapsulated: bytesOf(encapsulated), ciphertext: bytesOf(wrapped) }
    const secret = await openWith(await openingKey(seed), sealed, bytesOf(info))
    const answer = await sealTo(bytesOf(replyTo), bytesOf(answerInfo), instead ?? (secret as Bytes))
    return concatenate([answer.encapsulated, answer.ciphertext])
  }

  test('PROT-6 a holder who answers with something of another length opens nothing', async () => {
    const answer = await answerByHpke(asked, random(63))
    expect(await openProtectors(openable(record, [asked]), { escrow: answer })).toBeUndefined()
  })

  test('opens the secret; test/browser/recovery/escrow.test.ts answers by another implementation', async () => {
    expect(record.parameters).toEqual({ algorithm: 'HPKE' })
    const answer = await answerByHpke(asked)
    expect(answer).toHaveLength(1200)
    expect(await openProtectors(openable(record, [asked]), { escrow: answer })).toMatchObject({ secret: vault.secret })
  })

  test('keeps no bytes of the key for the answer that are not sealed under a handle', () => {
    const { sealingKey, sealedSeed } = asked.pending.replyKey as { sealingKey: CryptoKey; sealedSeed: Bytes }
    expect(sealingKey.extractable).toBe(false)
    expect(sealedSeed).toHaveLength(32 + 12 + 16)
  })

  test('PROT-6 an answer to another question, a changed one and a short one open nothing', async () => {
    const answer = await answerByHpke(asked)
    const other = await ask(record)
    for (const [requests, given] of [
      [[other], answer],
      [[asked], changedBit(answer)],
      [[asked], answer.slice(0, 100)],
    ] as const)
      expect(await openProtectors(openable(record, requests), { escrow: given })).toBeUndefined()
  })
})

describe('PROT-5 a question to the holder', () => {
  test.each([
    ['RSAES_OAEP_SHA_256', () => newRsaKey('small', 3072), []],
    ['HPKE', () => publicKeyOfSeed(random(32)), ['encapsulated', 'info', 'answerInfo']],
  ])('is JSON that says who asks for what: %s', async (algorithm, publicKey, further) => {
    const record = await newEscrow(await publicKey())
    const asked = members((await ask(record)).request)
    expect(asked).toMatchObject({
      format: 'browser-kms/escrow-request',
      version: 1,
      vault: vault.vaultId,
      protector: record.id,
      label: 'The notary',
      createdAt: '2026-11-27T00:00:00.000Z',
      algorithm,
    })
    const fixed = 'format version vault protector label createdAt algorithm wrapped replyTo'.split(' ')
    expect(Object.keys(asked)).toEqual([...fixed, ...further])
  })
})

describe('PROT-5 no escrow key is', () => {
  test.each<[what: string, publicKey: () => Bytes | Promise<Bytes>, message: string]>([
    ['an RSA key of 2048 bits', () => newRsaKey('short', 2048), '3072 to 8192 bits'],
    ['an RSA key with the exponent 3', () => newRsaKey('three', 3072, 3), 'public exponent 65537'],
    ['the private half', () => privateHalf(), 'must be a public key'],
    ['no key at all', () => random(100), 'must be a public key'],
    ['nothing', () => new Uint8Array(0), 'must be a public key'],
    ['1216 bytes that are no key of X-Wing', () => new Uint8Array(1216).fill(255), 'must be a public key'],
    [
      'a key of X-Wing that is cut',
      async () => (await publicKeyOfSeed(random(32))).slice(0, -1),
      'must be a public key',
    ],
  ])('%s', async (_, publicKey, message) => {
    const refusal = newEscrow(await publicKey())
    await expect(refusal).rejects.toThrow(ValidationException)
    await expect(refusal).rejects.toThrow(message)
  })

  function privateHalf(): Bytes {
    newRsaKey('own', 3072)
    openssl('pkcs8', '-topk8', '-nocrypt', '-in', at('own.pem'), '-outform', 'DER', '-out', at('own.p8'))
    return new Uint8Array(readFileSync(at('own.p8')))
  }
})
