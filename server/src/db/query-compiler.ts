/**
 * Prisma's query compiler makes a plan of each kind of query when it first meets it: 3 MB of WebAssembly that have to
 * get warm for that. The bundle brings the plans of the queries that a start and first answers need, so that nobody
 * waits for the compiler; for all others it is there a moment later, or at once if need be. From the sources it is just
 * Prisma's.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { GetPrismaClientConfig } from '@prisma/client/runtime/client'

type CompilerConfig = NonNullable<GetPrismaClientConfig['compilerWasm']>
type Bindings = Awaited<ReturnType<CompilerConfig['getRuntime']>>
type QueryCompilerClass = Bindings['QueryCompiler']
type QueryCompiler = InstanceType<QueryCompilerClass>
type Plan = ReturnType<QueryCompiler['compile']>
type Options = ConstructorParameters<QueryCompilerClass>[0]

/** What `scripts/bundle.mjs` writes. */
export interface KnownPlans {
  /** The kind of connection that they are good for, as `connectionOf` has it. */
  connection: string
  /** By the query, as Prisma gives it to the compiler. */
  plans: Record<string, Plan>
}

/** What else a plan depends on. */
export const connectionOf = ({ provider, connectionInfo }: Omit<Options, 'datamodel'>): string =>
  JSON.stringify({ provider, ...connectionInfo })

/** After this long the compiler is loaded, whether or not somebody has asked for it, milliseconds. */
const LATER_MS = 2_000

const requireHere = createRequire(import.meta.url)
const plansFile = fileURLToPath(new URL('../../query-plans.json', import.meta.url))

/** What the engine needs of the global that only the DOM's types declare. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { exports: { __wbindgen_start(): void } }
}

/** Prisma instantiates the module of a compiler before it makes one. This one exports an empty `__wbindgen_start`. */
const nothing = Buffer.from('AGFzbQEAAAABBAFgAAADAgEABxQBEF9fd2JpbmRnZW5fc3RhcnQAAAoEAQIACw==', 'base64')

/** For Prisma's `configOverride`: the same client, with a compiler that knows the plans of the bundle. */
export const knowingPlans = (config: GetPrismaClientConfig): GetPrismaClientConfig => ({
  ...config,
  compilerWasm: {
    importName: './query_compiler_fast_bg.js',
    getRuntime: async () => ({
      __wbg_set_wasm: () => {},
      QueryCompiler: compilerKnowing(readPlans(), loadCompiler),
    }),
    getQueryCompilerWasmModule: async () => new WebAssembly.Module(nothing),
  },
})

/** @param load is called when the first query comes that is not known, or two seconds later */
export function compilerKnowing(
  known: KnownPlans | null,
  load: () => QueryCompilerClass,
): QueryCompilerClass {
  return class implements QueryCompiler {
    readonly #options: Options
    readonly #plans: Map<string, Plan>
    readonly #loading: NodeJS.Timeout
    #compiler: QueryCompiler | undefined

    constructor(options: Options) {
      this.#options = options
      this.#plans = new Map(known?.connection === connectionOf(options) ? Object.entries(known.plans) : [])
      this.#loading = setTimeout(() => this.#real(), LATER_MS).unref()
    }

    compile(query: string): Plan {
      return this.#plans.get(query) ?? this.#real().compile(query)
    }

    compileBatch(batch: string): ReturnType<QueryCompiler['compileBatch']> {
      return this.#real().compileBatch(batch)
    }

    free(): void {
      clearTimeout(this.#loading)
      this.#compiler?.free()
    }

    #real(): QueryCompiler {
      clearTimeout(this.#loading)
      return (this.#compiler ??= new (load())(this.#options))
    }
  }
}

function readPlans(): KnownPlans | null {
  try {
    return JSON.parse(readFileSync(plansFile, 'utf8')) as KnownPlans
  } catch {
    return null
  }
}

let loaded: QueryCompilerClass | undefined

/** Not with `import()`: Prisma wants a plan at once, not the promise of one. */
function loadCompiler(): QueryCompilerClass {
  if (loaded !== undefined) return loaded
  const bindings = requireHere('@prisma/client/runtime/query_compiler_fast_bg.postgresql.js') as Bindings
  const { wasm } = requireHere('@prisma/client/runtime/query_compiler_fast_bg.postgresql.wasm-base64.js') as {
    wasm: string
  }
  const module = new WebAssembly.Module(Buffer.from(wasm, 'base64'))
  const { exports } = new WebAssembly.Instance(module, { './query_compiler_fast_bg.js': bindings })
  bindings.__wbg_set_wasm(exports)
  exports.__wbindgen_start()
  return (loaded = bindings.QueryCompiler)
}
