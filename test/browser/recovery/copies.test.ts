/** Sealed copies of material (REC-2 to REC-6): every spec, usage and custody leaves one, and comes back from it. */
import { expect, test } from 'vitest'
import { keySpecs } from '../../../src/contract/key-specs.js'
import type { KeySpec, KeyUsage } from '../../../src/contract/shapes.js'
import { checkValue, isProved } from '../../../worker/material/check-values.js'
import { beginBirth, type CopyBinding, openCopy, resealCopy, type SealedCopy } from '../../../worker/material/copies.js'
import { reviveMaterial } from '../../../worker/material/given-materials.js'
import { openingKey, publicKeyOfSeed } from '../../../worker/material/hpke.js'
import type { Material } from '../../../worker/material/material.js'
import { type Kind, makeMaterial } from '../../../worker/material/materials.js'
import { writeNonce } from '../../../worker/material/nonces.js'
import { testSealer } from '../vectors/materials.js'

const kinds = Object.entries(keySpecs).flatMap(([keySpec, { usages }]) =>
  Object.keys(usages).map((keyUsage) => ({ keySpec: keySpec as KeySpec, keyUsage: keyUsage as KeyUsage })),
)
/** Longer RSA keys take seconds to make, and are kept alike. */
const quickKinds = kinds.filter(({ keySpec }) => !/RSA_[34]/.test(keySpec))
const ways = kinds.flatMap((kind) => [false, true].map((digestSigning) => ({ ...kind, digestSigning })))

const sealer = await testSealer()
const pair = await newPair('pair')

async function newPair(pairId: string) {
  const seed = crypto.getRandomValues(new Uint8Array(32))
  return { pairId, publicKey: await publicKeyOfSeed(seed), opening: await openingKey(seed) }
}

function bindingOf({ keySpec, keyUsage }: Kind): CopyBinding {
  return { vaultId: 'v', region: 'browser-local-1', keyId: 'k', materialId: 'm', keySpec, keyUsage, position: 3 }
}

async function born(kind: Kind, digestSigning = false): Promise<{ material: Material; copy: SealedCopy }> {
  const birth = await beginBirth(pair, bindingOf(kind))
  const material = await makeMaterial(kind, sealer, { digestSigning, birth })
  return { material, copy: birth.copy(await checkValue(kind, material, sealer)) }
}

const handlesOf = ({ handles }: Material) =>
  Object.entries(handles)
    .map(([name, { type, extractable, usages }]) => ({ name, type, isOpen: extractable && type !== 'public', usages }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))

test.for(ways)('REC-2, REC-3, REC-6 $keySpec for $keyUsage, digest signing $digestSigning', async (way) => {
  const { digestSigning, ...kind } = way
  const { material, copy } = await born(kind, digestSigning)
  expect(handlesOf(material).filter(({ isOpen }) => isOpen)).toEqual([])
  expect(await isProved(kind, material, copy.check, sealer)).toBe(true)

  const wrapped = await openCopy(pair.opening, bindingOf(kind), copy)
  const options = { digestSigning: material.sealed !== undefined }
  const revived = await reviveMaterial(kind, wrapped, material.publicKey, sealer, options)
  expect(handlesOf(revived)).toEqual(handlesOf(material))
  expect(revived.publicKey).toEqual(material.publicKey)
  expect(revived.sealed !== undefined).toBe(material.sealed !== undefined)
  expect(await isProved(kind, revived, copy.check, sealer)).toBe(true)
})

test.for(quickKinds)('REC-6 another $keySpec for $keyUsage is not taken for it', async (kind) => {
  const [one, other] = await Promise.all([born(kind), born(kind)])
  const mixed = { ...other.material, publicKey: one.material.publicKey ?? new Uint8Array(0) }
  const { verify: _, ...handles } = mixed.handles
  const publicOnes = Object.fromEntries(
    Object.entries(one.material.handles).filter(([, { type }]) => type === 'public'),
  )
  const material = { ...mixed, handles: { ...handles, ...publicOnes } }
  for (const of of ['handles', 'material'] as const)
    expect(await isProved(kind, material, one.copy.check, sealer, of)).toBe(false)
})

test.for([
  { vaultId: 'w' },
  { region: 'browser-local-2' },
  { keyId: 'l' },
  { materialId: 'n' },
  { keySpec: 'HMAC_256' },
  { keyUsage: 'SIGN_VERIFY' },
  { position: 4 },
])('REC-4 a copy that is moved to another %o does not open', async (moved) => {
  const kind: Kind = { keySpec: 'SYMMETRIC_DEFAULT', keyUsage: 'ENCRYPT_DECRYPT' }
  const { copy } = await born(kind)
  const wrapped = await openCopy(pair.opening, { ...bindingOf(kind), ...moved }, copy)
  await expect(reviveMaterial(kind, wrapped, undefined, sealer, { digestSigning: false })).rejects.toThrow()
  await expect(wrapped.open()).rejects.toThrow()
})

test('REC-4 a copy in another form does not open', async () => {
  const kind: Kind = { keySpec: 'HMAC_224', keyUsage: 'GENERATE_VERIFY_MAC' }
  const { copy } = await born(kind)
  const wrapped = await openCopy(pair.opening, bindingOf(kind), { ...copy, form: 'raw' })
  await expect(wrapped.open()).rejects.toThrow()
})

test.for(quickKinds)('PROT-1 the pair is renewed: $keySpec for $keyUsage', async (kind) => {
  const { material, copy } = await born(kind)
  const [next, last] = await Promise.all([newPair('next'), newPair('last')])
  const once = await resealCopy(pair.opening, next, bindingOf(kind), copy)
  const twice = await resealCopy(next.opening, last, bindingOf(kind), once)
  expect(twice).toMatchObject({ pairId: 'last', form: copy.form, position: copy.position })
  const wrapped = await openCopy(last.opening, bindingOf(kind), twice)
  const options = { digestSigning: material.sealed !== undefined }
  const revived = await reviveMaterial(kind, wrapped, material.publicKey, sealer, options)
  expect(await isProved(kind, revived, twice.check, sealer)).toBe(true)
  await expect(resealCopy(next.opening, last, bindingOf(kind), copy)).rejects.toThrow()
})

test('a material has one copy, and no copy is made of nothing', async () => {
  const kind: Kind = { keySpec: 'SYMMETRIC_DEFAULT', keyUsage: 'ENCRYPT_DECRYPT' }
  const birth = await beginBirth(pair, bindingOf(kind))
  expect(() => birth.copy()).toThrow('no copy')
  await makeMaterial(kind, sealer, { digestSigning: false, birth })
  await expect(makeMaterial(kind, sealer, { digestSigning: false, birth })).rejects.toThrow('one copy')
})

test('REC-6 no encryption draws a reserved nonce', () => {
  const draw = crypto.getRandomValues
  let zeros = true
  crypto.getRandomValues = ((array: Uint8Array<ArrayBuffer>) => {
    if (!zeros) return draw.call(crypto, array)
    zeros = false
    return array
  }) as typeof draw
  try {
    const nonce = new Uint8Array(12)
    // The pool is filled once; with all zeros, every nonce of it is passed over.
    for (let count = 0; count < 600; count++) {
      writeNonce(nonce, 0)
      expect(nonce.subarray(0, 8).some((byte) => byte !== 0)).toBe(true)
    }
  } finally {
    crypto.getRandomValues = draw
  }
})
