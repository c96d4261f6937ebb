import { createHash } from 'node:crypto'
import type { CodegenConfig } from '@graphql-codegen/cli'

/** In the form that clients send. */
const sha256 = (document: string) => createHash('sha256').update(document).digest('hex')

/** `schema.graphql` and the web's documents become the web's types: `npx graphql-codegen`. */
const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: ['web/src/**/*.{ts,tsx}', '!web/src/gql/**'],
  ignoreNoDocuments: true,
  silent: true,
  emitLegacyCommonJSImports: false,
  importExtension: '.ts',
  generates: {
    'web/src/gql/': {
      preset: 'client',
      presetConfig: {
        fragmentMasking: false,
        skipIndexFile: true,
        // The page sends their hashes; the server knows the texts from the built page.
        persistedDocuments: { mode: 'embedHashInDocument', hashAlgorithm: sha256 },
      },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        dedupeFragments: true,
        strictScalars: true,
        scalars: { Date: 'string', DateTime: 'string' },
      },
    },
  },
}

export default config
