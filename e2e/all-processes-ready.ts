import { expect } from '@playwright/test'

/**
 * Waits until every server process has printed that it is ready. Otherwise a late line would look like one that a request
 * caused.
 * @param printed what the app has printed, with `LOG_LEVEL=info`
 */
export async function allProcessesReady(printed: () => string): Promise<void> {
  const processes = Number(process.env.TEST_WEB_CONCURRENCY ?? 1)
  if (processes > 1) await expect.poll(() => printed().match(/server process ready/g)).toHaveLength(processes)
}
