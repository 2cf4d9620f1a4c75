export * from './accounts'
export * from './limits'
export * from './mail'
export * from './recovery'
