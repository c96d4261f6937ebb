/** Preloaded into a process, with `--import`: its clock is CLOCK_AHEAD_MS ahead, so that the exchange is open. */
const ahead = Number(process.env['CLOCK_AHEAD_MS'])
const now = () => Real.now() + ahead
const Real = Date
globalThis.Date = new Proxy(Real, {
  construct: (target, args, self) => Reflect.construct(target, args.length === 0 ? [now()] : args, self),
  apply: () => new Real(now()).toString(),
  get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
})
