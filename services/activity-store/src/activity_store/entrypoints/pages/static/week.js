// The week: FullCalendar over the server's feed, forms in a dialog, and what changes while the page is in sight.
// Everything that it does is an ordinary form of a page, too. The server knows zones and lengths; this knows none.
(() => {
  "use strict";
  const page = document.getElementById("week");
  if (!page) return;
  const said = page.dataset;
  const dialog = document.getElementById("dialog");
  const dialogBody = dialog.querySelector("article");
  const problem = document.getElementById("problem");
  const live = document.getElementById("live");
  const addressOf = (id) => said.editor.replace("ID", encodeURIComponent(id));

  // --- Requests ---------------------------------------------------------------------------------------------------
  const ask = (address, options = {}) => fetch(address, {
    ...options,
    credentials: "same-origin",
    headers: { "HX-Request": "true", "X-CSRF-Token": said.csrf, ...options.headers },
  });
  const send = (address, fields) => ask(address, { method: "POST", body: new URLSearchParams(fields) });
  const signedOut = (answer) => {
    if (answer.status === 401) location.reload();
    return answer.status === 401;
  };
  const complain = (html, words) => {
    if (html) problem.innerHTML = html;
    else {
      const line = document.createElement("p");
      line.className = "notice bad";
      line.textContent = words;
      problem.replaceChildren(line);
    }
  };

  // --- The dialog -------------------------------------------------------------------------------------------------
  const show = (html) => {
    dialogBody.innerHTML = html;
    if (!dialog.open) dialog.showModal();
    (dialogBody.querySelector("[aria-invalid=true], [autofocus]") ?? dialogBody.querySelector("h1"))?.focus();
  };
  const open = async (address) => {
    try {
      const answer = await ask(address);
      if (signedOut(answer)) return;
      const html = await answer.text();
      if (answer.ok) show(html);
      else complain(html);
    } catch {
      complain(null, problem.dataset.failed);
    }
  };
  const plain = (event) => event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-dialog], a[data-close]");
    if (!link || !plain(event)) return;
    if (link.matches("[data-close]")) {
      if (!dialog.open) return;
      event.preventDefault();
      dialog.close();
    } else {
      event.preventDefault();
      open(link.href);
    }
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post" || !(dialog.contains(form) || form.matches("[data-send]"))) return;
    event.preventDefault();
    const button = event.submitter;
    button?.setAttribute("aria-busy", "true");
    try {
      const answer = await send(form.action, new FormData(form, button));
      if (signedOut(answer)) return;
      const html = await answer.text();
      if (answer.status === 204) {
        problem.replaceChildren();
        dialog.close();
        refresh();
      } else if (dialog.contains(form) && (answer.ok || html.includes("dialog-title"))) show(html);
      else complain(html);
    } catch {
      complain(null, problem.dataset.failed);
    } finally {
      button?.removeAttribute("aria-busy");
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });

  // --- The week ---------------------------------------------------------------------------------------------------
  const picture = (name, kind = "") => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", `icon ${kind}`);
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("focusable", "false");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#icon-${name}`);
    svg.append(use);
    return svg;
  };
  const span = (kind, ...content) => {
    const made = document.createElement("span");
    made.className = kind;
    made.append(...content);
    return made;
  };
  const drawn = (info) => {
    const { extendedProps: facts, title, allDay } = info.event;
    const signs = span("signs");
    if (facts.locked) signs.append(picture("lock"));
    if (facts.standing) signs.append(picture(facts.standing, facts.standing));
    const spoken = [facts.type, facts.done && said.done, facts.private && said.private, facts.locked && said.locked,
      facts.standingWords, facts.overlap].filter(Boolean).join(", ");
    const time = allDay || !info.timeText ? [] : [span("time", info.timeText)];
    const line = span("ev", signs, picture(facts.icon ?? "other"), span("title", title), ...time,
      span("hidden", `, ${spoken}`));
    return { domNodes: [line] };
  };
  const toEvent = (entry) => ({
    id: entry.id,
    title: entry.title,
    start: entry.start,
    end: entry.end,
    allDay: entry.allDay,
    url: addressOf(entry.id),
    startEditable: !entry.locked,
    color: entry.color,
    extendedProps: entry,
  });
  const wall = (event) => ({
    zone: said.zone,
    day: event.startStr.slice(0, 10),
    start: event.allDay ? "" : event.startStr.slice(11, 16),
  });
  const isFlat = (event) => event.allDay || event.end - event.start < 40 * 60000;
  const isDark = () => {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  };

  // What FullCalendar leaves open for readers by keyboard and by ear: headers whose text is hidden behind a label, an
  // empty row header, and a part that scrolls and cannot be reached by Tab.
  const mend = (element) => {
    for (const empty of element.querySelectorAll("[role=rowheader]:empty")) empty.setAttribute("role", "gridcell");
    for (const part of element.querySelectorAll("[role=rowgroup] > div[style*=auto]:not([role])")) {
      part.parentElement.setAttribute("role", "presentation");
      part.setAttribute("role", "rowgroup");
      part.tabIndex = 0;
    }
  };

  let calendar = null;
  const shown = new Map();
  const start = () => {
    const element = document.getElementById("calendar");
    element.parentElement.hidden = false;
    const colors = () => element.setAttribute("data-color-scheme", isDark() ? "dark" : "light");
    colors();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", colors);
    const { Calendar, theme, timeGrid, interaction } = FullCalendar;
    calendar = new Calendar(element, {
      plugins: [theme, timeGrid, interaction],
      initialView: "timeGridWeek",
      initialDate: said.first,
      firstDay: Number(said.weekday),
      timeZone: said.zone,
      locale: said.locale,
      headerToolbar: false,
      height: Math.max(520, Math.min(innerHeight - 210, 1100)),
      scrollTime: "07:00:00",
      nowIndicator: true,
      slotEventOverlap: false,
      slotDuration: "00:30:00",
      dayMinWidth: 0,
      allDayText: said.allDay,
      todayText: said.today,
      todayHint: said.today,
      eventColor: "var(--pico-primary)",
      eventContrastColor: "var(--pico-h1-color)",
      eventDisplay: "block",
      eventDurationEditable: false,
      editable: true,
      longPressDelay: 400,
      slotHeaderFormat: { hour: "numeric", minute: "2-digit" },
      dayHeaderDidMount: ({ el }) => {
        el.removeAttribute("aria-label");
        for (const inner of el.querySelectorAll("[aria-hidden]")) inner.removeAttribute("aria-hidden");
      },
      dayCellDidMount: ({ el }) => el.removeAttribute("aria-label"),
      dayHeaderClass: (info) => (info.isToday ? "is-today" : ""),
      eventClass: (info) => ["event", isFlat(info.event) && "is-flat", info.event.extendedProps.done && "is-done",
        info.event.extendedProps.overlap && "is-overlap",
        info.event.extendedProps.locked && "is-locked"].filter(Boolean).join(" "),
      eventContent: drawn,
      eventDidMount: (info) => info.el.style.setProperty("--type-color", info.event.extendedProps.color),
      eventClick: (info) => {
        if (!plain(info.jsEvent)) return;
        info.jsEvent.preventDefault();
        open(addressOf(info.event.id));
      },
      dateClick: (info) => {
        const address = new URL(said.new, location.href);
        address.searchParams.set("day", info.dateStr.slice(0, 10));
        address.searchParams.set("start", info.allDay ? "" : info.dateStr.slice(11, 16));
        open(address.href);
      },
      eventDrop: async (info) => {
        try {
          const answer = await send(addressOf(info.event.id).replace(/(\?|$)/, "/move$1"), wall(info.event));
          if (signedOut(answer)) return;
          if (answer.status === 204) return refresh();
          info.revert();
          complain(await answer.text(), said.refused);
        } catch {
          info.revert();
          complain(null, problem.dataset.failed);
        }
      },
    });
    calendar.render();
    const settled = () => mend(element);
    requestAnimationFrame(() => requestAnimationFrame(settled));
    new ResizeObserver(settled).observe(element);
    const today = element.querySelector(".is-today");
    if (today) element.parentElement.scrollLeft = today.offsetLeft - 60;
  };
  const put = (entry) => {
    calendar.getEventById(entry.id)?.remove();
    calendar.addEvent(toEvent(entry));
  };
  const apply = (entries, removed) => calendar.batchRendering(() => {
    for (const id of removed) {
      calendar.getEventById(id)?.remove();
      shown.delete(id);
    }
    for (const entry of entries) {
      const written = JSON.stringify(entry);
      if (shown.get(entry.id) === written) continue;
      shown.set(entry.id, written);
      put(entry);
    }
  });
  const replace = (entries) => {
    if (!shown.size) {  // all at once: one by one, each would make the grid look at all of them
      for (const entry of entries) shown.set(entry.id, JSON.stringify(entry));
      calendar.addEventSource(entries.map(toEvent));
      return;
    }
    const wanted = new Set(entries.map((entry) => entry.id));
    apply(entries, [...shown.keys()].filter((id) => !wanted.has(id)));
  };

  // --- Up to date -------------------------------------------------------------------------------------------------
  let digest = "";
  const reload = async () => {
    const list = document.getElementById("list");
    try {
      const answer = await ask(calendar ? said.feed : location.href);
      if (signedOut(answer) || !answer.ok) return;
      if (calendar) {
        const week = await answer.json();
        digest = week.digest;
        replace(week.shown);
      } else {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("list");
        const focused = list.contains(document.activeElement) && document.activeElement.getAttribute("href");
        if (fresh) list.replaceChildren(...fresh.childNodes);
        if (focused) list.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
      }
    } catch { /* the stream says that it is not live */ }
  };
  let waiting = 0;
  const refresh = () => {
    if (calendar && source?.readyState === EventSource.OPEN && live.className === "on") return;
    clearTimeout(waiting);
    waiting = setTimeout(reload, 30);
  };
  const reloadSoon = () => { clearTimeout(waiting); waiting = setTimeout(reload, 60); };

  // The stream is open only while the page is in sight: a browser opens six a host. A stream that was refused is asked
  // for again here, ever more rarely: by itself EventSource never does. One that was cut off comes back by itself.
  let source = null;
  let pause = 1000;
  let again = 0;
  const stand = (on) => {
    live.className = on ? "on" : "off";
    live.textContent = on ? said.live : said.away;
  };
  const close = () => {
    clearTimeout(again);
    source?.close();
    source = null;
  };
  const listen = () => {
    if (source || document.hidden) return;
    const address = new URL(said.stream, location.href);
    if (digest) address.searchParams.set("seen", digest);
    source = new EventSource(address.href);
    source.addEventListener("live", () => { pause = 1000; stand(true); });
    source.addEventListener("away", () => stand(false));
    source.addEventListener("week", (event) => {
      digest = event.lastEventId;
      if (calendar) replace(JSON.parse(event.data).shown);
      else reloadSoon();
    });
    source.addEventListener("changes", (event) => {
      digest = event.lastEventId;
      const { shown: entries, removed } = JSON.parse(event.data);
      if (calendar) apply(entries, removed);
      else reloadSoon();
    });
    source.addEventListener("error", () => {
      stand(false);
      if (source?.readyState !== EventSource.CLOSED) return;
      close();
      again = setTimeout(async () => {
        const answer = await ask(said.feed).catch(() => null);
        if (answer && signedOut(answer)) return;
        listen();
      }, pause);
      pause = Math.min(pause * 2, 60000);
    });
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : listen()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", listen);

  if (said.view === "week") {
    start();
    reload().then(listen);
  } else {
    digest = said.digest ?? "";
    listen();
  }
})();
