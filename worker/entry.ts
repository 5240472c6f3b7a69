/** The ready-made worker file that `openVault` starts. */
import { serveVault } from './index.js'

serveVault()
