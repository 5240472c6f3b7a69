/** The project's own vectors: printed in the standards, small enough to keep here, and run without any folder beside. */

import { describe, expect, test } from 'vitest'
import { commands } from 'vitest/browser'
import { bytesToHex, concatenate } from '../../../src/contract/bytes.js'
import { derSignature } from '../../../worker/material/ecdsa-signature.js'
import { publicKeyPrefixes, rawPublicKey, seedToPkcs8, toSpki } from '../../../worker/material/encodings.js'
import { type FamilySpec, familyOf } from '../../../worker/material/families.js'
import type { Bytes, Material } from '../../../worker/material/family.js'
import { open } from '../../../worker/material/symmetric.js'
import { ability } from '../../../worker/operations/key-material.js'
import { hasNativeLattices } from '../fixtures/engine.js'
import { bytes, dsaSeedToPkcs8, edSeedToPkcs8, handle, publicOnly, scalarToPkcs8, testSealer } from './materials.js'

const sealer = await testSealer()
const utf8 = (text: string): Bytes => new TextEncoder().encode(text)
const counting = (length: number): Bytes => Uint8Array.from({ length }, (_, index) => index)
const sealed = async (secret: Bytes, publicKey?: Bytes): Promise<Material> => ({
  handles: {},
  sealed: await sealer.seal(secret),
  ...(publicKey && { publicKey }),
})
const sha256 = async (data: Bytes) => bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', data)))

test('AES-256-GCM: test case 16 of the GCM specification', async () => {
  const key = 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308'
  const plaintext =
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39'
  const ciphertext =
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662'
  const tag = '76fc6ece0f4e1768cddf8853bb2d551b'
  const additionalData = bytes('feedfacedeadbeeffeedfacedeadbeefabaddad2')
  const { handles } = await handle('aead', 'raw', bytes(key), { name: 'AES-GCM' }, 'decrypt')
  const blob = bytes(`cafebabefacedbaddecaf888${ciphertext}${tag}`)

  const opened = await open(handles.aead as CryptoKey, blob, additionalData)
  expect(opened && bytesToHex(opened)).toBe(plaintext)
  expect(await open(handles.aead as CryptoKey, blob, bytes(''))).toBeUndefined()
  for (const index of [0, 12, blob.byteLength - 1]) {
    const changed = blob.slice()
    changed.set([(blob[index] as number) ^ 1], index)
    expect(await open(handles.aead as CryptoKey, changed, additionalData)).toBeUndefined()
  }
})

describe('HMAC', () => {
  const hashes = { HMAC_256: 'SHA-256', HMAC_384: 'SHA-384', HMAC_512: 'SHA-512' } as const
  type HmacSpec = 'HMAC_224' | keyof typeof hashes
  const materialOf = (spec: HmacSpec, key: Bytes) =>
    spec === 'HMAC_224' ? sealed(key) : handle('mac', 'raw', key, { name: 'HMAC', hash: hashes[spec] }, 'sign')

  const cases: readonly [title: string, key: (length: number) => Bytes, message: Bytes, Record<HmacSpec, string>][] = [
    [
      'RFC 4231, test case 1',
      () => new Uint8Array(20).fill(0x0b),
      utf8('Hi There'),
      {
        HMAC_224: '896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22',
        HMAC_256: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
        HMAC_384: 'afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6',
        HMAC_512:
          '87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854',
      },
    ],
    [
      'RFC 4231, test case 2',
      () => utf8('Jefe'),
      utf8('what do ya want for nothing?'),
      {
        HMAC_224: 'a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44',
        HMAC_256: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
        HMAC_384: 'af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649',
        HMAC_512:
          '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
      },
    ],
    [
      'HMAC-7, keys 00 01 02 … of each length',
      counting,
      utf8('Hello World'),
      {
        HMAC_224: 'deff35e054ce303481012f2133cddaec8d930375458c2253b8750502',
        HMAC_256: '49682081ce0280095ef09186f1738745013fcb356dff8486e65f29815d0986cd',
        HMAC_384: 'a2455b387665927cc0fbf9b913bb06f38099359f027a8200e40bd15efdfbffb7a849c4b17be690bef0ba2f92eb2ac6c7',
        HMAC_512:
          '6624117809a624d18c39749b78f2bb12c913e5d6a288f2c62da9ea17333f4419b148585a6bd6ceaa5bc0c884189344bebee4b2b6400b827e5916b25ab916943e',
      },
    ],
  ]
  test.for(cases)('%s', async ([, key, message, macs]) => {
    for (const [spec, expected] of Object.entries(macs) as [HmacSpec, string][]) {
      const material = await materialOf(spec, key(expected.length / 2))
      const mac = await ability(await familyOf(spec), 'authentication').mac(material, message, sealer)
      expect([spec, bytesToHex(mac)]).toEqual([spec, expected])
    }
  })
})

describe('ECDSA', () => {
  /** RFC 6979, A.2.5 to A.2.7: message "sample", with the digest that KMS uses on the curve. */
  const rfc6979 = [
    {
      spec: 'ECC_NIST_P256',
      namedCurve: 'P-256',
      hash: 'SHA-256',
      scalar: 'c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721',
      r: 'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716',
      s: 'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
    },
    {
      spec: 'ECC_NIST_P384',
      namedCurve: 'P-384',
      hash: 'SHA-384',
      scalar: '6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5',
      r: '94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46',
      s: '99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8',
    },
    {
      spec: 'ECC_NIST_P521',
      namedCurve: 'P-521',
      hash: 'SHA-512',
      scalar:
        '00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75caa896eb32f1f47c70855836a6d16fcc1466f6d8fbec67db89ec0c08b0e996b83538',
      r: '00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450606add152b534931d7d4e8455cc91f9b15bf05ec36e377fa',
      s: '00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67a',
    },
  ] as const

  test.for(rfc6979)('RFC 6979 on $namedCurve', async ({ spec, namedCurve, hash, scalar, r, s }) => {
    const message = utf8('sample')
    const digest = new Uint8Array(await crypto.subtle.digest(hash, message))
    const algorithm = `ECDSA_${hash.replace('-', '_')}`
    const expected = await derSignature(bytes(r + s))
    const { sign, verify } = ability(await familyOf(spec), 'signing')
    const key = await sealed(bytes(scalar), await publicKeyOfScalar(spec, scalar))

    // Sealed keys sign deterministically, as the RFC has it: the very signature.
    expect(bytesToHex(await sign(key, algorithm, message, 'RAW', sealer))).toBe(bytesToHex(expected))
    expect(bytesToHex(await sign(key, algorithm, digest, 'DIGEST', sealer))).toBe(bytesToHex(expected))
    expect(await verify(key, algorithm, message, 'RAW', expected)).toBe(true)
    expect(await verify(key, algorithm, digest, 'DIGEST', expected)).toBe(true)

    const native = await handle('verify', 'spki', key.publicKey as Bytes, { name: 'ECDSA', namedCurve }, 'verify')
    expect(await verify(native, algorithm, message, 'RAW', expected)).toBe(true)
    expect(await verify(native, algorithm, utf8('another'), 'RAW', expected)).toBe(false)
  })

  /** The same keys, message "test": r‖s. */
  const alsoRfc6979 = {
    ECC_NIST_P256:
      'f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367' +
      '019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083',
    ECC_NIST_P384:
      '8203b63d3c853e8d77227fb377bcf7b7b772e97892a80f36ab775d509d7a5feb0542a7f0812998da8f1dd3ca3cf023db' +
      'ddd0760448d42d8a43af45af836fce4de8be06b485e9b61b827c2f13173923e06a739f040649a667bf3b828246baa5a5',
    ECC_NIST_P521:
      '013e99020abf5cee7525d16b69b229652ab6bdf2affcaef38773b4b7d08725f10cdb93482fdcc54edcee91eca4166b2a7c6265ef0ce2bd7051b7cef945babd47ee6d' +
      '01fbd0013c674aa79cb39849527916ce301c66ea7ce8b80682786ad60f98f7e78a19ca69eff5c57400e3b3a0ad66ce0978214d13baf4e9ac60752f7b155e2de4dce3',
  } as const

  test.for(rfc6979)('RFC 6979 on $namedCurve, message "test"', async ({ spec, hash, scalar }) => {
    const { sign } = ability(await familyOf(spec), 'signing')
    const key = await sealed(bytes(scalar), await publicKeyOfScalar(spec, scalar))
    const signature = await sign(key, `ECDSA_${hash.replace('-', '_')}`, utf8('test'), 'RAW', sealer)
    expect(bytesToHex(signature)).toBe(bytesToHex(await derSignature(bytes(alsoRfc6979[spec]))))
  })

  /** The vectors that Bitcoin's libraries share: scalar, message, r, the lower of both s. */
  const secp256k1Vectors = [
    [
      '0000000000000000000000000000000000000000000000000000000000000001',
      'Satoshi Nakamoto',
      '934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8',
      '2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5',
    ],
    [
      'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140',
      'Satoshi Nakamoto',
      'fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0',
      '6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5',
    ],
    [
      'f8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181',
      'Alan Turing',
      '7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c',
      '58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea',
    ],
  ] as const

  test.for(secp256k1Vectors)('secp256k1, nonces by RFC 6979: %s over "%s"', async ([scalar, message, r, low]) => {
    const spec = 'ECC_SECG_P256K1'
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
    const high = (order - BigInt(`0x${low}`)).toString(16).padStart(64, '0')
    const expected = await Promise.all([low, high].map((s) => derSignature(bytes(r + s))))
    const { sign } = ability(await familyOf(spec), 'signing')
    const made = await sign(await sealed(bytes(scalar)), 'ECDSA_SHA_256', utf8(message), 'RAW', sealer)
    expect(expected.map(bytesToHex)).toContain(bytesToHex(made))
  })

  test('secp256k1 (SEC 2): the scalar 1 over "Satoshi Nakamoto", in both halves of the order (ASYM-27)', async () => {
    const spec = 'ECC_SECG_P256K1'
    const base =
      '0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8'
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
    const r = '934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8'
    const low = '2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5'
    const high = (order - BigInt(`0x${low}`)).toString(16)
    const signatures = await Promise.all([low, high].map((s) => derSignature(bytes(r + s))))
    const { sign, verify } = ability(await familyOf(spec), 'signing')
    const key = await sealed(bytes('01'.padStart(64, '0')), toSpki(spec, bytes(base)))
    const message = utf8('Satoshi Nakamoto')

    for (const signature of signatures) expect(await verify(key, 'ECDSA_SHA_256', message, 'RAW', signature)).toBe(true)
    const made = await sign(key, 'ECDSA_SHA_256', message, 'RAW', sealer)
    expect(signatures.map(bytesToHex)).toContain(bytesToHex(made))
  })
})

async function publicKeyOfScalar(
  spec: 'ECC_NIST_P256' | 'ECC_NIST_P384' | 'ECC_NIST_P521',
  scalar: string,
): Promise<Bytes> {
  const { p256, p384, p521 } = await import('@noble/curves/nist.js')
  const curve = { ECC_NIST_P256: p256, ECC_NIST_P384: p384, ECC_NIST_P521: p521 }[spec]
  return toSpki(spec, curve.getPublicKey(bytes(scalar), false))
}

test('ECDH on P-256: RFC 5903, 8.1 (ASYM-20)', async () => {
  const spec = 'ECC_NIST_P256'
  const pkcs8 = scalarToPkcs8(spec, 'c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433')
  const key = await handle('agree', 'pkcs8', pkcs8, { name: 'ECDH', namedCurve: 'P-256' }, 'deriveBits')
  const peer = bytes(
    '3059301306072a8648ce3d020106082a8648ce3d03010703420004d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf6356fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab',
  )
  const secret = await ability(await familyOf(spec), 'agreement').agree(key, peer, sealer)
  expect(secret && bytesToHex(secret)).toBe('d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de')
})

describe('Ed25519', () => {
  const spec = 'ECC_NIST_EDWARDS25519'
  const signing = async () => ability(await familyOf(spec), 'signing')
  const cases = [
    {
      test: 2,
      seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
      point: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      message: '72',
      signature:
        '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    },
    {
      test: 3,
      seed: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
      point: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
      message: 'af82',
      signature:
        '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
    },
  ] as const

  test.for(cases)('RFC 8032, 7.1, test $test', async ({ seed, point, message, signature }) => {
    const spki = toSpki(spec, bytes(point))
    const { sign, verify } = await signing()
    const native = [
      await handle('sign', 'pkcs8', edSeedToPkcs8(bytes(seed)), { name: 'Ed25519' }, 'sign'),
      await handle('verify', 'spki', spki, { name: 'Ed25519' }, 'verify'),
    ] as const
    const own = await sealed(bytes(seed), spki)
    for (const [signer, verifier] of [native, [own, own]] as const) {
      const made = await sign(signer, 'ED25519_SHA_512', bytes(message), 'RAW', sealer)
      expect(bytesToHex(made)).toBe(signature)
      expect(await verify(verifier, 'ED25519_SHA_512', bytes(message), 'RAW', made)).toBe(true)
    }
  })

  test('Ed25519ph: RFC 8032, 7.3; KMS hashes the digest that it is given once more (ASYM-21)', async () => {
    const spki = toSpki(spec, bytes('ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf'))
    const key = await sealed(bytes('833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42'), spki)
    const { sign, verify } = await signing()
    const ofMessage =
      '98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae4131f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406'
    const ofDigest =
      '914dc6538ac512db8ffbdfbbf9c2fd2c1e5c915ff5d708751ad2d3a1425f0c9bfa3f1da6d93e5c7fc5b106b536f7263a3db68e4a285f30e4bd7e8b9f93d42f0e'
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-512', utf8('abc')))

    expect(bytesToHex(await sign(key, 'ED25519_PH_SHA_512', digest, 'DIGEST', sealer))).toBe(ofDigest)
    expect(await verify(key, 'ED25519_PH_SHA_512', digest, 'DIGEST', bytes(ofDigest))).toBe(true)
    expect(await verify(key, 'ED25519_PH_SHA_512', digest, 'DIGEST', bytes(ofMessage))).toBe(false)
    expect(bytesToHex(await sign(key, 'ED25519_PH_SHA_512', utf8('abc'), 'DIGEST', sealer))).toBe(ofMessage)
    // A native key verifies what it cannot sign.
    const native = { ...(await handle('verify', 'spki', spki, { name: 'Ed25519' }, 'verify')), publicKey: spki }
    expect(await verify(native, 'ED25519_PH_SHA_512', digest, 'DIGEST', bytes(ofDigest))).toBe(true)
  })
})

test('SM2 and SM3: GM/T 0003.5 with the default user id (ASYM-17)', async () => {
  const { sm3 } = await import('sm-crypto-v2')
  const z = 'b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3'
  const e = 'f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640'
  const message = utf8('message digest')
  expect(sm3(utf8('abc'))).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0')
  expect(sm3(concatenate([bytes(z), message]))).toBe(e)

  const { publicKey } = await sm2PublicKey('3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8')
  const signature = await derSignature(
    bytes(
      'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa',
    ),
  )
  const { verify } = ability(await familyOf('SM2'), 'signing')
  expect(await verify(publicOnly(publicKey), 'SM2DSA', message, 'RAW', signature)).toBe(true)
  expect(await verify(publicOnly(publicKey), 'SM2DSA', bytes(e), 'DIGEST', signature)).toBe(true)
  expect(await verify(publicOnly(publicKey), 'SM2DSA', utf8('another'), 'RAW', signature)).toBe(false)
})

async function sm2PublicKey(scalar: string): Promise<{ publicKey: Bytes }> {
  const { sm2 } = await import('sm-crypto-v2')
  return { publicKey: toSpki('SM2', bytes(sm2.getPublicKeyFromPrivateKey(scalar))) }
}

describe('Lattices: the keys that RFC 9881 and RFC 9935 print for the seed 00 01 02 …', () => {
  /** SHA-256 of the raw public key in the RFC. */
  const printed = {
    ML_DSA_44: '9f107644c1084526af3bc8098680b05499a2325a644e388fb4f970e058d19d46',
    ML_DSA_65: 'd666806e11cee19a7c989f7445f90dd419cf4d2d51db8c0fdb4c0f0a542238c9',
    ML_DSA_87: '91dc389cfaa01470b7f66eee45a4ae9026d154817c754dfe22298b3fa241ffcd',
    ML_KEM_512: '3ae268dccc5456ac0d0f9b39257dc48fe081383b97c400512d712b739762daee',
    ML_KEM_768: '0b7934c83125c788995e2ba6bd761e33046b3e40571be53e023309a29f398cc9',
    ML_KEM_1024: 'c7b8fa0aa471d5ae18922d6ccad5b31e1d84f92ae723abfd13747018740a8530',
  } as const

  test.for(['ML_DSA_44', 'ML_DSA_65', 'ML_DSA_87'] as const)('%s', async (spec) => {
    const dsa = await import('@noble/post-quantum/ml-dsa.js')
    const scheme = { ML_DSA_44: dsa.ml_dsa44, ML_DSA_65: dsa.ml_dsa65, ML_DSA_87: dsa.ml_dsa87 }[spec]
    const { publicKey, secretKey } = scheme.keygen(counting(32))
    expect(await sha256(publicKey as Bytes)).toBe(printed[spec])

    const spki = toSpki(spec, publicKey)
    const name = spec.replaceAll('_', '-')
    const own = await sealed(secretKey as Bytes, spki)
    const signers = [own]
    const verifiers = [own]
    if (hasNativeLattices) {
      signers.push(await handle('sign', 'pkcs8', dsaSeedToPkcs8(spec, counting(32)), { name }, 'sign'))
      verifiers.push(await handle('verify', 'spki', spki, { name }, 'verify'))
    }
    const { sign, verify } = ability(await familyOf(spec), 'signing')
    for (const signer of signers)
      for (const verifier of verifiers) {
        const signature = await sign(signer, 'ML_DSA_SHAKE_256', utf8('sample'), 'RAW', sealer)
        expect(await verify(verifier, 'ML_DSA_SHAKE_256', utf8('sample'), 'RAW', signature)).toBe(true)
        expect(await verify(verifier, 'ML_DSA_SHAKE_256', utf8('another'), 'RAW', signature)).toBe(false)
      }
  })

  test.for(['ML_KEM_512', 'ML_KEM_768', 'ML_KEM_1024'] as const)('%s', async (spec) => {
    const kem = await import('@noble/post-quantum/ml-kem.js')
    const scheme = { ML_KEM_512: kem.ml_kem512, ML_KEM_768: kem.ml_kem768, ML_KEM_1024: kem.ml_kem1024 }[spec]
    const { publicKey, secretKey } = scheme.keygen(counting(64))
    expect(await sha256(publicKey as Bytes)).toBe(printed[spec])

    const { encapsulate, decapsulate } = ability(await familyOf(spec), 'encapsulation')
    const { ciphertext, sharedSecret } = await encapsulate(publicOnly(toSpki(spec, publicKey)))
    const materials = [await sealed(secretKey as Bytes)]
    if (spec !== 'ML_KEM_512' && hasNativeLattices) {
      const name = spec.replaceAll('_', '-')
      const pkcs8 = seedToPkcs8(spec, counting(64))
      materials.push(await handle('decapsulate', 'pkcs8', pkcs8, { name }, 'decapsulateBits'))
    }
    for (const material of materials) expect(await decapsulate(material, ciphertext, sealer)).toEqual(sharedSecret)
  })
})

describe('Encodings', () => {
  /** The prefix that others write before the raw public key of a spec. */
  const prefixOf = (spec: keyof typeof publicKeyPrefixes, spki: string) => spki.slice(0, publicKeyPrefixes[spec].length)

  const openssl = {
    ECC_NIST_P256: { curve: 'prime256v1', spki: 91, pkcs8: 138 },
    ECC_NIST_P384: { curve: 'secp384r1', spki: 120, pkcs8: 185 },
    ECC_NIST_P521: { curve: 'secp521r1', spki: 158, pkcs8: 241 },
    ECC_SECG_P256K1: { curve: 'secp256k1', spki: 88, pkcs8: 135 },
    SM2: { curve: 'SM2', spki: 91, pkcs8: 138 },
    ECC_NIST_EDWARDS25519: { curve: 'ed25519', spki: 44, pkcs8: 48 },
  } as const
  type OpensslSpec = keyof typeof openssl

  test.for(Object.keys(openssl) as OpensslSpec[])(
    '%s: keys are encoded as OpenSSL encodes them, with the lengths of ASYM-9',
    async (spec) => {
      const { curve, spki, pkcs8 } = openssl[spec]
      const theirs = await commands.opensslKeyPair(curve)
      expect(prefixOf(spec, theirs.spki)).toBe(publicKeyPrefixes[spec])
      expect(theirs.spki).toHaveLength(2 * spki)

      const { privateKey, publicKey } = await ability(await familyOf(spec), 'makePair')()
      expect([publicKey.byteLength, privateKey.byteLength]).toEqual([spki, pkcs8])
      expect(await commands.opensslReads(bytesToHex(privateKey), bytesToHex(publicKey))).toBe(true)
    },
  )

  test.skipIf(!hasNativeLattices).for(['ML_DSA_44', 'ML_DSA_65', 'ML_DSA_87', 'ML_KEM_768', 'ML_KEM_1024'] as const)(
    "%s: the browser's own SubjectPublicKeyInfo begins as this project's",
    async (spec) => {
      const purpose = spec.startsWith('ML_DSA') ? 'sign' : 'encapsulate'
      const material = await (await familyOf(spec)).make(purpose, sealer, { digestSigning: false })
      expect(Object.keys(material.handles)).not.toEqual([])
      const spki = material.publicKey as Bytes
      expect(prefixOf(spec, bytesToHex(spki))).toBe(publicKeyPrefixes[spec])
      expect(bytesToHex(toSpki(spec, rawPublicKey(spec, spki)))).toBe(bytesToHex(spki))
    },
  )

  test.skipIf(!hasNativeLattices).for(['ML_KEM_768', 'ML_KEM_1024'] as const)(
    "%s: the browser's own PKCS #8 is the seed's",
    async (spec) => {
      const algorithm = { name: spec.replaceAll('_', '-') }
      const usages = ['decapsulateBits'] as unknown as KeyUsage[]
      const pkcs8 = seedToPkcs8(spec, counting(64))
      const key = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, true, usages)
      expect(new Uint8Array(await crypto.subtle.exportKey('pkcs8', key))).toEqual(pkcs8)
    },
  )

  /** DER by the rules (X.690), to hold the constants against, ML-KEM-512 above all, which nobody else here writes. */
  const der = (tag: number, ...contents: readonly Bytes[]): Bytes => {
    const content = concatenate(contents)
    const { byteLength } = content
    const length =
      byteLength < 0x80
        ? [byteLength]
        : byteLength < 0x100
          ? [0x81, byteLength]
          : [0x82, byteLength >> 8, byteLength & 255]
    return concatenate([Uint8Array.of(tag, ...length), content])
  }
  const NIST_ALGORITHMS = '608648016503040'
  const lattices = {
    ML_DSA_44: { oid: '311', raw: 1312 },
    ML_DSA_65: { oid: '312', raw: 1952 },
    ML_DSA_87: { oid: '313', raw: 2592 },
    ML_KEM_512: { oid: '401', raw: 800 },
    ML_KEM_768: { oid: '402', raw: 1184 },
    ML_KEM_1024: { oid: '403', raw: 1568 },
  } as const

  test.for(Object.keys(lattices) as (keyof typeof lattices)[])('%s: the DER of FIPS 203 and 204 keys', async (spec) => {
    const { oid, raw } = lattices[spec]
    const algorithm = der(0x30, der(0x06, bytes(NIST_ALGORITHMS + oid)))
    const key = counting(raw)
    expect(toSpki(spec, key)).toEqual(der(0x30, algorithm, der(0x03, Uint8Array.of(0), key)))
    if (spec === 'ML_KEM_512' || spec === 'ML_KEM_768' || spec === 'ML_KEM_1024') {
      const seed = counting(64)
      const pkcs8 = der(0x30, bytes('020100'), algorithm, der(0x04, der(0x80, seed)))
      expect(seedToPkcs8(spec, seed)).toEqual(pkcs8)
    }
  })

  test.for(['RSA_2048'] as const)('%s: a data key pair is what OpenSSL reads', async (spec: FamilySpec) => {
    const { privateKey, publicKey } = await ability(await familyOf(spec), 'makePair')()
    expect(publicKey.byteLength).toBe(294)
    expect(await commands.opensslReads(bytesToHex(privateKey), bytesToHex(publicKey))).toBe(true)
  })
})
