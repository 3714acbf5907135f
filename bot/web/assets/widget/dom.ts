// Building DOM without innerHTML: nothing a message says can become markup.

type Value = string | number | boolean | null | EventListener;
type Child = Node | string | null;

export function el<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, Value> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value !== null && value !== false) made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children.filter((child): child is Node | string => child !== null));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

// Stroked paths on a 24 × 24 grid.
const drawings = {
  chat: "M4 5.5h16a1 1 0 0 1 1 1v9.5a1 1 0 0 1-1 1h-8.5L7 21v-4H4a1 1 0 0 1-1-1V6.5a1 1 0 0 1 1-1Z M8 9.5h8 M8 13h5",
  close: "M6 6l12 12 M18 6 6 18",
  down: "M6 9l6 6 6-6",
  send: "M12 19V5 M5.5 11.5 12 5l6.5 6.5",
  clip: "M20 11.5 12.5 19a5 5 0 0 1-7-7l8-8a3.4 3.4 0 0 1 4.8 4.8l-8 8a1.7 1.7 0 0 1-2.4-2.4l7-7",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z M4.5 20.5c.6-3.6 3.6-6 7.5-6s6.9 2.4 7.5 6",
} as const;

export function icon(name: keyof typeof drawings): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", drawings[name]);
  svg.append(path);
  return svg;
}

// With a scheme, or a host with a path after it: "lyra.example/returns".
const LINK = /(?:https?:\/\/|\b[a-z0-9-]+(?:\.[a-z0-9-]+)+\/)[^\s<>"']*[^\s<>"'.,;:!?)\]]/gi;

/** Text with its addresses made pressable. */
export function withLinks(text: string): (Node | string)[] {
  const parts: (Node | string)[] = [];
  let from = 0;
  for (const found of text.matchAll(LINK)) {
    const [address] = found;
    const url = /^https?:/i.test(address) ? address : `https://${address}`;
    parts.push(text.slice(from, found.index), link(url, address.replace(/^https?:\/\//i, "")));
    from = found.index + address.length;
  }
  return [...parts, text.slice(from)];
}

export function link(url: string, ...children: (Node | string)[]): HTMLElement | string {
  if (!/^https?:\/\//.test(url)) return "";
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

export function initials(name: string): string {
  const parts = name.trim().split(/\s+/);
  const first = parts[0] ?? "";
  const last = parts.length > 1 ? (parts.at(-1) ?? "") : "";
  return ([...first][0] ?? "").concat([...last][0] ?? "").toUpperCase();
}
