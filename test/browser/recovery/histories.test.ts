/** REC-20, REC-21, REC-23 Whatever a vault has been through: restored from a backup of any moment, it is what it was at that moment. */
import type { KmsClient, Vault } from 'browser-kms'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { importMaterial } from '../fixtures/import.js'
import { type MadeBefore, makeAll, whatFails } from '../fixtures/made-before.js'
import { answersOf } from '../fixtures/vault-answers.js'
import { backupOf, recoverableVault, restored } from './fixtures.js'

const regions = ['browser-local-1', 'browser-local-2', 'browser-local-3'] as const

/** Keys and other things are named by numbers, modulo how many there are by then. */
type Step =
  | { readonly do: 'create'; readonly kind: Kind; readonly region: number }
  | { readonly do: 'alias' | 'tag' | 'grant' | 'policy'; readonly key: number; readonly text: number }
  | {
      readonly do: 'disable' | 'enable' | 'schedule' | 'cancel' | 'rotate' | 'use' | 'deleteMaterial'
      readonly key: number
    }
  | { readonly do: 'import'; readonly key: number; readonly isNew: boolean }
  | { readonly do: 'replicate' | 'updatePrimary'; readonly key: number; readonly region: number }
  | { readonly do: 'untag' | 'deleteAlias' | 'revoke'; readonly key: number; readonly text: number }

type Kind = 'symmetric' | 'multiRegion' | 'external' | 'externalMac' | 'mac' | 'curve' | 'sealedCurve'

const kinds: Readonly<Record<Kind, Parameters<KmsClient['createKey']>[0]>> = {
  symmetric: {},
  multiRegion: { MultiRegion: true },
  external: { Origin: 'EXTERNAL' },
  externalMac: { Origin: 'EXTERNAL', KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
  mac: { KeySpec: 'HMAC_384', KeyUsage: 'GENERATE_VERIFY_MAC', MultiRegion: true },
  curve: { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
  sealedCurve: { KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' },
}

const key = fc.nat({ max: 30 })
const text = fc.nat({ max: 3 })
const region = fc.nat({ max: regions.length - 1 })
const named = <Name extends Step['do']>(...names: Name[]) => fc.constantFrom(...names)
const kind = fc.constantFrom(...(Object.keys(kinds) as Kind[]))
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ do: named('create'), kind, region }), weight: 4 },
  { arbitrary: fc.record({ do: named('use', 'rotate'), key }), weight: 6 },
  { arbitrary: fc.record({ do: named('disable', 'enable', 'schedule', 'cancel', 'deleteMaterial'), key }), weight: 5 },
  { arbitrary: fc.record({ do: named('alias', 'tag', 'grant', 'policy'), key, text }), weight: 4 },
  { arbitrary: fc.record({ do: named('untag', 'deleteAlias', 'revoke'), key, text }), weight: 2 },
  { arbitrary: fc.record({ do: named('import'), key, isNew: fc.boolean() }), weight: 4 },
  { arbitrary: fc.record({ do: named('replicate', 'updatePrimary'), key, region }), weight: 3 },
)

/** A vault in which things happen. What is refused in a state that a key is in has not happened. */
class Life {
  readonly made: MadeBefore[] = []
  readonly #vault: Vault
  readonly #keys: { readonly KeyId: string; readonly region: string }[] = []
  /** Material that was imported, to be imported again. */
  readonly #material = new Map<string, Uint8Array<ArrayBuffer>>()
  /** By what was done, how often it worked. */
  readonly worked: Record<string, number> = {}

  constructor(vault: Vault) {
    this.#vault = vault
  }

  async live(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      const isDone = await this.#do(step).then(
        () => true,
        (error: unknown) => {
          if ((error as { $fault?: string }).$fault === 'client') return false
          throw error
        },
      )
      if (isDone) this.worked[step.do] = (this.worked[step.do] ?? 0) + 1
    }
  }

  async #do(step: Step): Promise<unknown> {
    if (step.do === 'create') {
      const where = regions[step.region] as string
      const { KeyMetadata } = await this.#vault.region(where).createKey(kinds[step.kind])
      return this.#keys.push({ KeyId: KeyMetadata.KeyId, region: where })
    }
    const named = this.#keys[step.key % this.#keys.length]
    if (!named) return undefined
    const { KeyId, region } = named
    const kms = this.#vault.region(region)
    switch (step.do) {
      case 'use':
        return this.made.push(...(await makeAll(kms, region, (await kms.describeKey({ KeyId })).KeyMetadata)))
      case 'rotate':
        return kms.rotateKeyOnDemand({ KeyId })
      case 'disable':
        return kms.disableKey({ KeyId })
      case 'enable':
        return kms.enableKey({ KeyId })
      case 'schedule':
        return kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
      case 'cancel':
        return kms.cancelKeyDeletion({ KeyId })
      case 'deleteMaterial':
        return kms.deleteImportedKeyMaterial({ KeyId })
      case 'alias':
        return kms.createAlias({ AliasName: `alias/${step.text}`, TargetKeyId: KeyId })
      case 'deleteAlias':
        return kms.deleteAlias({ AliasName: `alias/${step.text}` })
      case 'tag':
        return kms.tagResource({ KeyId, Tags: [{ TagKey: `tag ${step.text}`, TagValue: region }] })
      case 'untag':
        return kms.untagResource({ KeyId, TagKeys: [`tag ${step.text}`] })
      case 'grant':
        return kms.createGrant({ KeyId, GranteePrincipal: grantee(step.text), Operations: ['DescribeKey'] })
      case 'revoke':
        return revokeFirst(kms, KeyId)
      case 'policy':
        return kms.putKeyPolicy({ KeyId, Policy: policy(step.text) })
      case 'import':
        return this.#import(kms, KeyId, step.isNew)
      case 'replicate':
        return this.#replicate(kms, KeyId, regions[step.region] as string)
      case 'updatePrimary':
        return kms.updatePrimaryRegion({ KeyId, PrimaryRegion: regions[step.region] as string })
    }
  }

  async #import(kms: KmsClient, KeyId: string, isNew: boolean): Promise<void> {
    const known = this.#material.get(KeyId)
    const bytes = (!isNew && known) || crypto.getRandomValues(new Uint8Array(32))
    await importMaterial(kms, KeyId, bytes, isNew && known ? { ImportType: 'NEW_KEY_MATERIAL' } : {})
    if (!known) this.#material.set(KeyId, bytes)
  }

  async #replicate(kms: KmsClient, KeyId: string, ReplicaRegion: string): Promise<void> {
    await kms.replicateKey({ KeyId, ReplicaRegion, Description: 'a replica' })
    this.#keys.push({ KeyId, region: ReplicaRegion })
  }
}

const grantee = (number: number) => `arn:aws:iam::000000000000:user/widget-${number}`

async function revokeFirst(kms: KmsClient, KeyId: string): Promise<void> {
  const [grant] = (await kms.listGrants({ KeyId })).Grants ?? []
  if (grant?.GrantId) await kms.revokeGrant({ KeyId, GrantId: grant.GrantId })
}

function policy(number: number): string {
  const root = { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::000000000000:root' }, Action: 'kms:*', Resource: '*' }
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Sid: `s${number}`, ...root }] })
}

/** Far longer than it takes: what counts is how long a failure may be shrunk. */
const timeout = 600_000
const interruptAfterTimeLimit = 200_000

test('any history, backed up at any moment, is restored as it was then', { timeout }, async () => {
  const history = (maxLength: number) => fc.noBias(fc.array(step, { maxLength, size: 'max' }))
  const property = fc.asyncProperty(history(50), history(15), async (before, after) => {
    const { vault, recoveryCode } = await recoverableVault()
    const life = new Life(vault)
    await life.live(before)
    const made = [...life.made]
    const answers = await answersAtRest(vault)
    // Of what is made with a key that is disabled by now, what is said is compared.
    const failing = await whatFails((region) => vault.region(region), made)
    const backup = await backupOf(vault)
    await life.live(after)

    const { report, vault: again } = await restored(backup, recoveryCode)
    expect(report).toMatchObject({ ok: true, problems: [] })
    expect(await answersOf(again, regions)).toEqual(answers)
    expect(await whatFails((region) => again.region(region), made)).toEqual(failing)
    await again.close()
    await vault.close()
  })
  await fc.assert(property, { numRuns: 8, interruptAfterTimeLimit })
})

/** What a vault answers once the Regions have told each other what there was to tell. */
async function answersAtRest(vault: Vault): Promise<ReturnType<typeof answersOf>> {
  for (let before = ''; ; ) {
    const answers = await answersOf(vault, regions)
    const told = JSON.stringify(answers)
    if (told === before && !/"(?:Creat|Updat)ing"/.test(told)) return answers
    before = told
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
