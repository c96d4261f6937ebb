/**
 * How the bundle is started: each of its scripts comes with what V8 made of it when the bundle was written, so that
 * nothing has to be parsed and compiled again. Another version of V8 does not take that, and compiles the script.
 */
const { readFileSync } = require('node:fs')
const Module = require('node:module')
const { Script } = require('node:vm')

/** By file; `warm.cjs` asks them for what V8 has made of them. */
const scripts = new Map()

/** A script is one function, `(exports, require, module, __filename, __dirname) => …`, in ASCII. */
Module._extensions['.script'] = (module, filename) => {
  const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData: codeOf(filename) })
  scripts.set(filename, script)
  script
    .runInThisContext()
    .call(module.exports, module.exports, requireFrom(module), module, filename, __dirname)
}

/** All scripts are in this folder: Node need not search for them. */
function requireFrom(module) {
  return (id) => {
    if (!id.endsWith('.script')) return module.require(id)
    const filename = __dirname + id.slice(1)
    const known = Module._cache[filename]
    if (known !== undefined) return known.exports
    const script = (Module._cache[filename] = new Module(filename, module))
    script.filename = filename
    script.paths = module.paths
    try {
      Module._extensions['.script'](script, filename)
    } catch (error) {
      delete Module._cache[filename]
      throw error
    }
    script.loaded = true
    return script.exports
  }
}

function codeOf(filename) {
  try {
    return readFileSync(`${filename}.code`)
  } catch {
    return undefined
  }
}

module.exports = { scripts }
