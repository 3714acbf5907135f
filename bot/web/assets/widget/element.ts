// <visavis-chat>: the launcher and the panel, and what passes between memory, line and screen.

import { Composer } from "./composer";
import { Connection, type LineState } from "./connection";
import { Conversation } from "./conversation";
import { el, icon } from "./dom";
import type { ServerFrame } from "./frames";
import { Head } from "./head";
import { Memory } from "./memory";
import { Screen } from "./screen";
import { Thread } from "./thread";
import styles from "./widget.css" with { type: "text" };
import { say } from "./words";

const TYPING_TOLD = 3_000; // ms between two notices that the visitor writes
const TYPING_LASTS = 8_000; // ms after which the other side counts as silent again
export const ASK_FOR_PERSON = "/ask_for_person";

export class ChatElement extends HTMLElement {
  service = "";
  #memory!: Memory;
  #line!: Connection;
  #screen!: Screen;
  #thread!: Thread;
  #composer!: Composer;
  #head!: Head;
  readonly #conversation = new Conversation();
  readonly #launcher = el("button", { class: "launcher", type: "button", "aria-expanded": false });
  readonly #badge = el("span", { class: "badge", "aria-hidden": true, hidden: true });
  readonly #typing = el("p", { class: "typing", role: "status" });
  readonly #panel = el("section", { class: "panel", role: "dialog", "aria-labelledby": "title", hidden: true });
  #flying: string | null = null; // the one message that waits for its acknowledgement: order is kept
  #typingTold = 0;
  #typingEnds = 0;
  #slowDown = 0;

  connectedCallback(): void {
    if (this.shadowRoot !== null) return;
    this.#memory = new Memory(this.service, this.account);
    this.#line = new Connection(this.service, this.account, this.#memory, {
      received: (frame) => this.#receive(frame),
      changed: (state) => this.#changed(state),
      newest: () => this.#conversation.newest,
    });
    this.#build();
    this.#conversation.queue(this.#memory.get("outbox"));
    this.#render();
    document.addEventListener("visibilitychange", () => this.#render());
    // Who never wrote costs the server nothing until they open the chat.
    if (this.#memory.get("token") !== null) this.#line.start();
    if (this.#memory.get("open") && !this.#screen.small) this.open({ focus: false });
  }

  get account(): string {
    return this.dataset["account"] ?? "";
  }

  open({ focus = true } = {}): void {
    this.#line.start();
    if (!this.#conversation.welcomed) this.#thread.showGhosts();
    this.#screen.open({ focus });
    this.#memory.set("open", true);
    this.#composer.fit();
    if (focus) this.#composer.focus();
    this.#thread.scrollToEnd();
    this.#render();
  }

  close(): void {
    this.#screen.close();
    this.#memory.set("open", false);
    this.#launcher.focus();
    this.#render();
  }

  toggle(): void {
    if (this.#screen.isOpen) this.close();
    else this.open();
  }

  /** Say `text` for the visitor; `payload` is what the bot gets instead of the words on a button. */
  say(text: string, payload: string | null = null): void {
    const id = newId();
    this.#memory.keep({ id, text, payload, at: new Date().toISOString(), refused: null });
    this.#conversation.queue(this.#memory.get("outbox"));
    this.#render();
    this.#thread.scrollToEnd();
    this.#flush();
  }

  #build(): void {
    const root = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet(); // a constructed sheet is no inline style: any site's policy allows it
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];
    this.#head = new Head({
      close: () => this.close(),
      askForPerson: () => this.say(say("person"), ASK_FOR_PERSON),
    });
    this.#thread = new Thread({
      press: (payload, title) => this.say(title, payload),
      again: (key) => this.#again(key),
      remove: (key) => this.#forget(key),
      earlier: () => this.#line.send({ type: "history", before: this.#conversation.oldest }),
    });
    this.#composer = new Composer(
      {
        send: (text) => this.say(text),
        typing: () => this.#tellTyping(),
        keepDraft: (text) => this.#memory.set("draft", text),
      },
      this.#memory.get("draft"),
    );
    this.#launcher.append(el("span", { class: "when-closed" }, icon("chat")), el("span", { class: "when-open" }, icon("close")));
    this.#launcher.append(this.#badge);
    this.#launcher.addEventListener("click", () => this.toggle());
    const middle = el("div", { class: "middle" }, this.#thread.log, this.#thread.jump);
    this.#panel.append(this.#head.header, middle, this.#typing, this.#composer.form);
    root.append(this.#panel, this.#launcher);
    this.#screen = new Screen(this, this.#panel, () => this.close());
  }

  #receive(frame: ServerFrame): void {
    const conversation = this.#conversation;
    if (frame.type === "welcome") {
      conversation.welcome(frame);
      this.#composer.textMax = frame.text_max;
      this.#flying = null;
    } else if (frame.type === "message") conversation.tell([frame]);
    else if (frame.type === "history") {
      conversation.tell(frame.messages);
      conversation.earlier = frame.earlier;
    } else if (frame.type === "holder") conversation.holder = frame.holder;
    else if (frame.type === "typing") this.#hearTyping(frame.author, frame.name);
    else if (frame.type === "ack") this.#acknowledge(frame.id, frame.message_id);
    else if (frame.type === "error") this.#refuse(frame);
    this.#render();
    this.#flush();
  }

  #changed(state: LineState): void {
    if (state !== "open") this.#flying = null;
    this.#render();
  }

  /** Hand over the oldest message of the outbox, one at a time. */
  #flush(): void {
    if (this.#flying !== null || Date.now() < this.#slowDown) return;
    const next = this.#memory.get("outbox").find(({ refused }) => refused === null);
    if (next === undefined) return;
    const { id, text, payload } = next;
    if (this.#line.send({ type: "message", id, text, ...(payload === null ? {} : { payload }) })) this.#flying = id;
  }

  #acknowledge(id: string, messageId: number): void {
    this.#conversation.acknowledge(id, messageId);
    this.#forget(id);
  }

  #refuse({ id, text, retry_after: wait }: Extract<ServerFrame, { type: "error" }>): void {
    if (id === null) return;
    this.#flying = null;
    if (wait === null) this.#memory.refuse(id, text);
    else {
      this.#slowDown = Date.now() + wait * 1000;
      setTimeout(() => this.#flush(), wait * 1000 + 50);
    }
    this.#conversation.queue(this.#memory.get("outbox"));
  }

  #again(id: string): void {
    this.#memory.refuse(id, null);
    this.#conversation.queue(this.#memory.get("outbox"));
    this.#render();
    this.#flush();
  }

  #forget(id: string): void {
    this.#memory.drop(id);
    if (this.#flying === id) this.#flying = null;
    this.#conversation.queue(this.#memory.get("outbox"));
    this.#render();
  }

  #tellTyping(): void {
    if (Date.now() - this.#typingTold < TYPING_TOLD) return;
    if (this.#line.send({ type: "typing" })) this.#typingTold = Date.now();
  }

  #hearTyping(author: "contact" | "bot" | "staff" | "system", name: string | null): void {
    this.#conversation.typing = { author, name };
    if (author === "staff") this.#conversation.seen(); // the bot "writes" from the moment of sending
    clearTimeout(this.#typingEnds);
    this.#typingEnds = window.setTimeout(() => {
      this.#conversation.typing = null;
      this.#render();
    }, TYPING_LASTS);
  }

  #render(): void {
    const focused = this.shadowRoot?.activeElement ?? null;
    this.#draw();
    // A pressed button may be gone now: keyboards and screen readers go on in the conversation.
    if (this.#screen.isOpen && focused !== null && focused.getClientRects().length === 0) this.#thread.focus();
  }

  #draw(): void {
    const conversation = this.#conversation;
    const reading = this.#screen.isOpen && !document.hidden;
    if (reading && conversation.welcomed) this.#markRead();
    const unread = conversation.countUnread(this.#memory.get("read"));
    this.#head.render(conversation, this.#line.state);
    if (conversation.welcomed || this.#line.state === "broken") this.#thread.render(conversation);
    const writes = sayTyping(conversation.typing);
    if (this.#typing.textContent !== writes) this.#typing.textContent = writes;
    this.#badge.hidden = unread === 0;
    this.#badge.textContent = unread > 9 ? "9+" : String(unread);
    const title = conversation.title || say("chat");
    const name = unread === 0 ? say("launcher", { title }) : say("launcherUnread", { title, n: unread });
    this.#launcher.setAttribute("aria-label", this.#screen.isOpen ? say("close") : name);
    this.#launcher.setAttribute("aria-expanded", String(this.#screen.isOpen));
    this.#screen.titleCount(unread);
  }

  #markRead(): void {
    const last = this.#conversation.newestHeard;
    if (last <= this.#memory.get("read")) return;
    if (this.#line.send({ type: "read", message_id: last })) this.#memory.set("read", last);
  }
}

function sayTyping(typing: Conversation["typing"]): string {
  if (typing === null) return "";
  // Who has not taken the conversation yet has no name here.
  return typing.author === "bot" ? say("typingBot") : say("typing", { name: typing.name ?? say("staffUnnamed") });
}

// randomUUID exists on secure pages only; the demo may run on a plain address of a local network.
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
