// The part of better-sqlite3 that the AT Protocol's server uses, over the SQLite that Node carries. The real
// package is compiled where it is installed, or fetched as a binary from a host that is no package registry.
import { DatabaseSync } from 'node:sqlite'

class Statement {
  constructor(statement) {
    this.statement = statement
    this.reader = statement.columns().length > 0
  }

  all(parameters = []) {
    return this.statement.all(...parameters).map(withBuffers)
  }

  run(parameters = []) {
    return this.statement.run(...parameters)
  }

  *iterate(parameters = []) {
    for (const row of this.statement.iterate(...parameters)) yield withBuffers(row)
  }
}

// better-sqlite3 gives bytes as Buffers, Node as mere arrays of bytes.
function withBuffers(row) {
  for (const [name, value] of Object.entries(row)) {
    if (value instanceof Uint8Array) row[name] = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  }
  return row
}

export default class Database {
  constructor(path, { timeout = 5000 } = {}) {
    this.database = new DatabaseSync(path, { timeout })
  }

  prepare(words) {
    return new Statement(this.database.prepare(words))
  }

  pragma(words) {
    return this.prepare(`PRAGMA ${words}`).all()
  }

  close() {
    if (this.database.isOpen) this.database.close()
  }
}
