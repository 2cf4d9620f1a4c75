import type { ReactNode } from 'react'
import { LAYOUT } from './email-layout'
import type { EmailLook } from './email-look'
import { stylesOf } from './styles'

/** Stands for the username while a sentence around it is formatted. */
const USERNAME = '\u0001'

interface AboutRequestProps {
  look: EmailLook
  /** A sentence with the time, such as "Requested: 20 November 2026 at 14:30 UTC". */
  time: string
  device: string | null
  username: string | null
}

/** Who asked: the account, the time and the device, each on its own line. */
export function AboutRequest({ look, time, device, username }: AboutRequestProps) {
  const styles = stylesOf(look.brand)
  const [before, after] = look.texts('email.shared.username', { username: USERNAME }).split(USERNAME)
  return (
    <table {...LAYOUT} width="100%" style={styles.factTable}>
      <tbody>
        <tr>
          <td className="well" align={look.start} style={styles.facts}>
            {username && (
              <Fact look={look}>
                {before}
                <span dir="auto">{username}</span>
                {after}
              </Fact>
            )}
            <Fact look={look}>{time}</Fact>
            {device && <Fact look={look}>{look.texts('email.shared.device', { device })}</Fact>}
          </td>
        </tr>
      </tbody>
    </table>
  )
}

function Fact({ look, children }: { look: EmailLook; children: ReactNode }) {
  return (
    <p className="ink" style={stylesOf(look.brand).fact}>
      {children}
    </p>
  )
}
