/** An email provider whose mailboxes can be opened in a browser. */
export interface MailProvider {
  /** The provider's own spelling of its name, in every language. */
  name: string
  /** The address of the mailbox. People who are not signed in there see the provider's sign-in page first. */
  url: string
}

/** One provider and the domains of its addresses, separated by spaces. */
type Entry = [name: string, url: string, domains: string]

/** Public providers only: a company's domain does not tell where its mailboxes are. */
const PROVIDERS: Entry[] = [
  ['Gmail', 'https://mail.google.com/mail/', 'gmail.com googlemail.com'],
  [
    'Outlook',
    'https://outlook.live.com/mail/',
    `outlook.com outlook.at outlook.be outlook.cl outlook.co.id outlook.com.ar outlook.com.au outlook.com.br outlook.de
    outlook.dk outlook.es outlook.fr outlook.ie outlook.in outlook.it outlook.jp outlook.kr outlook.pt outlook.sa
    hotmail.com hotmail.be hotmail.ca hotmail.ch hotmail.co.jp hotmail.co.uk hotmail.com.ar hotmail.com.br hotmail.de
    hotmail.dk hotmail.es hotmail.fi hotmail.fr hotmail.it hotmail.nl hotmail.no hotmail.se
    live.com live.at live.be live.ca live.cl live.cn live.co.uk live.com.ar live.com.au live.com.mx live.com.pt live.de
    live.dk live.fr live.ie live.it live.jp live.nl live.no live.se msn.com windowslive.com`,
  ],
  [
    'Yahoo',
    'https://mail.yahoo.com/',
    `yahoo.com yahoo.at yahoo.be yahoo.ca yahoo.cl yahoo.co.id yahoo.co.in yahoo.co.nz yahoo.co.th yahoo.co.uk
    yahoo.co.za yahoo.com.ar yahoo.com.au yahoo.com.br yahoo.com.co yahoo.com.hk yahoo.com.mx yahoo.com.my yahoo.com.pe
    yahoo.com.ph yahoo.com.sg yahoo.com.tr yahoo.com.tw yahoo.com.vn yahoo.de yahoo.dk yahoo.es yahoo.fi yahoo.fr
    yahoo.gr yahoo.ie yahoo.in yahoo.it yahoo.nl yahoo.no yahoo.pl yahoo.pt yahoo.ro yahoo.se ymail.com rocketmail.com
    myyahoo.com`,
  ],
  // Not the same company as Yahoo.
  ['Yahoo! JAPAN', 'https://mail.yahoo.co.jp/', 'yahoo.co.jp'],
  ['iCloud', 'https://www.icloud.com/mail', 'icloud.com me.com mac.com'],
  ['AOL', 'https://mail.aol.com/', 'aol.com aol.co.uk aol.de aol.fr aim.com'],
  ['Proton Mail', 'https://mail.proton.me/', 'proton.me protonmail.com protonmail.ch pm.me'],
  ['Fastmail', 'https://app.fastmail.com/', 'fastmail.com fastmail.fm'],
  ['Zoho', 'https://mail.zoho.com/', 'zoho.com zohomail.com'],
  ['Zoho', 'https://mail.zoho.eu/', 'zoho.eu zohomail.eu'],
  ['Zoho', 'https://mail.zoho.in/', 'zoho.in zohomail.in'],
  ['HEY', 'https://app.hey.com/', 'hey.com'],
  ['Tuta', 'https://app.tuta.com/', 'tuta.com tuta.io tutamail.com tutanota.com tutanota.de'],
  ['mail.com', 'https://www.mail.com/', 'mail.com'],
  ['GMX', 'https://www.gmx.net/', 'gmx.net gmx.de'],
  ['GMX', 'https://www.gmx.at/', 'gmx.at'],
  ['GMX', 'https://www.gmx.ch/', 'gmx.ch'],
  ['GMX', 'https://www.gmx.com/', 'gmx.com gmx.us'],
  ['GMX', 'https://www.gmx.co.uk/', 'gmx.co.uk'],
  ['GMX', 'https://www.gmx.es/', 'gmx.es'],
  ['GMX', 'https://www.gmx.fr/', 'gmx.fr'],
  ['WEB.DE', 'https://web.de/', 'web.de'],
  ['T-Online', 'https://email.t-online.de/', 't-online.de magenta.de'],
  ['mailbox.org', 'https://login.mailbox.org/', 'mailbox.org'],
  ['Posteo', 'https://posteo.de/', 'posteo.de posteo.net'],
  ['Free', 'https://webmail.free.fr/', 'free.fr'],
  ['La Poste', 'https://www.laposte.net/', 'laposte.net'],
  ['Libero', 'https://mail.libero.it/', 'libero.it'],
  ['UOL', 'https://mail.uol.com.br/', 'uol.com.br'],
  ['Seznam', 'https://email.seznam.cz/', 'seznam.cz email.cz post.cz'],
  ['Onet', 'https://poczta.onet.pl/', 'onet.pl op.pl vp.pl'],
  ['WP', 'https://poczta.wp.pl/', 'wp.pl'],
  ['Yandex', 'https://mail.yandex.com/', 'yandex.com'],
  ['Yandex', 'https://mail.yandex.ru/', 'yandex.ru ya.ru'],
  ['Mail.ru', 'https://e.mail.ru/', 'mail.ru inbox.ru list.ru bk.ru internet.ru'],
  ['QQ', 'https://mail.qq.com/', 'qq.com vip.qq.com foxmail.com'],
  ['163', 'https://mail.163.com/', '163.com'],
  ['126', 'https://mail.126.com/', '126.com'],
  ['Naver', 'https://mail.naver.com/', 'naver.com'],
  ['Daum', 'https://mail.daum.net/', 'daum.net hanmail.net'],
]

/** The providers by the domain of an address, in lower case. */
export const MAIL_PROVIDERS: ReadonlyMap<string, MailProvider> = new Map(
  PROVIDERS.flatMap(([name, url, domains]) => domains.split(/\s+/).map((domain) => [domain, { name, url }] as const)),
)

/**
 * The provider of a typed email address; null for a username and for a domain that is not in the list. It depends on
 * what was typed only, so it tells nothing about an account.
 * @param account an email address or a username, in any case
 */
export function findMailProvider(account: string): MailProvider | null {
  const at = account.lastIndexOf('@')
  return at < 0 ? null : (MAIL_PROVIDERS.get(account.slice(at + 1).toLowerCase()) ?? null)
}
