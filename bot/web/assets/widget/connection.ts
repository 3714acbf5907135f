// One WebSocket that keeps coming back: token, hello, heartbeat, backoff with jitter.

import { type About, type ClientFrame, type Identity, parseFrame, type ServerFrame } from "./frames";
import type { Memory } from "./memory";

const FIRST_WAIT = 500; // ms; doubles with each failure
const LONGEST_WAIT = 30_000;
const BEAT = 25_000; // ms between pings: proxies close what is silent for a minute
const SILENCE = 40_000; // ms without a frame after which the line counts as dead
const BAD_TOKEN = 4401;
const REFUSED = new Set([403, 404]);

export interface Listener {
  received(frame: ServerFrame): void;
  changed(state: LineState): void;
  /** The newest message this page has, and of which thread: the server sends what came after it. */
  newest(): { after: number; thread: string | null };
  /** What a stranger is told first; false: something has to be asked before they are a visitor. */
  mayEnter(about: About): boolean;
}

export type LineState = "closed" | "asking" | "connecting" | "open" | "broken" | "refused";

export class Connection {
  #socket: WebSocket | null = null;
  /** Whom the site says this is. */
  identity: Identity | null = null;
  #state: LineState = "closed";
  #failures = 0;
  #retry = 0;
  #beat = 0;
  #heard = 0;
  #attempt = 0; // an answer to an earlier one comes too late

  constructor(
    private readonly service: string,
    private readonly account: string,
    private readonly memory: Memory,
    private readonly listener: Listener,
  ) {
    addEventListener("online", () => this.#hurry());
    addEventListener("offline", () => this.#drop(this.#socket));
    addEventListener("pageshow", () => this.#hurry());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#hurry();
    });
  }

  get state(): LineState {
    return this.#state;
  }

  start(): void {
    if (this.#state === "closed" || this.#state === "asking") void this.#connect();
  }

  /** Leave, and come back only when told to. */
  stop(): void {
    const socket = this.#socket;
    clearTimeout(this.#retry);
    clearInterval(this.#beat);
    this.#socket = null;
    this.#attempt += 1;
    socket?.close();
    this.#enter("closed");
  }

  /** Come back at once, as whoever it is now. */
  renew(): void {
    this.stop();
    this.start();
  }

  /** False when the frame could not be handed to the line; the caller keeps what must not be lost. */
  send(frame: ClientFrame): boolean {
    if (this.#state !== "open" || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#retry);
    this.#attempt += 1;
    const attempt = this.#attempt;
    this.#enter("connecting");
    try {
      const token = this.memory.get("token") ?? (await this.#fetchToken(attempt));
      if (token !== null && attempt === this.#attempt) this.#open(token);
    } catch {
      if (attempt === this.#attempt) this.#wait();
    }
  }

  async #fetchToken(attempt: number): Promise<string | null> {
    const about = await this.#call<About>("about", "GET");
    if (about === null || attempt !== this.#attempt) return null;
    if (!this.listener.mayEnter(about)) {
      this.#enter("asking");
      return null;
    }
    const made = await this.#call<{ token: string }>("session", "POST");
    if (made === null || attempt !== this.#attempt) return null;
    this.memory.release();
    this.memory.set("token", made.token);
    return made.token;
  }

  async #call<Answer>(name: string, method: string): Promise<Answer | null> {
    const url = `${this.service}/chat/${encodeURIComponent(this.account)}/${name}`;
    const response = await fetch(url, { method, credentials: "omit" });
    if (REFUSED.has(response.status)) {
      this.#enter("refused");
      return null;
    }
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    return (await response.json()) as Answer;
  }

  #open(token: string): void {
    const url = `${this.service.replace(/^http/, "ws")}/chat/${encodeURIComponent(this.account)}/ws`;
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onopen = () => {
      const told = this.memory.get("told");
      const hello: ClientFrame = { type: "hello", token, told, identity: this.identity, ...this.listener.newest() };
      socket.send(JSON.stringify(hello));
    };
    socket.onmessage = ({ data }) => {
      if (socket === this.#socket) this.#receive(data);
    };
    socket.onclose = ({ code }) => {
      if (socket !== this.#socket) return;
      if (code === BAD_TOKEN) this.memory.set("token", null);
      this.#wait();
    };
    this.#heard = Date.now();
    this.#beat = window.setInterval(() => this.#check(socket), BEAT);
  }

  #receive(data: unknown): void {
    this.#heard = Date.now();
    const frame = parseFrame(data);
    if (frame === null) return;
    if (frame.type === "welcome") {
      this.#failures = 0;
      if (frame.token !== null) this.memory.set("token", frame.token);
      this.#enter("open");
    }
    this.listener.received(frame);
  }

  #check(socket: WebSocket): void {
    if (Date.now() - this.#heard < SILENCE) this.send({ type: "ping" });
    else this.#drop(socket);
  }

  #drop(socket: WebSocket | null): void {
    socket?.close();
    socket?.onclose?.(new CloseEvent("close", { code: 1006 })); // a dead line may take minutes to say so
  }

  #wait(): void {
    clearInterval(this.#beat);
    this.#socket = null;
    if (this.#state === "refused") return;
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failures);
    this.#failures += 1;
    // Half of it is chance, so that a restarted server does not meet everybody in the same second.
    this.#retry = window.setTimeout(() => void this.#connect(), longest / 2 + (Math.random() * longest) / 2);
    this.#enter("broken");
  }

  #hurry(): void {
    if (this.#state === "broken") void this.#connect();
  }

  #enter(state: LineState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.listener.changed(state);
  }
}
