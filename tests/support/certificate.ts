/** A certificate that nobody vouches for, and its key. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Of this machine, for a day. Both in one file, as the proxy wants them. */
export function selfSigned(): { file: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'wheel-certificate-'))
  const [key, certificate, file] = ['key', 'certificate', 'both'].map((name) =>
    join(folder, `${name}.pem`),
  ) as [string, string, string]
  const subject = ['-subj', '/CN=localhost', '-days', '1']
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  execFileSync(
    'openssl',
    ['req', '-x509', ...curve, '-nodes', '-keyout', key, '-out', certificate, ...subject],
    {
      stdio: 'ignore',
    },
  )
  writeFileSync(file, readFileSync(certificate, 'utf8') + readFileSync(key, 'utf8'))
  chmodSync(folder, 0o755)
  return { file, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}
