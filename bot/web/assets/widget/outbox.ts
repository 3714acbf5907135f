// What the visitor said and the server has not yet: kept over reloads, handed over one at a time, in order.

import type { Conversation } from "./conversation";
import type { ClientFrame, ServerFrame } from "./frames";
import type { Brought, Memory } from "./memory";

const ASK_AGAIN = 2_000; // ms until what waited for an agreement is tried again

export interface OutboxActions {
  conversation(): Conversation;
  send(frame: ClientFrame): boolean;
  /** Something has to be agreed to first. */
  held(): boolean;
  changed(): void;
}

export class Outbox {
  #flying: string | null = null; // the one message that waits for its acknowledgement: order is kept
  #slowDown = 0;

  constructor(private readonly memory: Memory, private readonly actions: OutboxActions) {}

  say(text: string, payload: string | null, files: Brought[]): void {
    this.memory.keep({ id: newId(), text, payload, at: new Date().toISOString(), refused: null, files });
    this.#show();
  }

  /** The line is new, or gone: what was on its way must be told again. */
  restart(): void {
    this.#flying = null;
  }

  /** Hand over the oldest message. */
  flush(): void {
    if (this.#flying !== null || Date.now() < this.#slowDown || this.actions.held()) return;
    const next = this.memory.get("outbox").find(({ refused }) => refused === null);
    if (next === undefined) return;
    const { id, text, payload, files = [] } = next;
    const named = files.map(({ ref, name }) => ({ ref, name }));
    const more = { ...(payload === null ? {} : { payload }), ...(named.length === 0 ? {} : { files: named }) };
    if (this.actions.send({ type: "message", id, text, ...more })) this.#flying = id;
  }

  acknowledge(id: string, messageId: number): void {
    this.actions.conversation().acknowledge(id, messageId);
    this.forget(id);
  }

  refuse({ code, id, text, retry_after: wait }: Extract<ServerFrame, { type: "error" }>): void {
    if (id === null) return;
    this.#flying = null;
    if (code === "ask_first") this.#pause(ASK_AGAIN);
    else if (wait === null) this.memory.refuse(id, text);
    else this.#pause(wait * 1000);
    this.actions.conversation().queue(this.memory.get("outbox"));
  }

  again(id: string): void {
    this.memory.refuse(id, null);
    this.#show();
  }

  forget(id: string): void {
    this.memory.drop(id);
    if (this.#flying === id) this.#flying = null;
    this.#show();
  }

  #pause(wait: number): void {
    this.#slowDown = Date.now() + wait;
    setTimeout(() => this.flush(), wait + 50);
  }

  #show(): void {
    this.actions.conversation().queue(this.memory.get("outbox"));
    this.actions.changed();
    this.flush();
  }
}

// randomUUID exists on secure pages only; the demo may run on a plain address of a local network.
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
