// The panel and the page around it: full screen on a phone, the keyboard, focus, the page's title.

const SMALL = "(max-width: 480px), (max-height: 420px)";
const COUNTED = /^\(\d+\) /;

export class Screen {
  isOpen = false;
  readonly #media = matchMedia(SMALL);
  #overflow = "";

  constructor(
    private readonly host: HTMLElement,
    private readonly panel: HTMLElement,
    private readonly leave: () => void,
  ) {
    host.shadowRoot!.addEventListener("keydown", (event) => this.#keyed(event as KeyboardEvent));
    // Who stands nowhere, or behind the full screen, comes back inside with the next Tab.
    document.addEventListener("keydown", (event) => {
      if (event.key === "Tab" && this.isOpen && this.small && document.activeElement !== host) this.#keepInside(event);
    });
    this.#media.addEventListener("change", () => this.#fill());
    // The keyboard of a phone shrinks what can be seen without resizing the window.
    visualViewport?.addEventListener("resize", () => this.#fill());
    visualViewport?.addEventListener("scroll", () => this.#fill());
  }

  get small(): boolean {
    return this.#media.matches;
  }

  open({ focus }: { focus: boolean }): void {
    if (!this.isOpen) this.#overflow = document.documentElement.style.overflow;
    this.isOpen = true;
    this.panel.hidden = false;
    this.host.toggleAttribute("data-open", true);
    this.panel.toggleAttribute("data-quick", !focus);
    this.#fill();
  }

  close(): void {
    this.isOpen = false;
    this.panel.hidden = true;
    this.host.toggleAttribute("data-open", false);
    document.documentElement.style.overflow = this.#overflow;
  }

  /** Show how much is unread in the title of the page, whatever title the page has by now. */
  titleCount(unread: number): void {
    const bare = document.title.replace(COUNTED, "");
    const title = unread === 0 ? bare : `(${unread}) ${bare}`;
    if (document.title !== title) document.title = title;
  }

  #fill(): void {
    if (!this.isOpen) return;
    const whole = this.small;
    this.panel.setAttribute("aria-modal", String(whole));
    document.documentElement.style.overflow = whole ? "hidden" : this.#overflow;
    const seen = visualViewport;
    this.panel.style.setProperty("--seen-top", `${whole ? (seen?.offsetTop ?? 0) : 0}px`);
    this.panel.style.setProperty("--seen-height", whole && seen ? `${seen.height}px` : "100%");
  }

  #keyed(event: KeyboardEvent): void {
    if (!this.isOpen) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      this.leave();
    } else if (event.key === "Tab" && this.small) this.#keepInside(event);
  }

  // The page behind a full screen cannot be seen, so the Tab key must not lead there.
  #keepInside(event: KeyboardEvent): void {
    const stops = [...this.panel.querySelectorAll<HTMLElement>("a[href], button, input, textarea, [tabindex='0']")].filter(
      (stop) => stop.offsetParent !== null && !stop.hasAttribute("disabled"),
    );
    const at = stops.indexOf(this.host.shadowRoot!.activeElement as HTMLElement);
    const next = at + (event.shiftKey ? -1 : 1);
    if (at >= 0 && next >= 0 && next < stops.length) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
  }
}
