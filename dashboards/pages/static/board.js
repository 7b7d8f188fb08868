// A board: one request for all its figures, then each panel drawn, with its table beside it.

import { base, css, hatch, lang, legend, named, write } from "./chart.js";

const PALETTE = ["electricity", "natural_gas", "water", "other", "heat", "other-2", "other-3"];
const MOST_DAYS = 16; // with a label below a curve
const STATES = { good: "good", warn: "warn", bad: "bad", plain: "" };

export async function drawBoard(board, plot) {
  const panels = [...board.querySelectorAll("[data-panel]")];
  try {
    board.figures ??= await figures(board.dataset.board);
  } catch {
    for (const element of panels) say(element, board.dataset.failed);
    return;
  }
  let known = 0;
  for (const element of panels) {
    const spec = JSON.parse(element.dataset.spec);
    const found = board.figures.panels[element.dataset.panel];
    if (found.error) say(element, found.error);
    else if (empty(spec, found)) say(element, spec.empty);
    else known += draw(element, spec, found, board, plot);
  }
  board.dataset.drawn = known;
}

async function figures(url) {
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (answer.status === 401) location.reload();
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

const DRAW = { stat, gauge, table, bars: series, lines: series, categories, heatmap };

function draw(element, spec, found, board, plot) {
  const option = DRAW[spec.kind](element, spec, found, board);
  if (option) {
    for (const note of element.querySelectorAll("p")) note.remove();
    plot(element, option);
  }
  return 1;
}

function empty(spec, found) {
  if (spec.kind === "stat" || spec.kind === "gauge") return found.value === null;
  if (spec.kind === "table") return found.rows.length === 0;
  return found.series.every((one) => one.values.every((value) => value === null));
}

function say(element, text) {
  const note = document.createElement("p");
  note.className = "missing";
  note.textContent = text;
  element.replaceChildren(note);
  const more = element.parentElement.querySelector(".foot");
  if (more) more.hidden = true;
}

// Figures with their unit; percentages come as ratios.
function figure(value, unit, decimals) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "string") return value;
  const ratio = unit === "%";
  const places = 10 ** Math.max(decimals ?? 1, 1);
  const cut = ratio ? Math.floor(value * 100 * places + 1e-9) / places : value; // 100 % means all of it
  const options = decimals === null ? { maximumFractionDigits: 2 }
    : { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return new Intl.NumberFormat(lang(), options).format(cut) + (ratio ? "%" : "");
}

function state(value, thresholds) {
  let found = "";
  for (const [from, name] of thresholds) if (from === null || value >= from) found = STATES[name];
  return found;
}

function stat(element, spec, found) {
  const number = document.createElement("span");
  number.textContent = figure(found.value, spec.unit, spec.decimals);
  if (state(found.value, spec.thresholds)) number.className = `s-${state(found.value, spec.thresholds)}`;
  const unit = document.createElement("small");
  unit.textContent = spec.unit === "%" ? "" : ` ${spec.unit}`;
  element.replaceChildren(number, unit);
}

// A ratio up to 120 %, coloured by its state; the figure stands in it as text.
function gauge(element, spec, found) {
  const ink = css(state(found.value, spec.thresholds) || "accent");
  const labels = element.clientWidth < 220 ? (value) => (Math.round(value * 100) % 100 ? "" : `${Math.round(value * 100)}%`) // room for two
    : (value) => `${Math.round(value * 100)}%`;
  beside(element, [[element.getAttribute("aria-label"), ""]], () => [[{ text: figure(found.value, spec.unit, spec.decimals) }]]);
  return {
    animation: false,
    series: [{
      type: "gauge", startAngle: 205, endAngle: -25, min: 0, max: 1.2, radius: "100%", center: ["50%", "62%"], splitNumber: 6,
      progress: { show: true, width: 14, itemStyle: { color: ink } }, pointer: { show: false },
      axisLine: { lineStyle: { width: 14, color: [[1, css("track")]] } }, axisTick: { show: false },
      splitLine: { distance: 2, length: 5, lineStyle: { color: css("quiet"), width: 1 } },
      axisLabel: { distance: 20, color: css("quiet"), fontSize: 10.5, formatter: labels },
      detail: { offsetCenter: [0, "4%"], color: ink, fontSize: element.clientWidth < 220 ? 18 : 22, fontWeight: 650, formatter: (value) => figure(value, spec.unit, spec.decimals) },
      data: [{ value: found.value }],
    }],
  };
}

function table(element, spec, found) {
  const instant = new Intl.DateTimeFormat(lang(), {
    timeZone: spec.zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
  const numeric = spec.columns.map((column, at) => column.decimals !== null || found.rows.some((row) => typeof row.cells[at] === "number"));
  const head = spec.columns.map((column) => [column.title, column.unit && column.unit !== "%" ? column.unit : ""]);
  const body = found.rows.map((row) => row.cells.map((value, at) => {
    const column = spec.columns[at];
    if (value === null) return { text: column.empty || "–", state: column.empty ? "missing" : "" };
    const text = column.instant ? instant.format(value) : figure(value, column.unit, column.decimals);
    return { text, link: row.links?.[at], state: state(value, column.thresholds) };
  }));
  element.replaceChildren(grid(head, body, numeric));
}

function grid(head, body, numeric) {
  const made = document.createElement("table");
  made.className = "grid";
  const top = made.createTHead().insertRow();
  head.forEach(([title, unit], at) => {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.className = numeric[at] ? "n" : "";
    cell.textContent = title;
    if (unit) cell.append(Object.assign(document.createElement("small"), { textContent: unit }));
    top.append(cell);
  });
  const rows = made.createTBody();
  for (const cells of body) {
    const line = rows.insertRow();
    cells.forEach((one, at) => {
      const cell = document.createElement(at ? "td" : "th");
      if (!at) cell.scope = "row";
      cell.className = numeric[at] ? "n" : "";
      const text = document.createElement(one.link ? "a" : "span");
      text.textContent = one.text;
      if (one.link) text.href = one.link;
      if (one.state) text.className = one.state === "missing" ? "missing" : `s-${one.state}`;
      cell.append(text);
      line.append(cell);
    });
  }
  return made;
}

function beside(element, head, body) {
  const place = element.parentElement.querySelector("details .scroll");
  const fillIn = () => place.firstChild ?? place.append(grid(head, body(), head.map((_, at) => at > 0)));
  const more = place.closest("details");
  more.cells = () => head.length * body().length;
  if (more.open) fillIn();
  else more.addEventListener("toggle", fillIn, { once: true });
}

// How instants are written: months by their name, days and hours by the civil zone.
function clock(spec, times) {
  const span = times.length > 1 ? Math.min(...times.slice(1).map((at, place) => at - times[place])) : 0;
  const write_ = (options) => {
    const format = new Intl.DateTimeFormat(lang(), { timeZone: spec.zone, hourCycle: "h23", ...options });
    return (at) => format.format(Number(at));
  };
  const month = { year: "numeric", month: "2-digit" };
  const day = { month: "numeric", day: "numeric" };
  const hour = { hour: "2-digit", minute: "2-digit" };
  if (span > 27 * 86400000 || (span === 0 && spec.times === "month")) return { short: write_(month), full: write_(month) };
  if (span >= 80000000 || (span === 0 && spec.times === "day")) return { short: write_(day), full: write_({ ...month, day: "2-digit", weekday: "short" }) };
  const long = times.at(-1) - times[0] > 2 * 86400000;
  const of = write_(hour);
  const days = long ? times.flatMap((at, place) => (of(at) === "00:00" ? [place] : [])) : [];
  const labelled = new Set(days.filter((_, place) => place % Math.ceil(days.length / MOST_DAYS) === 0));
  const midnight = long ? (place) => labelled.has(place) : undefined;
  return { short: write_(long ? day : hour), full: write_({ ...day, ...hour, weekday: "short" }), midnight };
}

function column(spec, name) {
  return spec.columns.find((one) => one.name === name) ?? { title: name, colour: "" };
}

function frame(spec, label) {
  const ratio = spec.unit === "%";
  const option = base(ratio ? "" : spec.unit);
  option.yAxis.axisLabel.formatter = (value) => (ratio ? `${write(value * 100, 0)}%` : write(value, 3));
  option.tooltip.formatter = (rows) => {
    const known = rows.filter((row) => row.value !== null && row.value !== undefined && !Number.isNaN(row.value));
    const lines = known.map((row) => `${row.seriesName}  ${figure(row.value, spec.unit, spec.decimals)} ${ratio ? "" : spec.unit}`);
    if (spec.stack && known.length > 1) {
      lines.push(`Σ  ${figure(known.reduce((all, row) => all + row.value, 0), spec.unit, spec.decimals)} ${spec.unit}`);
    }
    return [label(rows[0].axisValue), ...lines].join("\n");
  };
  return option;
}

function series(element, spec, found, board) {
  const times = found.t;
  const { short, full, midnight } = clock(spec, times);
  const option = frame(spec, full);
  option.xAxis.data = times;
  if (midnight) option.xAxis.axisLabel = { ...option.xAxis.axisLabel, interval: midnight, align: "left" };
  option.xAxis.axisLabel.formatter = short;
  const bars = spec.kind === "bars";
  if (!bars) option.xAxis.boundaryGap = false;
  if (spec.unit === "%" && !bars) option.yAxis.max = 1;
  option.series = found.series.map((one, place) => {
    const { title, colour } = column(spec, one.name);
    const ink = css(colour || PALETTE[place % PALETTE.length]);
    const shared = { name: title, data: one.values, itemStyle: { color: ink } };
    if (bars) return { ...shared, type: "bar", stack: spec.stack ? "all" : undefined, barMaxWidth: spec.stack ? 34 : 18, barGap: "12%" };
    const estimated = colour === "estimated";
    return {
      ...shared, type: "line", step: spec.times === "hour" ? "end" : false, showSymbol: one.values.length < 32, symbolSize: 5,
      lineStyle: { color: ink, width: 1.5, type: estimated ? "dashed" : "solid" },
      areaStyle: spec.columns.length && spec.columns.length < 3 ? { color: ink, opacity: estimated ? 0.25 : 0.12, decal: estimated ? hatch(ink) : undefined } : undefined,
    };
  });
  legend(option, element, option.yAxis.name);
  const head = [[board.dataset.time, ""], ...found.series.map((one) => [column(spec, one.name).title, spec.unit])];
  beside(element, head, () => times.map((at, place) => [
    { text: full(at) }, ...found.series.map((one) => ({ text: figure(one.values[place], spec.unit, spec.decimals) })),
  ]));
  return option;
}

function categories(element, spec, found) {
  const [first, ...columns] = spec.columns;
  const option = frame(spec, (name) => name);
  option.xAxis.data = found.names;
  const many = found.names.length > 30;
  option.series = found.series.map((one) => {
    const { title, colour } = column(spec, one.name);
    return many
      ? { name: title, type: "line", data: one.values, showSymbol: false, lineStyle: { color: css(colour), width: 1.5 }, itemStyle: { color: css(colour) }, areaStyle: { color: css(colour), opacity: 0.15 } }
      : { name: title, type: "bar", barMaxWidth: 34, barGap: "12%", data: one.values.map((value, at) => ({ value, itemStyle: { color: css(found.names.length < 6 && at ? "before" : colour) } })), itemStyle: { color: css(colour) } };
  });
  if (columns.length > 1) legend(option, element, option.yAxis.name);
  if (many) option.xAxis.boundaryGap = false;
  else named(option, element, found.names);
  beside(element, [[first.title, ""], ...columns.map((one) => [one.title, spec.unit])], () => found.names.map((name, place) => [
    { text: name }, ...found.series.map((one) => ({ text: figure(one.values[place], spec.unit, spec.decimals) })),
  ]));
  return option;
}

function heatmap(element, spec, found, board) {
  const { short, full } = clock(spec, found.t);
  const lines = [...found.series].sort((one, other) => one.name.localeCompare(other.name));
  const cells = lines.flatMap((one, y) => one.values.flatMap((value, x) => (value === null ? [] : [[x, y, value]])));
  const values = cells.map((cell) => cell[2]);
  const option = frame(spec, full);
  option.grid = { ...option.grid, top: 12, right: 64 };
  option.xAxis = { ...option.xAxis, data: found.t, splitArea: { show: false } };
  option.xAxis.axisLabel.formatter = short;
  option.yAxis = { type: "category", data: lines.map((one) => one.name), axisLabel: { color: css("quiet") }, axisTick: { show: false }, axisLine: { lineStyle: { color: css("line") } } };
  option.visualMap = {
    min: Math.min(...values), max: Math.max(...values), calculable: false, orient: "vertical", right: 0, top: "middle", itemHeight: 120,
    inRange: { color: [css("heat-0"), css("heat-1"), css("heat-2"), css("heat-3")] },
    text: [write(Math.max(...values), 1), write(Math.min(...values), 1)], textStyle: { color: css("quiet") },
  };
  option.tooltip.trigger = "item";
  option.tooltip.formatter = ({ value: [x, y, value] }) => `${full(found.t[x])} ${lines[y].name}:00\n${figure(value, spec.unit, spec.decimals)}`;
  option.series = [{ type: "heatmap", data: cells, itemStyle: { borderColor: css("card"), borderWidth: found.t.length > 60 ? 0 : 1 } }];
  beside(element, [[board.dataset.time, ""], ...lines.map((one) => [`${one.name}:00`, ""])], () => found.t.map((at, place) => [
    { text: full(at) }, ...lines.map((one) => ({ text: figure(one.values[place], spec.unit, spec.decimals) })),
  ]));
  return option;
}
