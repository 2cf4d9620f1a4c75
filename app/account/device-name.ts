import { useTranslations } from 'next-intl'
import { deviceParts } from '@/server/language/device-parts'

/** Names a device in the language of the page, such as "Firefox on Windows" or "Unknown device". */
export function useDeviceName() {
  const t = useTranslations('device')
  return (device: string | null): string => {
    const parts = deviceParts(device)
    return parts ? t('name', parts) : (device ?? t('unknown'))
  }
}
