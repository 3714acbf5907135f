// The AT Protocol's own programs, as Bluesky runs them: the directory of ids, a server that keeps accounts
// (PDS), and the network's view of all posts (AppView) with what it needs.
//
// Reads one line of JSON: `plc`, `pds`, `bsky`, `bsync` (ports), `postgres` (its address), `secret` (what signs
// sessions), and `chat` (where the chat's server is: no package has it). Says in one line where the account
// server is, and ends when its input does: so it never outlives the tests, however those end.
import { registerHooks } from 'node:module'
import net from 'node:net'
import { createInterface } from 'node:readline'

registerHooks({
  resolve: (name, context, next) =>
    name === 'better-sqlite3'
      ? { url: new URL('./sqlite.js', import.meta.url).href, shortCircuit: true }
      : next(name, context),
})

// They listen on every address of the machine otherwise.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (where, ...more) {
  if (typeof where === 'number' && typeof more[0] !== 'string') return listen.call(this, where, '127.0.0.1', ...more)
  return listen.call(this, where, ...more)
}

// Indexes over trigrams make searching for people fast, and need an extension that the wheel's PostgreSQL has not.
const { default: pg } = await import('pg')
const query = pg.Client.prototype.query
pg.Client.prototype.query = function (words, ...more) {
  return query.call(this, /pg_trgm|gist_trgm_ops/.test(words?.text ?? words) ? 'SELECT 1' : words, ...more)
}

const CHAT = 'did:web:api.bsky.chat'
const KEY = 'a key between two of them'

const input = createInterface({ input: process.stdin })
input.on('close', () => process.exit(0))
const asked = JSON.parse(await new Promise((resolve) => input.once('line', resolve)))

const { TestBsky, TestBsync, TestPds, TestPlc, mockNetworkUtilities } = await import('@atproto/dev-env')

const plc = await TestPlc.create({ port: asked.plc })
const bsync = await TestBsync.create({
  port: asked.bsync,
  apiKeys: [KEY],
  dbUrl: asked.postgres,
  dbSchema: 'bsync',
})
const bsky = await TestBsky.create({
  port: asked.bsky,
  plcUrl: plc.url,
  pdsPort: asked.pds,
  bsyncApiKey: KEY,
  bsyncUrl: bsync.url,
  repoProvider: `ws://localhost:${asked.pds}`,
  dbPostgresUrl: asked.postgres,
  dbPostgresSchema: 'appview',
})
bsync.ctx.dataplaneClients = [bsky.ctx.dataplane]
const pds = await TestPds.create({
  port: asked.pds,
  didPlcUrl: plc.url,
  bskyAppViewUrl: bsky.url,
  bskyAppViewDid: bsky.ctx.cfg.serverDid,
  jwtSecret: asked.secret,
  rateLimitsEnabled: true,
})
mockNetworkUtilities(pds, bsky)

// Whom the account server hands calls of the chat on to.
const directory = pds.ctx.idResolver.did
const resolve = directory.resolveNoCache
directory.resolveNoCache = async (did) =>
  did === CHAT
    ? { id: CHAT, service: [{ id: '#bsky_chat', type: 'BskyChatService', serviceEndpoint: asked.chat }] }
    : resolve.call(directory, did)

console.log(JSON.stringify({ url: pds.url }))
