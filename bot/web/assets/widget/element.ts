// <visavis-chat>: the launcher and the panel, and what passes between memory, line and screen.

import { Ask } from "./ask";
import { Composer } from "./composer";
import { Connection, type LineState } from "./connection";
import { Conversation } from "./conversation";
import { el, icon } from "./dom";
import { takeDrops } from "./drop";
import type { About, Identity, ServerFrame, Told, Welcome } from "./frames";
import { Head } from "./head";
import { type Brought, Memory } from "./memory";
import { Outbox } from "./outbox";
import { Screen } from "./screen";
import { Shared } from "./shared";
import { Thread } from "./thread";
import { Tray } from "./tray";
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
  #shared!: Shared;
  #tray!: Tray;
  #outbox!: Outbox;
  readonly #ask = new Ask((told) => this.#agree(told));
  #conversation = new Conversation();
  readonly #launcher = el("button", { class: "launcher", type: "button", "aria-expanded": false });
  readonly #badge = el("span", { class: "badge", "aria-hidden": true, hidden: true });
  readonly #typing = el("p", { class: "typing", role: "status" });
  readonly #panel = el("section", { class: "panel", role: "dialog", "aria-labelledby": "title", hidden: true });
  #identity: Identity | null = null;
  #typingTold = 0;
  #typingEnds = 0;
  #mustTell = false; // the server says that something is missing

  connectedCallback(): void {
    if (this.shadowRoot !== null) return;
    this.#memory = new Memory(this.service, this.account);
    this.#line = new Connection(this.service, this.account, this.#memory, {
      received: (frame) => this.#receive(frame),
      changed: (state) => this.#changed(state),
      newest: () => ({ after: this.#conversation.newest, thread: this.#conversation.thread }),
      mayEnter: (about) => this.#mayEnter(about),
    });
    this.#line.identity = this.#identity;
    this.#outbox = new Outbox(this.#memory, {
      conversation: () => this.#conversation,
      send: (frame) => this.#line.send(frame),
      held: () => this.#findMissing() !== null,
      changed: () => this.#render(),
    });
    this.#build();
    this.#conversation.queue(this.#memory.get("outbox"));
    this.#render();
    document.addEventListener("visibilitychange", () => this.#render());
    // Who never wrote costs the server nothing until they open the chat.
    if (this.#memory.get("token") !== null) this.#line.start();
    if (this.#memory.get("open") && !this.#screen.small) this.open({ focus: false });
  }

  /** Say who is logged in on the site, by what its server signed; null: nobody. */
  identify(identity: Identity | null): void {
    if (JSON.stringify(identity) === JSON.stringify(this.#identity)) return;
    this.#identity = identity;
    if (this.shadowRoot === null) return;
    this.#line.identity = identity;
    if (this.#line.state !== "closed") this.#line.renew();
  }

  /** Forget who was here: the next word is a stranger's. */
  reset(): void {
    this.#identity = null;
    if (this.shadowRoot === null) return;
    this.#line.identity = null;
    this.#line.stop();
    this.#memory.forget();
    this.#conversation = new Conversation();
    this.#shared.forget();
    this.#composer.forget();
    this.#thread.showGhosts();
    if (this.#screen.isOpen) this.#line.start();
    this.#render();
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
    this.#thread.scrollToEnd();
    this.#render();
    if (focus) this.#focus();
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
  say(text: string, payload: string | null = null, files: Brought[] = []): void {
    this.#outbox.say(text, payload, files);
    this.#thread.scrollToEnd();
  }

  #build(): void {
    const root = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet(); // a constructed sheet is no inline style: any site's policy allows it
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];
    this.#head = new Head({
      close: () => this.close(),
      askForPerson: () => this.say(say("person"), ASK_FOR_PERSON),
      leave: (email) => this.#leave(email),
    });
    const place = `${this.service}/chat/${encodeURIComponent(this.account)}/files`;
    this.#shared = new Shared(place);
    this.#tray = new Tray({
      place: () => {
        const token = this.#memory.get("token");
        const agreed = this.#memory.get("told")?.consent ?? null;
        return token === null ? null : { url: agreed === null ? place : `${place}?consent=${encodeURIComponent(agreed)}`, token };
      },
      changed: () => this.#composer?.fit(),
    });
    this.#thread = new Thread({
      press: (payload, title) => this.say(title, payload),
      again: (key) => this.#outbox.again(key),
      remove: (key) => this.#outbox.forget(key),
      earlier: () => this.#line.send({ type: "history", before: this.#conversation.oldest }),
      shared: this.#shared,
    });
    this.#composer = new Composer(
      {
        send: (text, files) => this.say(text, null, files),
        typing: () => this.#tellTyping(),
        keepDraft: (text) => this.#memory.set("draft", text),
      },
      this.#tray,
      this.#memory.get("draft"),
    );
    this.#launcher.append(el("span", { class: "when-closed" }, icon("chat")), el("span", { class: "when-open" }, icon("close")));
    this.#launcher.append(this.#badge);
    this.#launcher.addEventListener("click", () => this.toggle());
    const middle = el("div", { class: "middle" }, this.#thread.log, this.#thread.jump);
    this.#panel.append(this.#head.header, middle, this.#typing, this.#ask.form, this.#composer.form);
    takeDrops(this.#panel, (files) => this.#composer.form.hidden || this.#tray.add(files));
    root.append(this.#panel, this.#launcher);
    this.#screen = new Screen(this, this.#panel, () => this.close());
  }

  #receive(frame: ServerFrame): void {
    const conversation = this.#conversation;
    if (frame.type === "welcome") this.#welcome(frame);
    else if (frame.type === "message") conversation.tell([frame]);
    else if (frame.type === "history") {
      conversation.tell(frame.messages);
      conversation.earlier = frame.earlier;
    } else if (frame.type === "holder") conversation.holder = frame.holder;
    else if (frame.type === "typing") this.#hearTyping(frame.author, frame.name);
    else if (frame.type === "ack") this.#outbox.acknowledge(frame.id, frame.message_id);
    else if (frame.type === "pass") [this.#shared.pass, conversation.thread] = [frame.pass, frame.thread];
    else if (frame.type === "told") this.#memory.set("untold", false);
    else if (frame.type === "error") this.#refuse(frame);
    this.#render();
    this.#outbox.flush();
  }

  #welcome(frame: Welcome): void {
    if (frame.doubt !== null) console.error(`Visavis: ${frame.doubt}`); // for the site's developer
    this.#conversation.welcome(frame);
    this.#composer.textMax = frame.text_max;
    this.#shared.pass = frame.pass;
    this.#outbox.restart();
    this.#mustTell = false;
    const told = this.#memory.get("told");
    if (told !== null && this.#memory.get("untold")) this.#line.send({ type: "told", told });
  }

  #changed(state: LineState): void {
    this.#conversation.online = state === "open";
    if (state !== "open") this.#outbox.restart();
    if (this.shadowRoot !== null) this.#render();
  }

  #mayEnter(about: About): boolean {
    this.#conversation.about = about;
    return this.#findMissing() === null;
  }

  /** What is to be agreed to or asked before the next word; null when nothing is. */
  #findMissing(): About | null {
    const { about, empty } = this.#conversation;
    const told = this.#memory.get("told");
    if (about === null) return null;
    const consent = about.consent !== null && about.consent.version !== told?.consent ? about.consent : null;
    const known = (name: "name" | "email") => this.#identity !== null && (name in this.#identity || "token" in this.#identity);
    const asks = this.#mustTell || (empty && told === null);
    const ask = asks ? about.ask.filter((name) => this.#mustTell || !known(name)) : [];
    return consent === null && ask.length === 0 ? null : { ...about, consent, ask };
  }

  #agree(told: Told): void {
    const version = this.#conversation.about?.consent?.version ?? null;
    this.#memory.set("told", { ...told, consent: version });
    this.#mustTell = false;
    if (!this.#line.send({ type: "told", told: { ...told, consent: version } })) this.#line.start();
    this.#render();
    this.#outbox.flush();
    this.#focus();
  }

  #leave(email: string): void {
    const before = this.#memory.get("told") ?? { consent: null, at: new Date().toISOString(), name: null };
    const told = { ...before, email, answers: true };
    this.#memory.set("told", told);
    this.#memory.set("untold", true);
    this.#line.send({ type: "told", told });
    this.#render();
  }

  #focus(): void {
    if (this.#ask.form.hidden) this.#composer.focus();
    else this.#ask.focus();
  }

  #refuse(frame: Extract<ServerFrame, { type: "error" }>): void {
    this.#outbox.refuse(frame);
    if (frame.code !== "ask_first") return;
    this.#mustTell = true;
    if (this.#findMissing() === null) this.#line.renew(); // what this page knows of the brand is old
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
    const missing = this.#findMissing();
    const told = this.#memory.get("told");
    this.#head.render(conversation, this.#line.state, told?.answers === true ? told.email : null);
    this.#ask.render(missing, told);
    this.#composer.form.hidden = missing !== null;
    if (conversation.about !== null) this.#tray.render(conversation.about.files);
    const here = conversation.welcomed || this.#line.state === "broken" || this.#line.state === "asking";
    if (here) this.#thread.render(conversation);
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
