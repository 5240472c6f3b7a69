/** Which Region a request is for. */
import type { AwsJsonRequest } from './aws-json.js'

/** `Credential=AKID/20260101/REGION/kms/aws4_request`, in the header or in the query of a presigned URL. */
const CREDENTIAL = /(?:^|[\s,?&])(?:X-Amz-)?Credential=[^,&\s]*?\/\d{8}\/([^,&\s/]*)\/kms\/aws4_request/i
/** `kms.REGION.amazonaws.com` and its kin: FIPS, dual stack, VPC endpoints, other partitions. */
const HOST = /(?:^|\.)kms(?:-fips)?\.([a-z0-9-]+)\.(?:vpce\.)?(?:amazonaws\.|api\.)/i

/**
 * The Region of the request's credential scope, or else of the host that it is for; undefined if it names none.
 *
 * @param headers by name in lower case
 */
export function regionOf(
  { path = '/' }: Pick<AwsJsonRequest, 'path'>,
  headers: ReadonlyMap<string, string>,
): string | undefined {
  const query = path.includes('?') ? decoded(path.slice(path.indexOf('?'))) : ''
  const scope = CREDENTIAL.exec(headers.get('authorization') ?? '') ?? CREDENTIAL.exec(query)
  return (scope ?? HOST.exec(headers.get('host') ?? ''))?.[1]
}

function decoded(query: string): string {
  try {
    return decodeURIComponent(query)
  } catch {
    return ''
  }
}
