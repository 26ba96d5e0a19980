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
  const span = (kind, ...content) => {
    const made = document.createElement("span");
    made.className = kind;
    made.append(...content);
    return made;
  };
  const clock = (moment) => moment.slice(11, 16);
  const drawn = (info) => {
    const { title, allDay } = info.event;
    const facts = info.event.extendedProps.entry;
    const when = info.isMirror ? `${clock(info.event.startStr)}–${clock(info.event.endStr)}` : facts.when;
    const spoken = [facts.type, facts.done && said.done, facts.private && said.private, facts.locked && said.locked,
      facts.standingWords, facts.overlap].filter(Boolean).join(", ");
    const time = allDay ? [] : [span("time", when)];
    const line = span(`ev is-${facts.icon} ${facts.standing}`, span("title", title), ...time, span("hidden", `, ${spoken}`));
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
    durationEditable: !entry.locked,
    extendedProps: { entry, flat: entry.allDay || new Date(entry.end) - new Date(entry.start) < 40 * 60000 },
  });
  const wall = (moment, allDay) => ({
    zone: said.zone,
    day: moment.slice(0, 10),
    start: allDay ? "" : moment.slice(11, 16),
  });
  // A type's colour is a class, not a style of each event: so events share what the browser makes of their styles.
  const tints = new CSSStyleSheet();
  document.adoptedStyleSheets.push(tints);
  const known = new Set();
  const colored = (color) => {
    const name = `color-${color.slice(1)}`;
    if (!known.has(name)) tints.insertRule(`#calendar .${name} { --type-color: ${color}; }`);
    known.add(name);
    return name;
  };
  const looks = ({ allDay, extendedProps: { entry, flat } }) => ["event", (allDay || flat) && "is-flat",
    colored(entry.color), entry.done && "is-done", entry.overlap && "is-overlap", entry.locked && "is-locked"].filter(Boolean).join(" ");
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

  const dragged = async (info, path, fields) => {
    try {
      const answer = await send(addressOf(info.event.id).replace(/(\?|$)/, `${path}$1`), fields);
      if (signedOut(answer)) return;
      if (answer.status === 204) return refresh();
      info.revert();
      complain(await answer.text(), said.refused);
    } catch {
      info.revert();
      complain(null, problem.dataset.failed);
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
      editable: true,
      longPressDelay: 400,
      slotHeaderFormat: { hour: "numeric", minute: "2-digit" },
      dayHeaderDidMount: ({ el }) => {
        el.removeAttribute("aria-label");
        for (const inner of el.querySelectorAll("[aria-hidden]")) inner.removeAttribute("aria-hidden");
      },
      dayCellDidMount: ({ el }) => el.removeAttribute("aria-label"),
      dayHeaderClass: (info) => (info.isToday ? "is-today" : ""),
      displayEventTime: false,  // the server's words say it
      eventClass: (info) => looks(info.event),
      eventContent: drawn,
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
      eventDrop: (info) => dragged(info, "/move", wall(info.event.startStr, info.event.allDay)),
      eventResize: (info) => dragged(info, "/resize", wall(info.event.endStr, info.event.allDay)),
    });
    calendar.render();
    const settled = () => mend(element);
    requestAnimationFrame(() => requestAnimationFrame(settled));
    new ResizeObserver(settled).observe(element);
    const today = element.querySelector(".is-today");
    const frame = element.parentElement;
    if (today && today.offsetLeft + today.offsetWidth > frame.clientWidth) frame.scrollLeft = today.offsetLeft;
  };
  const floating = (entry) => Boolean(entry && !entry.start);
  const put = (entry) => {
    calendar.getEventById(entry.id)?.remove();
    if (!floating(entry)) calendar.addEvent(toEvent(entry));
  };
  const apply = (entries, removed) => calendar.batchRendering(() => {
    let floats = false;  // whether something without a date came, changed or went
    for (const id of removed) {
      floats ||= floating(shown.get(id));
      calendar.getEventById(id)?.remove();
      shown.delete(id);
    }
    for (const entry of entries) {
      const before = shown.get(entry.id);
      if (before && JSON.stringify(before) === JSON.stringify(entry)) continue;
      floats ||= floating(before) || floating(entry);
      shown.set(entry.id, entry);
      put(entry);
    }
    if (floats) listUndated();
  });
  const replace = (entries) => {
    if (!shown.size) {  // all at once: one by one, each would make the grid look at all of them
      for (const entry of entries) shown.set(entry.id, entry);
      calendar.addEventSource(entries.filter((entry) => !floating(entry)).map(toEvent));
      return;
    }
    const wanted = new Set(entries.map((entry) => entry.id));
    apply(entries, [...shown.keys()].filter((id) => !wanted.has(id)));
  };

  // --- Up to date -------------------------------------------------------------------------------------------------
  let digest = "";
  const listUndated = async () => {
    try {
      const answer = await ask(said.undated);
      if (answer.ok) document.getElementById("undated").innerHTML = await answer.text();
    } catch { /* the stream says that it is not live */ }
  };
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
