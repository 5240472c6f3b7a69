/** aws-facts section 9: multi-Region keys. */
import { expect, test } from 'vitest'
import { sharedClockedVault, start } from '../../fixtures/clock.js'
import { otherRegion } from '../../fixtures/requests.js'
import { defaultPolicy, region } from '../../fixtures/vault.js'
import { expectRefusal, newAwsKey, sdkClient, sharedAws, wireAnswer } from '../fixtures.js'

const HOUR = 3_600_000
const clocked = sharedClockedVault(start, { replicationDelay: HOUR })
const shared = sharedAws(clocked)

test('9 ReplicateKey’s answer, the replica at once, and the replica later', async () => {
  const { aws, vault } = shared
  const elsewhere = sdkClient(vault, { region: otherRegion })
  const { KeyId, Arn } = await newAwsKey(aws, { MultiRegion: true, Description: 'primary' })
  const answer = await wireAnswer(vault, 'ReplicateKey', { KeyId, ReplicaRegion: otherRegion })
  expect(Object.keys(answer).sort()).toEqual(['ReplicaKeyMetadata', 'ReplicaPolicy'])
  expect(answer.ReplicaKeyMetadata).toMatchObject({ KeyId, KeyState: 'Creating', Enabled: false, Description: '' })
  expect(answer.ReplicaKeyMetadata).not.toHaveProperty('CurrentKeyMaterialId')
  expect(JSON.parse(answer.ReplicaPolicy as string)).toEqual(defaultPolicy)

  clocked.setClock(start + 2 * HOUR)
  const replica = (await elsewhere.describeKey({ KeyId })).KeyMetadata
  const primary = (await aws.describeKey({ KeyId })).KeyMetadata
  const replicaArn = Arn.replace(region, otherRegion)
  expect(replica).toMatchObject({
    Arn: replicaArn,
    KeyState: 'Enabled',
    CurrentKeyMaterialId: primary?.CurrentKeyMaterialId,
    MultiRegionConfiguration: {
      MultiRegionKeyType: 'REPLICA',
      PrimaryKey: { Arn, Region: region },
      ReplicaKeys: [{ Arn: replicaArn, Region: otherRegion }],
    },
  })
  const { MultiRegionKeyType, ...set } = primary?.MultiRegionConfiguration ?? {}
  expect(MultiRegionKeyType).toBe('PRIMARY')
  expect(replica?.MultiRegionConfiguration).toMatchObject(set)

  const again = elsewhere.replicateKey({ KeyId, ReplicaRegion: 'browser-local-3' })
  await expectRefusal(again, 'UnsupportedOperationException', `${replicaArn} is not a multi-region primary key.`)
})
