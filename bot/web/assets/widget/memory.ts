// What the widget remembers on this site: the visitor's token, how far they read, the draft and the outbox.

import type { SharedFile, Told } from "./frames";

/** A file that was brought, and waits for its message. */
export interface Brought extends SharedFile {
  ref: string;
  name: string;
}

export interface Unsent {
  id: string;
  text: string;
  payload: string | null;
  at: string;
  refused: string | null;
  files?: Brought[];
}

interface Kept {
  token: string | null;
  read: number;
  draft: string;
  open: boolean;
  outbox: Unsent[];
  told: Told | null;
  /** An address that was left, and that the server does not know yet. */
  untold: boolean;
}

const empty: Kept = { token: null, read: 0, draft: "", open: false, outbox: [], told: null, untold: false };

export class Memory {
  readonly #prefix: string;
  // What could not be written, by key: as long as it is here, what the storage says is older.
  readonly #unwritten = new Map<string, string>();
  #held = false;

  constructor(service: string, account: string) {
    this.#prefix = `visavis:${service}:${account}:`;
    this.#held = this.get("token") === null;
  }

  /** Write what was only kept in this page until now: of a stranger nothing is, before they may enter. */
  release(): void {
    this.#held = false;
    for (const [key, raw] of [...this.#unwritten]) this.#write(key, raw);
  }

  /** Forget the visitor, as if nobody had ever been here. */
  forget(): void {
    for (const name of Object.keys(empty)) {
      const key = this.#prefix + name;
      this.#unwritten.delete(key);
      try {
        localStorage.removeItem(key);
      } catch {
        this.#unwritten.set(key, "null"); // what cannot be removed is hidden
      }
    }
    this.#held = true;
  }

  get<Name extends keyof Kept>(name: Name): Kept[Name] {
    const raw = this.#read(this.#prefix + name);
    if (raw === null) return empty[name];
    try {
      return (JSON.parse(raw) as Kept[Name] | null) ?? empty[name];
    } catch {
      return empty[name]; // somebody else wrote under our key
    }
  }

  set<Name extends keyof Kept>(name: Name, value: Kept[Name]): void {
    const key = this.#prefix + name;
    const raw = JSON.stringify(value);
    if (this.#held) this.#unwritten.set(key, raw);
    else this.#write(key, raw);
  }

  #write(key: string, raw: string): void {
    try {
      localStorage.setItem(key, raw);
      this.#unwritten.delete(key);
    } catch {
      this.#unwritten.set(key, raw); // storage is blocked or full: what is kept in this page must do
    }
  }

  // The outbox is read again before each change: another tab of the site shares it.
  keep(unsent: Unsent): void {
    this.set("outbox", [...this.get("outbox").filter(({ id }) => id !== unsent.id), unsent]);
  }

  drop(id: string): void {
    this.set("outbox", this.get("outbox").filter((unsent) => unsent.id !== id));
  }

  refuse(id: string, refused: string | null): void {
    this.set("outbox", this.get("outbox").map((unsent) => (unsent.id === id ? { ...unsent, refused } : unsent)));
  }

  #read(key: string): string | null {
    const unwritten = this.#unwritten.get(key);
    if (unwritten !== undefined) return unwritten;
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage is blocked
    }
  }
}
