// One WebSocket that keeps coming back: token, hello, heartbeat, backoff with jitter.

import { type ClientFrame, parseFrame, type ServerFrame } from "./frames";
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
  /** The newest message this page has: the server sends what came after it. */
  newest(): number;
}

export type LineState = "closed" | "connecting" | "open" | "broken" | "refused";

export class Connection {
  #socket: WebSocket | null = null;
  #state: LineState = "closed";
  #failures = 0;
  #retry = 0;
  #beat = 0;
  #heard = 0;

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
    if (this.#state === "closed") void this.#connect();
  }

  /** False when the frame could not be handed to the line; the caller keeps what must not be lost. */
  send(frame: ClientFrame): boolean {
    if (this.#state !== "open" || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#retry);
    this.#enter("connecting");
    try {
      const token = this.memory.get("token") ?? (await this.#fetchToken());
      if (token !== null) this.#open(token);
    } catch {
      this.#wait();
    }
  }

  async #fetchToken(): Promise<string | null> {
    const url = `${this.service}/chat/${encodeURIComponent(this.account)}/session`;
    const response = await fetch(url, { method: "POST", credentials: "omit" });
    if (REFUSED.has(response.status)) {
      this.#enter("refused");
      return null;
    }
    if (!response.ok) throw new Error(`session: ${response.status}`);
    const { token } = (await response.json()) as { token: string };
    this.memory.set("token", token);
    return token;
  }

  #open(token: string): void {
    const url = `${this.service.replace(/^http/, "ws")}/chat/${encodeURIComponent(this.account)}/ws`;
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", token, after: this.listener.newest() }));
    socket.onmessage = ({ data }) => this.#receive(data);
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
