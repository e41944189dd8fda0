/** Kept screens: load, save, share by a link, delete. */

import { ask, send } from "../lib/api";
import { make, part, setText } from "../lib/dom";
import { toast } from "../lib/toasts";
import type { Choice, ScreenState } from "./state";

export interface Screen extends Choice {
  id: string;
  name: string;
  link: string | null;
}

export class ScreenKeeper {
  readonly #menu: HTMLElement;
  readonly #list: HTMLElement;
  readonly #root: HTMLElement;
  readonly #state: ScreenState;
  readonly #load: (choice: Partial<Choice>) => void;
  readonly #life: AbortSignal;
  #screens: Screen[] = [];
  /** Names the next request to save, so that a repeated one makes no second screen. */
  #key = crypto.randomUUID();

  constructor(
    root: HTMLElement,
    state: ScreenState,
    load: (choice: Partial<Choice>) => void,
    life: AbortSignal,
  ) {
    this.#root = root;
    this.#state = state;
    this.#load = load;
    this.#life = life;
    this.#menu = part(root, "screens-menu");
    this.#list = part(root, "screens-list");
    this.#menu.addEventListener(
      "beforetoggle",
      () => {
        const { bottom } = part(root, "screens").getBoundingClientRect();
        this.#menu.style.setProperty("--below", `${bottom + 6}px`);
      },
      { signal: life },
    );
    if (root.dataset.person === "yes") {
      this.#listen();
      void this.#read();
    } else this.#offerLogIn();
    const link = new URLSearchParams(location.search).get("link");
    if (link) void this.#readShared(link);
  }

  get #own(): Screen | undefined {
    return this.#screens.find(({ id }) => id === this.#state.view.screen);
  }

  #offerLogIn(): void {
    setText(this.#list, "");
    this.#menu.addEventListener("beforetoggle", () => {
      const then = encodeURIComponent(location.pathname + location.search);
      const link = part(this.#menu, "log-in") as HTMLAnchorElement;
      link.href = `${this.#root.dataset.logIn ?? ""}?next=${then}`;
    });
  }

  #listen(): void {
    const on = (name: string, run: () => Promise<void>) => {
      part(this.#menu, name).addEventListener(
        "click",
        () => void run().catch(this.#complain),
        { signal: this.#life },
      );
    };
    on("share", () => this.#share("POST"));
    on("unshare", () => this.#share("DELETE"));
    on("delete", () => this.#delete());
    part(this.#menu, "save-form").addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        void this.#save().catch(this.#complain);
      },
      { signal: this.#life },
    );
    this.#list.addEventListener(
      "click",
      (event) => {
        const id = (event.target as Element).closest("button")?.value;
        const screen = this.#screens.find((one) => one.id === id);
        if (!screen) return;
        this.#menu.hidePopover();
        this.#load(screen);
        this.#state.change({ screen: screen.id, page: 1 });
        this.#show();
      },
      { signal: this.#life },
    );
  }

  readonly #complain = (error: unknown) => {
    const why = error instanceof Error ? error.message : "The board does not answer.";
    setText(part(this.#menu, "save-error"), why);
  };

  async #read(): Promise<void> {
    try {
      this.#screens = (await ask<{ screens: Screen[] }>("screens", this.#life)).screens;
      this.#show();
    } catch (error) {
      if (!this.#life.aborted) this.#complain(error);
    }
  }

  async #readShared(link: string): Promise<void> {
    try {
      const path = `screens/shared/${encodeURIComponent(link)}`;
      const shared = await ask<Screen>(path, this.#life);
      this.#load(shared);
      setText(part(this.#root, "screen-name"), shared.name);
    } catch (error) {
      if (this.#life.aborted) return;
      toast(error instanceof Error ? error.message : "The board does not answer.", "bad");
    }
  }

  // Under the name of the screen that is shown it is kept again, else as a new one.
  async #save(): Promise<void> {
    const field = this.#menu.querySelector<HTMLInputElement>("[name=name]");
    const name = field?.value.trim() ?? "";
    const own = this.#screens.find((one) => one.name === name);
    const body = { name, ...this.#state.choice };
    const answer = own
      ? await send("PUT", `screens/${own.id}`, body)
      : await send("POST", "screens", body, { headers: { "Idempotency-Key": this.#key } });
    this.#key = crypto.randomUUID();
    const kept = (await answer.json()) as Screen;
    this.#screens = [...this.#screens.filter(({ id }) => id !== kept.id), kept];
    this.#screens.sort((a, b) => a.name.localeCompare(b.name));
    this.#state.change({ screen: kept.id });
    this.#show();
    this.#menu.hidePopover();
    toast(`Screen ${kept.name} is kept.`, "good");
  }

  async #share(method: "POST" | "DELETE"): Promise<void> {
    const own = this.#own;
    if (!own) return;
    const answer = await send(method, `screens/${own.id}/link`);
    own.link = ((await answer.json()) as Screen).link;
    this.#show();
  }

  async #delete(): Promise<void> {
    const own = this.#own;
    if (!own) return;
    await send("DELETE", `screens/${own.id}`);
    this.#screens = this.#screens.filter((one) => one !== own);
    this.#state.change({ screen: "" });
    this.#show();
    toast(`Screen ${own.name} is deleted.`);
  }

  #show(): void {
    const own = this.#own;
    setText(part(this.#root, "screen-name"), own?.name ?? "Screens");
    this.#list.replaceChildren(
      ...this.#screens.map(({ id, name, link }) => {
        const row = make("button", "menu-item", name);
        row.type = "button";
        row.value = id;
        if (id === own?.id) row.setAttribute("aria-current", "true");
        if (link) row.append(make("span", "badge menu-aside", "shared"));
        return row;
      }),
    );
    if (this.#screens.length === 0) {
      this.#list.append(make("p", "menu-note", "None is kept yet."));
    }
    this.#showOwn(own);
  }

  #showOwn(own: Screen | undefined): void {
    const title = this.#menu.querySelector<HTMLInputElement>("[name=name]");
    if (title && own) title.value = own.name;
    setText(part(this.#menu, "save-error"), "");
    const link = own?.link ?? null;
    part(this.#menu, "own-acts").hidden = !own;
    part(this.#menu, "share").hidden = link !== null;
    part(this.#menu, "unshare").hidden = link === null;
    const address = part(this.#menu, "link");
    address.hidden = link === null;
    setText(address, link ? `${location.origin}${location.pathname}?link=${link}` : "");
  }
}
