import Box from '@cloudscape-design/components/box'
import Link from '@cloudscape-design/components/link'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { hrefs } from '../route.js'
import StorageStatus from './storage-status.js'

/** The two things to know before one relies on a key: where it is, and what destroys it. */
export default function VaultNote() {
  return (
    <SpaceBetween size="xxs">
      <Box variant="small">
        The keys exist in this browser profile alone. Clearing the data of this site destroys them, and with them
        everything they encrypted, unless <Link href={hrefs.recovery}>recovery</Link> is set up and a backup is kept
        elsewhere.
      </Box>
      <Box variant="small">
        Storage: <StorageStatus />
      </Box>
    </SpaceBetween>
  )
}
