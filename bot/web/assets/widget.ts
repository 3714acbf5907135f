// <script src="https://brand.example/widget.js" data-account="lyra" async></script>
// Puts the chat of one account on any page. Further attributes: data-theme="light|dark". `VisavisIdentity`, set
// before, says who is logged in on the site, as its server signed it.

import { ChatElement } from "./widget/element";
import type { Identity } from "./widget/frames";
import { use, type Words } from "./widget/words";

const TAG = "visavis-chat";
const script = document.currentScript;

// A second tag with the same script must not bring a second chat.
if (script instanceof HTMLScriptElement && customElements.get(TAG) === undefined) {
  use((window as { VisavisWords?: Partial<Words> }).VisavisWords ?? {});
  customElements.define(TAG, ChatElement);
  const chat = document.createElement(TAG) as ChatElement;
  chat.service = new URL(script.src).origin;
  chat.identify((window as { VisavisIdentity?: Identity }).VisavisIdentity ?? null);
  for (const name of ["account", "theme"]) {
    const value = script.dataset[name];
    if (value !== undefined) chat.dataset[name] = value;
  }
  if (document.body !== null) document.body.append(chat);
  else addEventListener("DOMContentLoaded", () => document.body.append(chat));

  // Any element of the page may open the chat, or ask something in it, without a script of its own.
  document.addEventListener("click", ({ target }) => {
    const pressed = target instanceof Element ? target.closest<HTMLElement>("[data-visavis-open], [data-visavis-ask]") : null;
    if (pressed === null) return;
    chat.open();
    const question = pressed.dataset["visavisAsk"];
    if (question) chat.say(question);
  });

  Object.assign(window, {
    Visavis: {
      open: () => chat.open(),
      close: () => chat.close(),
      toggle: () => chat.toggle(),
      ask: (text: string) => {
        chat.open();
        chat.say(text);
      },
      identify: (identity: Identity | null) => chat.identify(identity),
      reset: () => chat.reset(),
      theme: (theme: "light" | "dark" | "auto") => {
        if (theme === "auto") delete chat.dataset["theme"];
        else chat.dataset["theme"] = theme;
      },
    },
  });
}
