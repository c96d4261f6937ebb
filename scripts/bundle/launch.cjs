/**
 * How the bundle is started: each of its scripts comes with what V8 made of it when the bundle was written, so that
 * nothing has to be parsed and compiled again. Another version of V8 does not take that, and compiles the script.
 */
const { readFileSync } = require('node:fs')
const Module = require('node:module')
const { dirname } = require('node:path')
const { Script } = require('node:vm')

/** By file; `warm.cjs` asks them for what V8 has made of them. */
const scripts = new Map()

/** A script is one function, `(exports, require, module, __filename, __dirname) => …`, in ASCII. */
Module._extensions['.script'] = (module, filename) => {
  const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData: codeOf(filename) })
  scripts.set(filename, script)
  const require = (id) => module.require(id)
  script.runInThisContext().call(module.exports, module.exports, require, module, filename, dirname(filename))
}

function codeOf(filename) {
  try {
    return readFileSync(`${filename}.code`)
  } catch {
    return undefined
  }
}

module.exports = { scripts }
