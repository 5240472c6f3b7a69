import '@cloudscape-design/global-styles/index.css'
import './console.css'
import I18nProvider from '@cloudscape-design/components/i18n'
import messages from '@cloudscape-design/components/i18n/messages/all.en'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { followColourScheme } from './colour-scheme.js'
import Opening from './opening.js'

followColourScheme()

const root = document.getElementById('console')
if (root)
  createRoot(root).render(
    <StrictMode>
      <I18nProvider locale="en" messages={[messages]}>
        <Opening />
      </I18nProvider>
    </StrictMode>,
  )
