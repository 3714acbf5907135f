// What is known of the conversation: what the server told, then what is still on its way there. No DOM.

import type { About, Author, Choice, Holder, ServerMessage, SharedFile, Welcome } from "./frames";
import type { Unsent } from "./memory";

export type Mark = "sending" | "sent" | "read" | "failed";

export interface Entry {
  /** Stays the same when an entry of this page gets its number from the server. */
  key: string;
  id: number | null;
  author: Author;
  name: string | null;
  text: string;
  buttons: Choice[];
  image: string | null;
  files: SharedFile[];
  at: Date;
  mark: Mark | null;
  refused: string | null;
}

export class Conversation {
  about: About | null = null;
  holder: Holder = { who: "bot", name: null, by: null, there: true };
  welcomed = false;
  thread: string | null = null;
  /** The line is open: what is not with the server yet is on its way. */
  online = false;
  earlier = false;
  typing: { name: string | null; author: Author } | null = null;
  #told = new Map<number, Entry>();
  #unsent: Entry[] = [];
  #seen = 0; // the last of the visitor's messages somebody has read
  #newest = 0;

  get title(): string {
    return this.about?.title ?? "";
  }

  get greeting(): string {
    return this.about?.greeting ?? "";
  }

  /** Nobody has said anything here yet, as far as is known. */
  get empty(): boolean {
    return this.#told.size === 0;
  }

  /** Oldest first; what is not yet with the server comes last. */
  get entries(): Entry[] {
    const told = [...this.#told.values()].sort((one, other) => one.id! - other.id!);
    return [...told, ...this.#unsent];
  }

  /** Where to resume: the server tells messages in order, so nothing before this one is missing. */
  get newest(): number {
    return this.#newest;
  }

  get oldest(): number {
    return Math.min(...this.#told.keys());
  }

  /** The newest message that is not the visitor's own. */
  get newestHeard(): number {
    return Math.max(0, ...[...this.#told.values()].filter(isHeard).map(({ id }) => id!));
  }

  countUnread(read: number): number {
    return [...this.#told.values()].filter((entry) => isHeard(entry) && entry.id! > read).length;
  }

  welcome(frame: Welcome): void {
    const first = !this.welcomed || this.thread !== frame.thread;
    this.about = frame;
    this.holder = frame.holder;
    this.welcomed = true;
    // Too much was missed to tell it all, or somebody else is here: begin at the end again.
    if (frame.behind || first) this.#told.clear();
    if (first) this.#newest = 0;
    this.thread = frame.thread;
    if (first || frame.behind) this.earlier = frame.earlier;
    this.tell(frame.messages);
  }

  tell(messages: ServerMessage[]): void {
    for (const message of messages) {
      const known = this.#told.get(message.id);
      this.#newest = Math.max(this.#newest, message.id);
      this.#told.set(message.id, { ...toEntry(message), key: known?.key ?? keyOf(message), mark: known?.mark ?? null });
      this.#unsent = this.#unsent.filter(({ key }) => key !== message.client_id);
      if (message.author !== "contact") this.typing = null;
      if (message.author === "bot" || message.author === "staff") this.seen(message.id);
    }
    this.#mark();
  }

  /** Somebody at the brand's side has read everything before message `id`. */
  seen(id: number = this.newest): void {
    this.#seen = Math.max(this.#seen, id);
    this.#mark();
  }

  queue(outbox: Unsent[]): void {
    this.#unsent = outbox.map((unsent) => fromOutbox(unsent));
    this.#mark();
  }

  acknowledge(clientId: string, id: number): void {
    const entry = this.#unsent.find(({ key }) => key === clientId);
    this.#unsent = this.#unsent.filter(({ key }) => key !== clientId);
    if (entry !== undefined && !this.#told.has(id)) this.#told.set(id, { ...entry, id });
    this.#mark();
  }

  #mark(): void {
    for (const entry of this.#told.values()) {
      if (entry.author === "contact") entry.mark = entry.id! <= this.#seen ? "read" : "sent";
    }
  }
}

function isHeard({ author }: Entry): boolean {
  return author !== "contact";
}

function keyOf(message: ServerMessage): string {
  return message.client_id ?? `message-${message.id}`;
}

function toEntry(message: ServerMessage): Entry {
  const { id, author, name, text, buttons, image, files = [], at } = message;
  return { id, author, name, text, buttons, image, files, key: "", at: new Date(at), mark: null, refused: null };
}

function fromOutbox({ id, text, at, refused, files = [] }: Unsent): Entry {
  const mark = refused === null ? "sending" : "failed";
  const nothing = { id: null, name: null, buttons: [], image: null };
  return { ...nothing, key: id, author: "contact", text, files, at: new Date(at), mark, refused };
}
