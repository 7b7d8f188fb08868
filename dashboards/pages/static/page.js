// What pages do beside standing still: charts, and choices that change the page in place.
// Every choice is in the address, so that back, forward and links work; without scripts, too.

import { drawBoard } from "./board.js";
import { base, colour, css, fill, hatch, lang, legend, named, write } from "./chart.js";

const drawn = new Set(); // charts on the page, so that they can be thrown away
let echarts;
let shown = location.pathname + location.search; // the address whose page this is

function months(element) {
  const spec = JSON.parse(element.dataset.spec);
  const option = base(spec.unit);
  const ground = css("card");
  option.xAxis.data = spec.names;
  option.series = spec.series.map((one, place) => ({
    name: one.name,
    type: "bar",
    stack: spec.stack ? "all" : undefined,
    barMaxWidth: spec.stack ? 34 : 18,
    barGap: "12%",
    itemStyle: { color: colour(one.key, place) },
    data: one.values.map((value, at) => ({
      value,
      itemStyle: one.partial[at] ? { decal: hatch(ground), opacity: 0.85 } : undefined,
    })),
  }));
  option.tooltip.formatter = (rows) => {
    const lines = rows.map((row) => {
      const partial = spec.series[row.seriesIndex].partial[row.dataIndex];
      return `${row.seriesName}  ${write(row.value)} ${spec.unit}${partial ? `  ▲ ${element.dataset.partial}` : ""}`;
    });
    const sum = rows.reduce((all, row) => all + (row.value ?? 0), 0);
    if (spec.stack && rows.length > 1) lines.push(`Σ  ${write(sum)} ${spec.unit}`);
    return [rows[0].axisValue, ...lines].join("\n");
  };
  legend(option, element, spec.unit);
  named(option, element, spec.names);
  return option;
}

// Every hour of the span in order, also those of which nothing is known.
function hoursOf(element, series) {
  const use = new Map(series.t.map((t, at) => [Date.parse(t), at]));
  const rows = [];
  for (let at = Number(element.dataset.first); at < Number(element.dataset.until); at += 3600000) {
    const place = use.get(at);
    const used = place === undefined ? null : series.used[place];
    const state = used === null ? (at < Number(element.dataset.over) ? "missing" : "coming") : series.measured_s[place] < 3600 ? "estimated" : "measured";
    rows.push({ at, value: used === null ? null : Number(used), state });
  }
  return rows;
}

function hours(element, rows) {
  const zone = element.dataset.zone;
  const unit = element.dataset.unit;
  const full = new Intl.DateTimeFormat(lang(), {
    timeZone: zone, month: "2-digit", day: "2-digit", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
  const day = new Intl.DateTimeFormat(lang(), { timeZone: zone, month: "numeric", day: "numeric", weekday: "short" });
  const clock = new Intl.DateTimeFormat(lang(), { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const midnight = (at) => clock.format(at) === "00:00";
  const short = rows.length <= 25;
  const option = base(unit);
  option.xAxis.data = rows.map((row) => row.at);
  option.xAxis.axisLabel.formatter = (at) => (short ? clock.format(Number(at)) : day.format(Number(at)));
  if (!short) {
    option.xAxis.axisLabel.align = "left";
    option.xAxis.axisLabel.alignMaxLabel = "right";
    option.xAxis.axisLabel.interval = (place) => midnight(rows[place].at);
    option.xAxis.splitLine = { show: true, interval: (place) => midnight(rows[place].at), lineStyle: { color: css("line-soft") } };
  }
  const of = (state) => rows.map((row) => (row.state === state ? row.value : null));
  const bar = { type: "bar", stack: "one", barCategoryGap: rows.length > 200 ? "0%" : "18%", large: false };
  const estimated = css("estimated");
  option.series = [
    { ...bar, name: element.dataset.measured, itemStyle: { color: css("electricity") }, data: of("measured"),
      markArea: { silent: true, itemStyle: { color: css("missing"), opacity: 0.35 }, data: gaps(rows) } },
    { ...bar, name: element.dataset.estimated, data: of("estimated"),
      itemStyle: { color: css("card"), borderColor: estimated, borderWidth: 1, decal: hatch(estimated) } },
  ];
  option.tooltip.formatter = ([first]) => {
    const row = rows[first.dataIndex];
    return `${full.format(row.at)}\n${write(row.value, 3)} ${row.value === null ? "" : unit} · ${element.dataset[row.state] ?? ""}`;
  };
  return { option, full };
}

function gaps(rows) {
  const found = [];
  rows.forEach((row, at) => {
    if (row.state !== "missing") return;
    const last = found.at(-1);
    if (last && last[1].at === at - 1) last[1] = { at, xAxis: at };
    else found.push([{ at, xAxis: at }, { at, xAxis: at }]);
  });
  return found.map(([from, to]) => [{ xAxis: from.xAxis }, { xAxis: to.xAxis }]);
}

function tell(element, rows, series, full) {
  const count = (state) => rows.filter((row) => row.state === state).length;
  const text = element.dataset;
  const known = rows.filter((row) => row.value !== null);
  const parts = known.length
    ? [fill(text.sum, {
        sum: write(known.reduce((all, row) => all + row.value, 0)),
        unit: text.unit,
        measured: write(count("measured")),
        estimated: write(count("estimated")),
        missing: write(count("missing")),
      })]
    : [text.empty];
  if (!series.complete) parts.push(text.incomplete);
  if (series.waits) parts.push(text.waits);
  document.getElementById(text.say).textContent = parts.join(" · ");
  const body = document.querySelector(`#${text.into} tbody`);
  body.replaceChildren(...rows.map((row) => {
    const line = document.createElement("tr");
    for (const [kind, value, name] of [
      ["th", full.format(row.at), ""], ["td", write(row.value, 3), "n"], ["td", text[row.state] ?? "", `s-${row.state}`],
    ]) {
      const cell = document.createElement(kind);
      if (kind === "th") cell.scope = "row";
      cell.className = name;
      cell.textContent = value;
      line.append(cell);
    }
    return line;
  }));
}

async function series(element) {
  if (!element.series) {
    const answer = await fetch(element.dataset.api, { headers: { Accept: "application/json" } });
    if (answer.status === 401) location.reload();
    if (!answer.ok) throw new Error(`${answer.status}`);
    element.series = await answer.json();
  }
  return element.series;
}

async function draw(element) {
  let option;
  if (element.dataset.chart === "hours") {
    try {
      const found = await series(element);
      const rows = hoursOf(element, found);
      const made = hours(element, rows);
      option = made.option;
      tell(element, rows, found, made.full);
    } catch {
      document.getElementById(element.dataset.say).textContent = element.dataset.failed;
      return;
    }
  } else {
    option = months(element);
  }
  await plot(element, option);
  const values = option.series.flatMap((one) => one.data.map((each) => (each instanceof Object ? each.value : each)));
  element.dataset.drawn = values.filter((value) => value !== null).length;
}

async function plot(element, option) {
  echarts ??= (await import("./echarts/index.js")).echarts;
  if (!element.isConnected) return;
  const sharp = onPaper() ? { devicePixelRatio: 3 } : {};
  const chart = echarts.getInstanceByDom(element) ?? echarts.init(element, null, { renderer: "canvas", ...sharp });
  chart.resize(); // names that lie make it higher
  chart.setOption(option, true);
  drawn.add(chart);
}

export function drawAll() {
  for (const element of document.querySelectorAll("[data-chart]")) draw(element);
  const board = document.querySelector("[data-board]");
  if (board) drawBoard(board, plot);
}

const onPaper = () => document.documentElement.classList.contains("paper");

export function forget() {
  for (const chart of drawn) chart.dispose();
  drawn.clear();
}

// Takes the page of another address into this one, without leaving it.
async function go(url, push) {
  const answer = await fetch(url, { headers: { Accept: "text/html" } });
  if (answer.redirected || !answer.ok) {
    location.assign(url);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const focused = document.activeElement?.id;
  forget();
  if (push) history.pushState(null, "", url);
  shown = location.pathname + location.search;
  document.title = page.title;
  document.querySelector("main").replaceWith(page.querySelector("main"));
  document.querySelector(".tools").replaceWith(page.querySelector(".tools"));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  drawAll();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-keep]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  go(link.href, true);
});

// What a form says; one that steers another takes along what stands in that one, and not its token.
function filledIn(form) {
  const beside = document.getElementById(form.dataset.beside);
  const all = [...new FormData(form)];
  if (!beside) return all;
  const own = all.filter(([name]) => form.querySelector(`[name="${CSS.escape(name)}"]`).type !== "hidden");
  const chosen = new Set(own.map(([name]) => name));
  const typed = [...new FormData(beside)].filter(([name, value]) => name !== "csrf" && !chosen.has(name) && typeof value === "string");
  return [...own, ...typed];
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "get" || !("keep" in form.dataset)) return;
  event.preventDefault();
  const url = new URL(form.getAttribute("action") ?? location.pathname, location.href);
  const filled = filledIn(form).filter(([, value]) => value !== "");
  url.search = new URLSearchParams(filled).toString();
  go(url, true);
});

document.addEventListener("change", (event) => {
  const field = event.target;
  if (!("submit" in field.dataset) || !field.validity.valid) return;
  // What depended on the earlier choice is chosen anew: it would be another one's.
  const changed = new Set([field.name.replace(/^var-/, "")]);
  for (const other of field.form.querySelectorAll("[data-needs]")) {
    if (other === field || !other.dataset.needs.split(" ").some((name) => changed.has(name))) continue;
    changed.add(other.name.replace(/^var-/, ""));
    other.disabled = true;
  }
  field.form.requestSubmit();
});

window.addEventListener("popstate", () => {
  if (location.pathname + location.search !== shown) go(location.href, false);
});
window.addEventListener("resize", () => {
  if (!matchMedia("print").matches) drawn.forEach((chart) => chart.resize());
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);

// A part of the page that changes by itself is fetched again while somebody looks.
const EVERY_MS = 3000;

async function live(element) {
  if (!element.isConnected) return;
  if (!document.hidden && !element.contains(document.activeElement)) {
    try {
      const answer = await fetch(element.dataset.live, { headers: { Accept: "text/html" } });
      if (answer.redirected || answer.status === 401) return location.reload();
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        element.replaceChildren(...page.body.childNodes);
      }
    } catch {
      // The network is away: the next look may find it.
    }
  }
  setTimeout(live, EVERY_MS, element);
}

// Paper is white and narrow: charts are drawn anew for it, light, sharp and as wide as they will be,
// with their figures below where these are few; after it all is as it was.
const FEW_CELLS = 200;

function paper(begins) {
  const root = document.documentElement;
  if (begins) root.dataset.screen = root.dataset.theme;
  root.dataset.theme = begins ? "light" : root.dataset.screen;
  root.classList.toggle("paper", begins);
  for (const more of document.querySelectorAll(".board-panel details")) {
    if (begins && !more.open && more.cells?.() <= FEW_CELLS) more.dataset.forPaper = "";
    if ("forPaper" in more.dataset) more.open = begins;
    if (!begins) delete more.dataset.forPaper;
  }
  forget();
  drawAll();
}
window.addEventListener("beforeprint", () => paper(true));
window.addEventListener("afterprint", () => paper(false));

drawAll();
for (const element of document.querySelectorAll("[data-live]")) setTimeout(live, EVERY_MS, element);
