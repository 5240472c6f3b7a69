/** An application's own worker file, as the package recommends it. */
import { serveVault } from 'browser-kms/worker'

serveVault()
