/** `npm run test:faults [vitest arguments]`: everything in tests/live at full length. Takes about half an hour. */
process.env['FAULTS'] = 'all'
process.argv.splice(2, 0, 'tests/live')
await import('./test.mjs')
