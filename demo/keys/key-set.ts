import type { KeyRecord } from '../vault/key-facts.js'

/** Regionality of a key in words. */
export function regionalityOf({ metadata }: KeyRecord): string {
  switch (metadata.MultiRegionConfiguration?.MultiRegionKeyType) {
    case 'PRIMARY':
      return 'Multi-Region primary'
    case 'REPLICA':
      return 'Multi-Region replica'
    case undefined:
      return 'Single Region'
  }
}

/** Whether a key is a replica, for which its primary decides on rotation. */
export function isReplica({ metadata }: KeyRecord): boolean {
  return metadata.MultiRegionConfiguration?.MultiRegionKeyType === 'REPLICA'
}

/** Whether a key is a primary whose deletion has to wait for its replicas. */
export function hasReplicas(key: KeyRecord): boolean {
  return !isReplica(key) && replicaRegionsOf(key).length > 0
}

/** The Region of the primary key of a set; undefined for a single-Region key. */
export function primaryRegionOf({ metadata }: KeyRecord): string | undefined {
  return metadata.MultiRegionConfiguration?.PrimaryKey?.Region
}

/** The Regions that have a replica of a key. */
export function replicaRegionsOf({ metadata }: KeyRecord): readonly string[] {
  const replicas = metadata.MultiRegionConfiguration?.ReplicaKeys ?? []
  return replicas.flatMap(({ Region }) => Region ?? [])
}

/** What is wrong with the name of a Region for a new replica. */
export function regionProblem(name: string, taken: readonly string[]): string | undefined {
  if (name === '') return 'Give the Region a name.'
  if (!/^([a-z]+-){2,3}\d+$/.test(name)) return 'Use two or three words and a number, such as browser-local-2.'
  if (name.length > 32) return 'Use at most 32 characters.'
  if (taken.includes(name)) return 'This Region has a key of the set already.'
  return undefined
}

/** A name for the next Region: the last number counted up. */
export function proposedRegion(taken: readonly string[]): string {
  const [first = 'browser-local-1'] = taken
  const words = first.replace(/\d+$/, '')
  for (let number = 2; ; number++) if (!taken.includes(`${words}${number}`)) return `${words}${number}`
}
