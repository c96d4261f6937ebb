/** Sends spans to an OpenTelemetry collector. The SDK is loaded only where one is configured. */
import { diag, DiagLogLevel } from '@opentelemetry/api'
import type { Log } from '../scan/ports.ts'
import { withoutLogFields } from './log-fields.ts'

export interface TracingSettings {
  OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined
  /** `service.name` of every span. */
  OTEL_SERVICE_NAME: string
}

/** A collector that is away is worth a line so often, and no more. */
const COMPLAIN_EVERY_MS = 60_000
/** What is not sent so long after the end is lost. */
const LAST_SPANS_MS = 1_000

/**
 * How sampled, with which headers and so on: the SDK reads the standard `OTEL_…` variables itself.
 * @returns sends what is left, within a second
 */
export async function startTracing(settings: TracingSettings, log: Log): Promise<() => Promise<void>> {
  if (settings.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return async () => {}
  const { NodeSDK } = await import('@opentelemetry/sdk-node')
  let silentUntil = 0
  const complain = (...reasons: unknown[]) => {
    if (performance.now() < silentUntil) return
    silentUntil = performance.now() + COMPLAIN_EVERY_MS
    const reason = reasons.map((each) => inShort(String(each))).join(' ')
    withoutLogFields(() => log.warn({ reason }, 'Traces cannot be sent as they should be.'))
  }
  const quiet = () => {}
  const logger = { error: complain, warn: complain, info: quiet, debug: quiet, verbose: quiet }
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
  // Metrics are asked for at /metrics, and logs are on standard output.
  const sdk = new NodeSDK({
    serviceName: settings.OTEL_SERVICE_NAME,
    metricReaders: [],
    logRecordProcessors: [],
  })
  sdk.start()
  return async () => {
    const late = new Promise<void>((resolve) => setTimeout(resolve, LAST_SPANS_MS).unref())
    await Promise.race([sdk.shutdown().catch(complain), late])
  }
}

/** The SDK says an error as JSON, with its stack. */
function inShort(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text
  } catch {
    return text
  }
}
