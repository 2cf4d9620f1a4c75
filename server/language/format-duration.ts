/**
 * A length of time in its largest whole unit, rounded up: "45 seconds", "10 minutes", "1 hour".
 * @param formats the BCP 47 tag of the language's formats
 */
export function formatDuration(formats: string, seconds: number): string {
  const write = (unit: 'second' | 'minute' | 'hour', count: number) =>
    new Intl.NumberFormat(formats, { style: 'unit', unit, unitDisplay: 'long' }).format(count)
  if (seconds < 60) return write('second', Math.max(1, Math.ceil(seconds)))
  const minutes = Math.ceil(seconds / 60)
  return minutes < 60 || minutes % 60 !== 0 ? write('minute', minutes) : write('hour', minutes / 60)
}

const twoDigits = (number: number) => String(number).padStart(2, '0')

/** A countdown as clocks show it in every language: "0:09", "12:30", "1:00:00". */
export function formatClock(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const rest = twoDigits(seconds % 60)
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${rest}` : `${minutes}:${rest}`
}
