/** A data worker of the demo page: a worker of the page's own, so that its URL can be trusted by name. */
import 'browser-kms/data-worker.js'
