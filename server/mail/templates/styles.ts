import type { CSSProperties } from 'react'
import type { EmailBrand } from './email-brand'

const FONT = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
const MONOSPACE = "Menlo, Consolas, 'Liberation Mono', 'Courier New', monospace"

const PAGE = '#f6f4ee'
const SHEET = '#ffffff'
const INK = '#1c2321'
const SOFT = '#525d59'
const LINE = '#ded9cc'
const WELL = '#f4f1e9'

/** The properties of Outlook for Windows, which React does not know. */
type EmailStyle = CSSProperties & { msoHide?: 'all'; msoPaddingAlt?: string; msoLineHeightRule?: 'exactly' }

const styled = <Styles extends Record<string, EmailStyle>>(styles: Styles) =>
  styles as { [Name in keyof Styles]: EmailStyle }

/** The inline styles of an email. Many mail programs drop style sheets, so the email reads well with these alone. */
export const stylesOf = (brand: EmailBrand) =>
  styled({
    body: { margin: '0', padding: '0', backgroundColor: PAGE },
    hidden: { display: 'none', msoHide: 'all', fontSize: '1px', lineHeight: '1px' },
    page: { width: '100%', backgroundColor: PAGE },
    margin: { padding: '24px 8px' },
    sheet: {
      width: '100%',
      maxWidth: '480px',
      tableLayout: 'fixed',
      backgroundColor: SHEET,
      border: `1px solid ${LINE}`,
      borderRadius: '12px',
    },
    inside: { padding: '28px 20px 20px', fontFamily: FONT, wordBreak: 'break-word' },
    brand: {
      margin: '0 0 20px',
      color: brand.color.light.text,
      fontSize: '16px',
      lineHeight: '24px',
      fontWeight: 'bold',
    },
    heading: { margin: '0 0 16px', color: INK, fontSize: '24px', lineHeight: '30px', fontWeight: 'bold' },
    subheading: { margin: '0 0 4px', color: INK, fontSize: '16px', lineHeight: '24px', fontWeight: 'bold' },
    text: { margin: '0 0 16px', color: INK, fontSize: '16px', lineHeight: '24px' },
    small: { margin: '0 0 8px', color: SOFT, fontSize: '14px', lineHeight: '20px' },
    factTable: { width: '100%', margin: '0 0 16px' },
    facts: { padding: '12px 16px', backgroundColor: WELL, borderRadius: '8px' },
    fact: { margin: '0', color: INK, fontSize: '14px', lineHeight: '22px' },
    // As wide as the text, so that on a phone the label has room on one line.
    buttonTable: { width: '100%', margin: '0 0 16px' },
    buttonCell: {
      backgroundColor: brand.color.light.fill,
      border: `1px solid ${brand.color.light.edge}`,
      borderRadius: '8px',
      msoPaddingAlt: '13px 8px',
    },
    button: {
      display: 'block',
      padding: '13px 8px',
      color: brand.color.light.onFill,
      fontFamily: FONT,
      fontSize: '16px',
      lineHeight: '22px',
      fontWeight: 'bold',
      textDecoration: 'none',
    },
    address: {
      margin: '0 0 20px',
      fontSize: '14px',
      lineHeight: '20px',
      wordBreak: 'break-all',
    },
    link: { color: brand.color.light.text, textDecoration: 'underline' },
    quietLink: { color: SOFT, textDecoration: 'underline' },
    codeTable: { width: '100%', margin: '0 0 16px' },
    // The padding evens out the space after the last digit.
    codeCell: { padding: '14px 0 14px 6px', backgroundColor: WELL, borderRadius: '8px', lineHeight: '40px' },
    code: {
      color: INK,
      fontFamily: MONOSPACE,
      fontSize: '32px',
      lineHeight: '40px',
      fontWeight: 'bold',
      letterSpacing: '6px',
    },
    rule: { backgroundColor: LINE, fontSize: '1px', lineHeight: '1px', msoLineHeightRule: 'exactly' },
    ruleTable: { width: '100%', margin: '12px 0 20px' },
  })

/** The style sheet for dark mode. `!important` overrides the inline colours. */
export const darkStyleSheet = (brand: EmailBrand) => `
@media (prefers-color-scheme: dark) {
  .page { background-color: #111514 !important; }
  .sheet { background-color: #191f1d !important; border-color: #303835 !important; }
  .ink { color: #ecebe5 !important; }
  .soft { color: #aab4b0 !important; }
  .accent { color: ${brand.color.dark.text} !important; }
  .button-cell { background-color: ${brand.color.dark.fill} !important; border-color: ${brand.color.dark.edge} !important; }
  .button { color: ${brand.color.dark.onFill} !important; }
  .well { background-color: #222927 !important; }
  .rule { background-color: #303835 !important; }
}`

/**
 * For Outlook on Windows, whose engine is Word: a width, because it knows no `max-width`; a font that it has; and no
 * scaling of pixels. Other programs skip the comment.
 */
export const OUTLOOK_HEAD = `<!--[if mso]><style>.sheet{width:480px!important}p,h1,h2,td,a,span{font-family:Arial,sans-serif!important}.code span{font-family:Consolas,monospace!important}</style><noscript><xml><o:OfficeDocumentSettings xmlns:o="urn:schemas-microsoft-com:office:office"><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml></noscript><![endif]-->`
