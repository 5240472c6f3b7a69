/** The ready-made file of a data worker. It holds no key longer than the task that it came with. */
import { expose } from 'comlink'
import { DataService } from './data-service.js'

expose(new DataService())
