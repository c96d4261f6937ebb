import type { CodegenConfig } from '@graphql-codegen/cli'

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
      presetConfig: { fragmentMasking: false, skipIndexFile: true },
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
