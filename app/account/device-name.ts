import { useTranslations } from 'next-intl'
import { deviceParts } from '@/server/language/device-parts'

/** Gives a device's name in the language of the page, such as "Firefox on Windows", or that it is unknown. */
export function useDeviceName() {
  const t = useTranslations('account')
  return (device: string | null): string => {
    const parts = deviceParts(device)
    return parts ? t('deviceName', parts) : (device ?? t('unknownDevice'))
  }
}
