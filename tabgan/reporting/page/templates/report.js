"use strict";
(() => {
  const root = document.documentElement;
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  root.classList.add("js");

  // Plotly: packed in the page, unpacked once, run as a script whose hash the page's policy names.
  let plotly = null;
  const loadPlotly = () => (plotly ??= unpack().catch((error) => {
    root.classList.add("no-plots"); // each plot has its sentence
    console.warn("No plots: plotly could not be unpacked.", error);
    return null;
  }));

  async function unpack() {
    const stream = new Blob([bytesOf(one("#plotly").textContent)]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
    if (!window.Plotly) throw new Error("the script did not run");
    return window.Plotly;
  }

  function bytesOf(base64) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
    const letters = atob(base64);
    const bytes = new Uint8Array(letters.length);
    for (let i = 0; i < letters.length; i += 1) bytes[i] = letters.charCodeAt(i); // far faster than Uint8Array.from
    return bytes;
  }

  // Colours: figures hold those of the light page; the style sheet knows each on the page as it is now.
  const palette = JSON.parse(one("#palette").textContent);
  const properties = Object.values(palette);
  let colours = {};

  function readColours() {
    const probe = document.body.appendChild(document.createElement("span"));
    const value = (property) => {
      probe.style.color = `var(${property})`;
      return getComputedStyle(probe).color;
    };
    colours = Object.fromEntries(properties.map((property) => [property, value(property)]));
    probe.remove();
  }

  const recoloured = (text, value) => (typeof value === "string" && palette[value] ? colours[palette[value]] : value);

  function look() {
    const family = getComputedStyle(document.body).fontFamily;
    const axis = {
      gridcolor: colours["--line"], linecolor: colours["--line"], tickcolor: colours["--line"],
      tickfont: { color: colours["--muted"], size: 11 }, title: { font: { size: 12 }, standoff: 8 },
      zeroline: false, automargin: true,
    };
    return {
      font: { family, size: 12, color: colours["--ink"] },
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", showlegend: false,
      margin: { l: 8, r: 12, t: 8, b: 8 }, xaxis: axis, yaxis: axis,
      modebar: {
        bgcolor: "rgba(0,0,0,0)", color: colours["--muted"], activecolor: colours["--ink"],
      },
      hoverlabel: {
        bgcolor: colours["--surface"], bordercolor: colours["--muted"], align: "left",
        font: { family, color: colours["--ink"], size: 12 },
      },
    };
  }

  // Plots: each is drawn when it comes near the window, and again once its width or the colours have changed.
  const canvases = all(".canvas");
  const near = new Set();
  const drawn = new Map(); // canvas -> the width and the colours it was drawn with
  let layoutNow = null;
  let nLooks = 0;

  function readLook() {
    readColours();
    layoutNow = look();
    nLooks += 1;
  }

  function draw(canvas, Plotly) {
    const width = Math.floor(canvas.clientWidth);
    const state = `${width} ${nLooks}`;
    if (!width || drawn.get(canvas) === state) return;
    const figure = JSON.parse(one("script.figure", canvas.parentElement).textContent, recoloured);
    const touch = matchMedia("(hover: none)").matches; // a finger scrolls, it does not zoom
    const layout = {
      ...figure.layout, template: { layout: layoutNow }, width, autosize: false,
      ...(touch && { dragmode: false }),
    };
    const small = canvas.parentElement.classList.contains("small");
    if (!drawn.has(canvas)) canvas.replaceChildren();
    drawn.set(canvas, state);
    Plotly.react(canvas, figure.data, layout, {
      displaylogo: false, displayModeBar: small || touch ? false : "hover", responsive: false, showTips: false,
      typesetMath: false, modeBarButtons: [["toImage", "resetScale2d"]],
    });
  }

  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) {
        near.delete(target);
        continue;
      }
      near.add(target);
      loadPlotly().then((Plotly) => Plotly && near.has(target) && draw(target, Plotly));
    }
  }, { rootMargin: "400px" });

  const resized = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (window.Plotly && near.has(target)) draw(target, window.Plotly);
    }
  });

  function redraw(which = near) {
    readLook();
    if (window.Plotly) which.forEach((canvas) => draw(canvas, window.Plotly));
  }

  // Theme: the reader's system decides until the reader does.
  const themeButton = one("#theme");
  const darkSystem = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : darkSystem.matches);

  function tellTheme() {
    themeButton.textContent = isDark() ? "Light" : "Dark";
  }

  themeButton.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    tellTheme();
    redraw();
  });
  darkSystem.addEventListener("change", () => {
    tellTheme();
    redraw();
  });

  // Folds.
  const folds = all("details.fold");
  const openAll = one("#open-all");
  openAll.addEventListener("click", () => {
    const open = !folds.every((fold) => fold.open);
    for (const fold of folds) fold.open = open;
  });

  function tellFolds() {
    const open = folds.every((fold) => fold.open);
    openAll.textContent = open ? "Close all" : "Open all";
  }

  for (const fold of folds) fold.addEventListener("toggle", tellFolds);

  // Links inside the page: in a frame without an address of its own, following them would leave it.
  for (const link of all('a[href^="#"]')) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const target = one(link.getAttribute("href"));
      target.scrollIntoView();
      target.focus({ preventScroll: true });
    });
  }

  const links = new Map(all(".side a").map((link) => [one(link.getAttribute("href")), link]));
  const current = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting) links.get(target).setAttribute("aria-current", "true");
      else links.get(target).removeAttribute("aria-current");
    }
  }, { rootMargin: "-45% 0px -55% 0px" });
  for (const section of links.keys()) current.observe(section);

  // Columns: found by name, put in order.
  const columns = all(".column");
  const nameOf = (column) => one("h4 bdi", column).title || one("h4", column).textContent.trim();
  const orders = {
    error: (a, b) => b.dataset.error - a.dataset.error || a.dataset.place - b.dataset.place,
    excess: (a, b) => b.dataset.excess - a.dataset.excess || a.dataset.place - b.dataset.place,
    name: (a, b) => nameOf(a).localeCompare(nameOf(b)) || a.dataset.place - b.dataset.place,
    place: (a, b) => a.dataset.place - b.dataset.place,
  };
  one("#find-column")?.addEventListener("input", (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    for (const column of columns) column.hidden = !nameOf(column).toLowerCase().includes(wanted);
    one("#no-column").hidden = columns.some((column) => !column.hidden);
  });
  one("#order-columns")?.addEventListener("change", (event) => {
    columns[0].parentElement.append(...[...columns].sort(orders[event.target.value]));
  });

  // Which are real?
  function setUpRows(table) {
    const rows = all("tbody tr", table);
    const reveal = one("#reveal");
    const guessOf = (row) => one('[aria-pressed="true"]', row)?.dataset.guess;

    function tell() {
      const shown = reveal.getAttribute("aria-pressed") === "true";
      const guessed = rows.filter((row) => guessOf(row) !== undefined);
      const right = guessed.filter((row) => guessOf(row) === row.dataset.real);
      for (const row of rows) {
        one(".truth", row).hidden = !shown;
        row.classList.toggle("right", shown && right.includes(row));
        row.classList.toggle("wrong", shown && guessed.includes(row) && !right.includes(row));
      }
      const told = guessed.length ? `${guessed.length} of ${rows.length} rows guessed.` : "No row guessed yet.";
      const half = `Guessing blindly gets ${guessed.length / 2} on average.`;
      one("#tally").textContent = shown && guessed.length
        ? `${right.length} of ${guessed.length} guesses right. ${half}` : told;
    }

    function setRevealed(shown) {
      reveal.setAttribute("aria-pressed", String(shown));
      reveal.textContent = shown ? "Hide" : "Reveal";
      tell();
    }

    table.addEventListener("click", (event) => {
      const button = event.target.closest("[data-guess]");
      if (!button) return;
      for (const other of all("[data-guess]", button.parentElement)) {
        other.setAttribute("aria-pressed", String(other === button && button.getAttribute("aria-pressed") !== "true"));
      }
      tell();
    });
    reveal.addEventListener("click", () => setRevealed(reveal.getAttribute("aria-pressed") !== "true"));
    one("#again").addEventListener("click", () => {
      for (const button of all("[data-guess]", table)) button.setAttribute("aria-pressed", "false");
      setRevealed(false);
    });
  }

  if (one("#quiz")) setUpRows(one("#quiz"));

  // Print: all unfolded, light, every plot drawn at the width of the paper.
  let before = null;

  function startPrinting() {
    if (before) return;
    before = { folds: folds.filter((fold) => !fold.open), theme: root.dataset.theme };
    for (const fold of folds) fold.open = true;
    root.dataset.theme = "light";
    root.classList.add("printing");
    redraw(canvases);
    if (!window.Plotly) loadPlotly().then(() => before && redraw(canvases));
  }

  function stopPrinting() {
    if (!before) return;
    root.classList.remove("printing");
    if (before.theme) root.dataset.theme = before.theme;
    else delete root.dataset.theme;
    for (const fold of before.folds) fold.open = false;
    before = null;
    redraw();
  }

  addEventListener("beforeprint", startPrinting);
  addEventListener("afterprint", stopPrinting);
  matchMedia("print").addEventListener("change", (media) => (media.matches ? startPrinting() : stopPrinting()));
  const printButton = one("#print");
  printButton.hidden = window !== window.parent; // a notebook's frame may not print
  printButton.addEventListener("click", () => loadPlotly().then(() => print()));

  tellTheme();
  tellFolds();
  readLook();
  for (const canvas of canvases) {
    seen.observe(canvas);
    resized.observe(canvas);
  }
  // Once the page stands, so that the browser's own print command finds plotly ready: it cannot wait.
  if (canvases.length) addEventListener("load", () => (window.requestIdleCallback ?? setTimeout)(loadPlotly));
})();
