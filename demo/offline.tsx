import { useEffect } from 'react'
import { useNotices } from './notices/notices.js'
import { serviceWorkerUrl, trustedScriptUrl } from './trusted-scripts.js'

/** Makes the page work offline, and offers a new version of it when there is one. */
export default function Offline() {
  const { offer } = useNotices()
  useEffect(() => {
    if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
    // Without a service worker the page still works, as long as there is a network.
    register((waiting) => offer('A new version of this page is ready.', 'Use it now', () => activate(waiting))).catch(
      () => {},
    )
  }, [offer])
  return null
}

async function register(onUpdate: (waiting: ServiceWorker) => void): Promise<void> {
  const registration = await navigator.serviceWorker.register(trustedScriptUrl(serviceWorkerUrl))
  if (registration.waiting) onUpdate(registration.waiting)
  registration.addEventListener('updatefound', () => {
    const { installing } = registration
    installing?.addEventListener('statechange', () => {
      // On the first visit there is no controller: nothing is replaced, so there is nothing to offer.
      if (installing.state === 'installed' && navigator.serviceWorker.controller) onUpdate(installing)
    })
  })
}

/** Lets the new version take over and starts it. */
function activate(waiting: ServiceWorker): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
  waiting.postMessage({ type: 'SKIP_WAITING' })
}
