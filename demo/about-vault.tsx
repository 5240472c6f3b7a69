import Box from '@cloudscape-design/components/box'
import HelpPanel from '@cloudscape-design/components/help-panel'
import Link from '@cloudscape-design/components/link'
import { hrefs } from './route.js'
import StorageStatus from './vault/storage-status.js'

/** An honest note: what the vault protects from, what it does not, and how keys can be lost. */
export default function AboutVault() {
  return (
    <HelpPanel header={<h2>About this vault</h2>}>
      <p>
        This page is AWS KMS inside the browser. A worker of its own is the HSM; keys are generated there, stored as
        handles whose bytes no script can read, and never sent anywhere. Where the browser has no such handles for a
        kind of key, the worker stores it encrypted and opens it for each use: the page of each key tells its custody.
      </p>
      <h3>It protects from</h3>
      <ul>
        <li>anyone who gets an encrypted file, but not this browser</li>
        <li>
          injected script that would carry keys away: it could use them while it runs, but not copy those in native
          custody
        </li>
        <li>changed files: a single changed, missing or added byte is noticed</li>
      </ul>
      <h3>It does not protect from</h3>
      <ul>
        <li>someone who sits at this unlocked device with this browser profile, while the vault is not locked</li>
        <li>malicious software on the device</li>
        <li>
          loss, until you have set up <Link href={hrefs.recovery}>recovery</Link> and keep a backup elsewhere
        </li>
      </ul>
      <h3>Clearing site data destroys the keys</h3>
      <p>
        Then nothing but a backup brings back what they encrypted. So does removing the browser profile, and closing a
        private window.
      </p>
      <Box variant="awsui-key-label">Storage of this vault</Box>
      <StorageStatus />
    </HelpPanel>
  )
}
