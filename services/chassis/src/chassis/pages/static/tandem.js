// The little that HTML and HTMX do not do by themselves. Without it every page works by ordinary forms.
(() => {
  "use strict";
  const place = () => document.getElementById("problem");

  // A request that got no answer at all: HTMX has nothing to swap in, so say so where problems are said.
  document.addEventListener("htmx:error", () => {
    const here = place();
    if (!here) return;
    const words = document.createElement("p");
    words.className = "notice bad";
    words.textContent = here.dataset.failed;
    here.replaceChildren(words);
  });

  // What was wrong is over as soon as something succeeds.
  document.addEventListener("htmx:after:request", (event) => {
    const status = event.detail?.ctx?.response?.status;
    if (status < 400 && event.detail.ctx.request.method !== "GET") place()?.replaceChildren();
  });

  // Fields save themselves one after the other: what a waiting request says it has seen is what the last one left.
  document.addEventListener("htmx:before:request", (event) => {
    const { ctx } = event.detail;
    const field = (ctx.request.body instanceof URLSearchParams) && ctx.request.body.has("seen")
      && document.querySelector(`${ctx.sourceElement.getAttribute("hx-target")} input[name=seen]`);
    if (field) ctx.request.body.set("seen", field.value);
  });

  // "All" and "None" tick the boxes of their group, which then saves itself once.
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-tick]");
    if (!button) return;
    const boxes = button.closest("fieldset").querySelectorAll("input[type=checkbox]:not(:disabled)");
    const wanted = button.dataset.tick === "all";
    const changed = [...boxes].filter((box) => box.checked !== wanted);
    changed.forEach((box) => { box.checked = wanted; });
    changed.at(-1)?.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // Only with scripts do fields save themselves; style sheets hide the buttons that save without them.
  document.documentElement.classList.add("scripted");
})();
