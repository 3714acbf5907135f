// What staff do, told to the server by code that outlives the page's parts: an answer finds who asked.

import { csrfToken } from "../staff/frame";
import { goToLogin } from "../staff/parts";
import { desk } from "./page";

const patience = 30_000;
const leaving = 400;

// Returns why it was not done, or nothing when it was; `unanswered` are the words for when nobody knows.
export async function post(path: string, fields: Record<string, string>, unanswered: string): Promise<string> {
  let response: Response;
  const impatience = new AbortController();
  const timer = window.setTimeout(() => impatience.abort(), patience);
  try {
    response = await fetch(path, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { "HX-Request": "true", "X-CSRF-Token": csrfToken() },
      credentials: "same-origin",
      keepalive: true, // somebody who leaves the page at once has sent it all the same
      signal: impatience.signal,
    });
    if (response.ok) return "";
    if (response.status === 401) {
      goToLogin();
      return desk().dataset["loggedOut"] ?? unanswered;
    }
    if (response.status < 500) return sentenceOf(await response.text()) || unanswered;
  } catch {
    // The network's fault, or nobody answered; or the page is being left, and gone before it could say so.
    await new Promise((done) => window.setTimeout(done, leaving));
  } finally {
    window.clearTimeout(timer);
  }
  return unanswered;
}

// A refusal brings its own words; what a proxy says is not ours.
export function sentenceOf(html: string): string {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.querySelector(".problem")?.textContent ?? "";
}
