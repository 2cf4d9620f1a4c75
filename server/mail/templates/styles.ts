const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif"

/** The inline styles of emails. Many mail programs drop style sheets, so only the dark colours need one. */
export const styles = {
  body: { backgroundColor: '#f6f4ee', margin: '0', padding: '24px 12px', fontFamily: FONT },
  sheet: { maxWidth: '480px', backgroundColor: '#ffffff', border: '1px solid #ded9cc', borderRadius: '12px' },
  inside: { padding: '24px', wordBreak: 'break-word' },
  brand: { margin: '0 0 20px', color: '#1b5a4b', fontSize: '16px', lineHeight: '24px', fontWeight: '600' },
  heading: { margin: '0 0 16px', color: '#1c2321', fontSize: '24px', lineHeight: '30px', fontWeight: '600' },
  text: { margin: '0 0 16px', color: '#1c2321', fontSize: '16px', lineHeight: '24px' },
  small: { margin: '0 0 8px', color: '#525d59', fontSize: '14px', lineHeight: '20px' },
  button: {
    display: 'inline-block',
    margin: '4px 0 20px',
    padding: '13px 20px',
    backgroundColor: '#1b5a4b',
    borderRadius: '8px',
    color: '#ffffff',
    fontSize: '16px',
    lineHeight: '22px',
    fontWeight: '600',
    textDecoration: 'none',
  },
  address: { margin: '0 0 20px', fontSize: '14px', lineHeight: '20px', wordBreak: 'break-all' },
  link: { color: '#1b5a4b', textDecoration: 'underline' },
  quietLink: { fontSize: '13px', color: '#59615e', textDecoration: 'underline' },
  code: {
    margin: '0 0 20px',
    padding: '12px 16px',
    backgroundColor: '#f4f1e9',
    borderRadius: '8px',
    color: '#1c2321',
    fontFamily: "ui-monospace, Menlo, Consolas, 'Liberation Mono', monospace",
    fontSize: '28px',
    lineHeight: '36px',
    fontWeight: '600',
    letterSpacing: '6px',
  },
  codeEnd: { paddingLeft: '10px' },
  rule: { margin: '20px 0', borderColor: '#ded9cc' },
} as const

/** The style sheet for dark mode. `!important` overrides the inline colours above. */
export const DARK_STYLES = `
@media (prefers-color-scheme: dark) {
  .body, .body td { background-color: #111514 !important; }
  .sheet, .sheet td { background-color: #191f1d !important; border-color: #303835 !important; }
  .ink { color: #ecebe5 !important; }
  .soft { color: #aab4b0 !important; }
  .accent { color: #8fd0ba !important; }
  .button { background-color: #8fd0ba !important; color: #0b1512 !important; }
  .code { background-color: #222927 !important; color: #ecebe5 !important; }
  .rule { border-color: #303835 !important; }
}`
