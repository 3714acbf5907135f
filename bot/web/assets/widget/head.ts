// The top of the panel: who speaks now, and the way to a person.

import type { Conversation } from "./conversation";
import type { LineState } from "./connection";
import { el, icon, initials } from "./dom";
import { makeField } from "./ask";
import type { Holder } from "./frames";
import { timeOf } from "./rows";
import { say } from "./words";

export interface HeadActions {
  close(): void;
  askForPerson(): void;
  leave(email: string): void;
}

export class Head {
  readonly #face = el("span", { class: "face", "aria-hidden": true });
  readonly #title = el("h2", { id: "title" });
  readonly #who = el("p", { class: "who" });
  readonly #promise = el("p", { class: "promise", role: "status" });
  readonly #ask: HTMLButtonElement;
  readonly #trouble = el("p", { class: "trouble", role: "status" });
  readonly #leave: HTMLFormElement;
  readonly header: HTMLElement;

  constructor(actions: HeadActions) {
    const close = el("button", { class: "close", type: "button", "aria-label": say("close") }, icon("close"));
    close.addEventListener("click", () => actions.close());
    this.#ask = el("button", { class: "ask", type: "button" }, icon("person"), say("person"));
    this.#ask.addEventListener("click", () => actions.askForPerson());
    const { node, input, check } = makeField("email", true);
    const press = el("button", { class: "second", type: "submit" }, say("leave"));
    this.#leave = el("form", { class: "leave", novalidate: true, hidden: true }, el("p", {}, say("leaveWhy")), node, press);
    this.#leave.addEventListener("submit", (event) => {
      event.preventDefault();
      if (check()) actions.leave(input.value.trim());
      else input.focus();
    });
    const names = el("div", { class: "names" }, this.#title, this.#who);
    this.header = el(
      "header",
      {},
      el("div", { class: "top" }, this.#face, names, this.#ask, close),
      this.#promise,
      this.#leave,
      this.#trouble,
    );
  }

  /** `email` is where the visitor wants to be answered. */
  render({ title, holder }: Conversation, line: LineState, email: string | null): void {
    const person = holder.who === "staff" ? (holder.name ?? say("staffUnnamed")) : null;
    this.#title.textContent = title || say("chat");
    this.#face.textContent = initials(person ?? (title || say("chat")));
    this.#who.textContent = sayWho(holder.who, person);
    this.#ask.hidden = holder.who !== "bot";
    const waits = holder.who === "queue";
    const left = waits && email !== null ? ` ${say("leftAt", { email })}` : "";
    set(this.#promise, waits ? sayPromise(holder) + left : "");
    this.#leave.hidden = !waits || email !== null || (holder.there && !isLate(holder));
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

function sayPromise({ by, there }: Holder): string {
  if (by === null) return say(there ? "queueSoon" : "queueAwaySoon");
  if (isLate({ by })) return say("queueLate");
  return say(there ? "queueBy" : "queueAway", { time: timeOf(new Date(by)) });
}

function isLate({ by }: Pick<Holder, "by">): boolean {
  return by !== null && new Date(by).getTime() < Date.now();
}
