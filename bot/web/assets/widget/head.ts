// The top of the panel: who speaks now, and the way to a person.

import type { Conversation } from "./conversation";
import type { LineState } from "./connection";
import { el, icon, initials } from "./dom";
import { timeOf } from "./rows";
import { say } from "./words";

export interface HeadActions {
  close(): void;
  askForPerson(): void;
}

export class Head {
  readonly #face = el("span", { class: "face", "aria-hidden": true });
  readonly #title = el("h2", { id: "title" });
  readonly #who = el("p", { class: "who" });
  readonly #promise = el("p", { class: "promise", role: "status" });
  readonly #ask: HTMLButtonElement;
  readonly #trouble = el("p", { class: "trouble", role: "status" });
  readonly header: HTMLElement;

  constructor(actions: HeadActions) {
    const close = el("button", { class: "close", type: "button", "aria-label": say("close") }, icon("close"));
    close.addEventListener("click", () => actions.close());
    this.#ask = el("button", { class: "ask", type: "button" }, icon("person"), say("person"));
    this.#ask.addEventListener("click", () => actions.askForPerson());
    const names = el("div", { class: "names" }, this.#title, this.#who);
    this.header = el(
      "header",
      {},
      el("div", { class: "top" }, this.#face, names, this.#ask, close),
      this.#promise,
      this.#trouble,
    );
  }

  render({ title, holder }: Conversation, line: LineState): void {
    const person = holder.who === "staff" ? (holder.name ?? say("staffUnnamed")) : null;
    this.#title.textContent = title || say("chat");
    this.#face.textContent = initials(person ?? (title || say("chat")));
    this.#who.textContent = sayWho(holder.who, person);
    this.#ask.hidden = holder.who !== "bot";
    set(this.#promise, holder.who === "queue" ? sayPromise(holder.by) : "");
    set(this.#trouble, line === "broken" ? say("reconnecting") : line === "refused" ? say("unavailable") : "");
  }
}

// A status that says the same again would be read aloud again.
function set(status: HTMLElement, text: string): void {
  if (status.textContent !== text) status.textContent = text;
}

function sayWho(who: "bot" | "queue" | "staff", person: string | null): string {
  if (who === "bot") return say("bot");
  if (who === "queue" || person === null) return say("queue");
  return person === say("staffUnnamed") ? say("staffHere") : say("staff", { name: person });
}

function sayPromise(by: string | null): string {
  if (by === null) return say("queueSoon");
  const at = new Date(by);
  return at.getTime() < Date.now() ? say("queueLate") : say("queueBy", { time: timeOf(at) });
}
