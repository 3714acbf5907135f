// What has to be agreed to, or is asked, before anything is sent or kept.

import { el, link } from "./dom";
import type { About, Told } from "./frames";
import { say } from "./words";

let fields = 0; // ids must not repeat within the widget
const EMAIL = /^[^@\s]+@[^@\s]+\.[^@\s.]{2,}$/;

export class Ask {
  readonly form = el("form", { class: "asking", hidden: true, novalidate: true });
  #shown = "";

  constructor(private readonly done: (told: Told) => void) {}

  /** Show what is missing of what the brand asks; nothing is, where `about` is null. */
  render(about: About | null, told: Told | null): void {
    const look = about === null ? "" : JSON.stringify([about.consent, about.ask, about.ask_required]);
    this.form.hidden = about === null;
    if (about === null || look === this.#shown) return;
    this.#shown = look;
    const { consent, ask } = about;
    const fields = ask.map((name) => makeField(name, about.ask_required, told?.[name] ?? ""));
    const go = el("button", { class: "main", type: "submit" }, say(consent === null ? "start" : "agree"));
    const skip = ask.length > 0 && !about.ask_required && consent === null;
    const leave = el("button", { class: "second", type: "button", click: () => this.#tell(about, told, []) }, say("skip"));
    this.form.replaceChildren(
      ...(consent === null ? [] : [makeConsent(consent.text, consent.link)]),
      ...fields.map(({ node }) => node),
      el("div", { class: "acts" }, go, skip ? leave : null),
    );
    this.form.onsubmit = (event) => {
      event.preventDefault();
      const wrong = fields.filter((field) => !field.check());
      if (wrong.length === 0) this.#tell(about, told, fields);
      else wrong[0]?.input.focus();
    };
  }

  focus(): void {
    this.form.querySelector<HTMLElement>("input, button")?.focus();
  }

  #tell({ consent }: About, told: Told | null, fields: Field[]): void {
    const found = Object.fromEntries(fields.map(({ input }) => [input.name, input.value.trim() || null]));
    const before = { name: told?.name ?? null, email: told?.email ?? null };
    const now = { ...before, ...found };
    const answers = told?.answers === true && now.email === told.email;
    this.done({ consent: consent?.version ?? null, at: new Date().toISOString(), ...now, answers });
  }
}

interface Field {
  node: HTMLElement;
  input: HTMLInputElement;
  check(): boolean;
}

/** A labelled field; `check` says beneath it what is wrong. */
export function makeField(name: "name" | "email", required: boolean, value = ""): Field {
  const kind = name === "email" ? { type: "email", autocomplete: "email", inputmode: "email", placeholder: "name@example.com" } : { autocomplete: "name" };
  const id = `field-${(fields += 1)}`;
  const input = el("input", { id, name, maxlength: 100, "aria-describedby": `${id}-wrong`, required, ...kind });
  input.value = value;
  const wrong = el("p", { class: "wrong", id: `${id}-wrong`, role: "alert" });
  const label = say(name === "email" ? "email" : "name") + (required ? "" : ` (${say("optional")})`);
  const check = () => {
    const text = input.value.trim();
    const fits = text === "" ? !required : name !== "email" || EMAIL.test(text);
    wrong.textContent = fits ? "" : say(name === "email" ? "emailWrong" : "nameWrong");
    input.setAttribute("aria-invalid", String(!fits));
    return fits;
  };
  return { node: el("div", { class: "field" }, el("label", { for: input.id }, label), input, wrong), input, check };
}

function makeConsent(text: string, url: string | null): HTMLElement {
  const more = url === null ? [] : [" ", link(url, say("consentMore"))];
  return el("p", { class: "consent" }, text, ...more);
}
